"""Batches: random crops and their second views, from a state that can be kept and taken up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from render.training.data import Photos, Place
from render.training.motion import SecondView, following_view, inside, moved, synthetic_grid
from render.training.settings import Motion, TrainingSettings

_NOISE = 2.55
"""The deviation of a moment's noise: .01 of the range, as a camera's."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Crops, float (n, 3, crop, crop) in 0..255 with channels last in memory, and, where the
    losses ask for it, the same a moment later."""

    picture: Tensor
    second: SecondView | None


class Batches:
    """What every network of a run sees, step by step. The same seed gives the same crops."""

    def __init__(self, settings: TrainingSettings, photos: Photos, device: torch.device) -> None:
        self._settings = settings
        self._photos = photos
        self._device = device
        self._crops = np.random.default_rng(settings.seed)
        self._places = torch.Generator().manual_seed(settings.seed)
        self._noise = torch.Generator(device).manual_seed(settings.seed)

    def next(self) -> Batch:
        """The next batch, on the device."""
        s = self._settings
        crops, places = self._photos.crops(s.batch, self._crops)
        picture = self._uploaded(crops)
        if s.stability == 0:
            return Batch(picture, None)
        grid = synthetic_grid(s.batch, s.crop, self._places)
        real = self._real(places)
        for i, motion in real.items():
            grid[i] = motion.grid
        grid = grid.to(self._device, non_blocking=True)
        noise = torch.randn(
            (s.batch, 3, *grid.shape[1:3]), generator=self._noise, device=self._device
        )
        second = (moved(picture, grid) + _NOISE * noise).clamp(0, 255)
        valid = inside(grid)
        for i, motion in real.items():
            second[i] = motion.picture.to(self._device)
            valid[i] *= motion.valid.to(self._device)
        second = second.contiguous(memory_format=torch.channels_last)
        return Batch(picture, SecondView(grid, valid, second))

    def state(self) -> dict[str, Any]:
        """Everything the next batch depends on, for ``restore``."""
        return {
            "crops": json.dumps(self._crops.bit_generator.state),
            "places": self._places.get_state(),
            "noise": self._noise.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self._crops.bit_generator.state = json.loads(state["crops"])
        self._places.set_state(state["places"])
        self._noise.set_state(state["noise"])

    def _real(self, places: list[Place]) -> dict[int, SecondView]:
        """For crops of a clip's frame, by their number in the batch: what the next frame shows."""
        if self._settings.motion is not Motion.FLOW:
            return {}
        return {
            i: following_view(self._photos.pairs[place.picture], place, self._settings.crop,
                              self._places)
            for i, place in enumerate(places)
            if place.picture in self._photos.pairs
        }  # fmt: skip

    def _uploaded(self, crops: np.ndarray[Any, np.dtype[np.uint8]]) -> Tensor:
        pictures = torch.from_numpy(crops)
        if self._device.type == "cuda":
            pictures = pictures.pin_memory().to(self._device, non_blocking=True)
        x = pictures.to(self._device).float()
        return x.contiguous(memory_format=torch.channels_last)

"""A network that looks at pictures, in torch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from render.compare.metrics.vision import SeenAs, Vision
from render.engines.base import DeviceName
from render.errors import EngineError
from render.media.frame import Picture


class TorchVision:
    """See ``Vision``. What it finds stays on the device."""

    def __init__(self, vision: Vision, device: DeviceName) -> None:
        self._device = torch.device(device.value)
        self._vision = vision
        self._weights = [
            (self._sent(layer.weight), self._sent(layer.bias)) for layer in vision.layers
        ]
        self._shift = self._sent(vision.shift).view(1, 3, 1, 1)
        self._scale = self._sent(vision.scale).view(1, 3, 1, 1)
        # On a processor torch has all cores for one picture: several at a time only wait.
        alone = device is DeviceName.CPU
        self._turn: Any = threading.Lock() if alone else nullcontext()

    def __call__(self, picture: Picture) -> list[Tensor]:
        with self._turn, torch.inference_mode(), memory_told():
            x = self._sent(picture).permute(2, 0, 1)[None].float()
            x = (x - self._shift) / self._scale
            found = []
            for layer, (weight, bias) in zip(self._vision.layers, self._weights, strict=True):
                if layer.pool:
                    x = F.max_pool2d(x, layer.pool, 2)
                x = F.relu(F.conv2d(x, weight, bias, layer.stride, layer.padding))
                if layer.tap:
                    found.append(self._made(x[0].flatten(1)))
            return found

    def _made(self, features: Tensor) -> Tensor:
        if self._vision.found is SeenAs.GRAM:
            return features @ features.T / features.numel()
        return features / (features.square().sum(0, keepdim=True).sqrt() + 1e-10)

    def _sent(self, array: Any) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)


@contextmanager
def memory_told() -> Iterator[None]:
    """A device that is too full fails in one line. Raises EngineError."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise EngineError(
            "the GPU has too little memory left to take figures; end what else uses it, or take "
            "them on the processor"
        ) from error

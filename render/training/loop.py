"""Training: paintings × networks → style files, as a stream of updates."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Generator
from pathlib import Path

import torch

from render.engines.base import DeviceName
from render.errors import TrainingError
from render.networks.modules import channels_last
from render.training.backbone import load_backbone
from render.training.content import load_content
from render.training.data import load_painting
from render.training.painting import PaintingRun, explained, style_targets
from render.training.settings import STROKE_SIDE, Painting, TrainingSettings
from render.training.training_time import seconds_on_cpu
from render.training.updates import Prepared, Update


def train(settings: TrainingSettings) -> Generator[Update, None, None]:
    """Train every painting for every network, yielding what happens.

    The same seed on the same machine starts from the same weights and sees the same crops; CUDA's
    own sums keep runs from being equal to the bit. A run that stops, by an error, by closing the
    iterator or by a kill, leaves ``STYLE.resume`` behind, from which ``settings.resume`` goes on: a
    kill loses a minute at most, anything else a few steps.

    Raises TrainingError: for pictures or settings that do not do, when the loss is no longer a
    number, and when memory runs out.
    """
    paintings = [p for p in settings.paintings if not _finished(p, settings)]
    for painting, network in itertools.product(paintings, settings.networks):
        path = settings.path(painting, network)
        goes_on = settings.resume and settings.resume_path(painting).exists()
        if path.exists() and not (settings.force or goes_on):
            raise TrainingError(f"{path}: exists already; --force overwrites it")
    side = round(STROKE_SIDE * settings.stroke_size)
    pictures = {painting: load_painting(painting.path, side) for painting in paintings}
    device = torch_device(settings.device)
    photos, held_out = load_content(settings)
    backbone = load_backbone(settings.backbone)
    _check_writable(settings.output)
    if device.type == "cuda":
        backbone.in_bfloat16()
    channels_last(backbone.to(device))
    yield Prepared(
        photos=len(photos.pictures),
        held_out=len(held_out.pictures),
        skipped=photos.skipped + held_out.skipped,
        left_out=photos.left_out,
        device=DeviceName(device.type),
        seconds=seconds_on_cpu(settings, backbone.layers[-1]) if device.type == "cpu" else None,
    )
    for painting in paintings:
        with explained(settings):
            targets = style_targets(pictures[painting], backbone, device)
        yield from PaintingRun(
            settings, painting, backbone, targets, photos, held_out, device
        ).updates()


def _check_writable(folder: Path) -> None:
    """Now, and not when an hour of work is to be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise TrainingError(
            f"{folder}: cannot be written to ({error.strerror}); choose another place with -o"
        ) from None


def _finished(painting: Painting, settings: TrainingSettings) -> bool:
    """Whether resuming finds nothing left to do for a painting."""
    done = all(settings.path(painting, network).exists() for network in settings.networks)
    return settings.resume and done and not settings.resume_path(painting).exists()


def torch_device(name: DeviceName) -> torch.device:
    """Where to train. Raises TrainingError when the device is not there."""
    there = {
        DeviceName.CUDA: torch.cuda.is_available(),
        DeviceName.MPS: torch.backends.mps.is_available(),
        DeviceName.CPU: True,
    }
    if name is DeviceName.AUTO:
        name = next(device for device, available in there.items() if available)
    if not there[name]:
        raise TrainingError(f"--device {name.value}: torch finds none here; try --device cpu")
    return torch.device(name.value)

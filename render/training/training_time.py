"""How long training will take on a processor, before it begins."""

from __future__ import annotations

import time

import torch
import torch.nn.functional as F

from render.target import Size
from render.training.backbone import macs_per_pixel
from render.training.motion import view_side
from render.training.settings import TrainingSettings

_EFFICIENCY = 0.55
"""Of a plain convolution's speed; measured: norms, warps, small layers and Adam take the rest."""


def macs_per_step(settings: TrainingSettings, layer: str) -> float:
    """Multiply-accumulates of one step of all networks; ``layer`` is the backbone's last. Backward
    costs twice forward, and once where only the input needs it."""
    pixels = settings.crop**2
    views = [settings.crop]
    if settings.stability > 0:
        views.append(view_side(settings.crop))
    network = 3 * sum(spec.macs(Size(s, s)) for spec in settings.networks for s in views)
    backbone = len(settings.networks) * 2 * macs_per_pixel(layer) + macs_per_pixel("relu3_3")
    return settings.batch * (network + pixels * backbone)


def seconds_on_cpu(settings: TrainingSettings, layer: str) -> float:
    """About how long all of ``settings`` takes on this processor; measures for a moment."""
    size = Size(settings.crop, settings.crop)
    after = settings.recalibrated * sum(spec.macs(size) for spec in settings.networks)
    macs = macs_per_step(settings, layer) * settings.steps + after
    return macs * len(settings.paintings) / (_EFFICIENCY * _speed())


def _speed() -> float:
    """Multiply-accumulates a second of a convolution such as the backbone's."""
    x, w = torch.rand(2, 64, 128, 128), torch.rand(64, 64, 3, 3)
    x = x.contiguous(memory_format=torch.channels_last)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(8):
            began = time.perf_counter()
            F.conv2d(x, w, padding=1)
            best = min(best, time.perf_counter() - began)
    return 2 * 64 * 64 * 9 * 128 * 128 / best

"""What the preview shows of a picture, by its own network and its own upscale, and how far from it
another picture is."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from render.execution.upscale import create as create_upscaler
from render.export.export_target import ExportTarget
from render.media.decibels import decibels
from render.media.frame import Picture, as_picture
from render.networks.modules import StyleNetwork
from render.target import Upscaling

Floats: TypeAlias = npt.NDArray[np.floating[Any]]


def painted(network: StyleNetwork, target: ExportTarget, picture: Picture) -> Tensor:
    """What the preview's network paints of ``picture``, RGB uint8 of the target's input: (1, 3,
    height, width) of its ``size``, clamped to 0..255, not rounded."""
    x = torch.from_numpy(np.array(picture, order="C")).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        whole: Tensor = network(x).clamp(0, 255)
    left, top, _, _ = target.margin
    # Of a picture with its surroundings the middle, which its own edges do not reach.
    return whole[:, :, top : top + target.size.height, left : left + target.size.width]


def upscaled(picture: Tensor, target: ExportTarget) -> Floats:
    """(height, width, 3) as on the display, by the definition of the upscale, nothing rounded."""
    shown = (target.output_size.height, target.output_size.width)
    if shown != tuple(picture.shape[2:]):
        if target.upscaler is Upscaling.NEAREST:
            picture = F.interpolate(picture, size=shown, mode="nearest")
        else:
            picture = F.interpolate(picture, size=shown, mode="bilinear", align_corners=False)
    result: Floats = picture[0].permute(1, 2, 0).numpy()
    return result


def preview(picture: Tensor, target: ExportTarget) -> Picture:
    """As the pipeline does it: rounded to 8 bits, then OpenCV's upscale, which rounds again."""
    upscaler = create_upscaler(target.size, target.upscale, target.upscaler)
    return upscaler.upscale(rounded(picture[0].permute(1, 2, 0).numpy()))


def rounded(picture: Floats) -> Picture:
    """To 8 bits, as a display's picture is stored; what is no number becomes 0."""
    return as_picture(np.nan_to_num(np.clip(np.rint(picture), 0, 255), nan=0.0).astype(np.uint8))


def psnr(difference: Floats) -> float:
    """dB of 255 levels; infinite where nothing differs, minus infinite where something is no
    number."""
    square = float(np.mean(np.square(difference, dtype=np.float64)))
    if not math.isfinite(square):
        return -math.inf
    return decibels(square)

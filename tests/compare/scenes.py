"""Pictures whose motion is known."""

from __future__ import annotations

import cv2
import numpy as np

from render.media.frame import Picture, as_picture


def texture(height: int, width: int, seed: int = 0) -> Picture:
    """Coarse and fine shapes in colour, uint8 RGB: something for flow to hold on to."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for cell, strength in ((32, 60), (12, 40), (5, 25)):
        grid = rng.standard_normal((height // cell + 2, width // cell + 2, 3)).astype(np.float32)
        total += strength * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    return as_picture((128 + total).clip(0, 255).astype(np.uint8))


def pan(frames: int, height: int, width: int, step: int) -> list[Picture]:
    """A camera that moves right by ``step`` whole pixels a frame: nothing is interpolated."""
    scene = texture(height, width + step * frames)
    return [scene[:, step * n : step * n + width].copy() for n in range(frames)]

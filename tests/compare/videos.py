"""Videos whose every frame says its number, and tiles of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from render.compare.tiles import Tile
from render.media.clip import Clip
from tests.cli.conftest import make_clip as a_clip
from tests.conftest import X264, MakeClip

STEP = 7


def numbered(make_clip: MakeClip, rate: str, seconds: float = 1, size: str = "160x90") -> Path:
    """Frame n is grey, 16 + 7 n, all over; with a tone."""
    return make_clip(
        f"numbered_{rate.replace('/', '_')}.mp4",
        *("-f", "lavfi", "-i", f"color=black:s={size}:r={rate}:d={seconds}"),
        *("-f", "lavfi", "-i", f"sine=f=440:d={seconds}"),
        *("-vf", f"format=yuv444p,geq=lum='16+{STEP}*N*219/255':cb=128:cr=128"),
        *(*X264, "-crf", "1", "-c:a", "aac", "-shortest"),
    )


def number(pixels: npt.NDArray[np.uint8]) -> int:
    """Which frame a patch of `numbered` is of."""
    return round(float(pixels.astype(float).mean()) / STEP)


def tile(name: str, rate: Fraction | int = 15, **axes: str) -> Tile:
    clip: Clip = a_clip(Path(name))
    return Tile(clip=clip, rate=Fraction(rate), title=name, axes=axes)

"""A picture and its moment: what passes between the stages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

Picture: TypeAlias = npt.NDArray[np.uint8]
"""RGB, uint8, shape (height, width, 3). BGR exists only in cv2 calls, floats only in engines."""


def as_picture(array: npt.NDArray[Any]) -> Picture:
    """For the type checker: what cv2 returns for a uint8 picture is one."""
    return cast(Picture, array)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a clip or a preview.

    Attributes:
        time: seconds from the clip's start (exact; may be negative before a range's start).
        picture: RGB, uint8, shape (height, width, 3).
    """

    time: Fraction
    picture: Picture

    def __post_init__(self) -> None:
        p = self.picture
        if p.dtype != np.uint8 or p.ndim != 3 or p.shape[2] != 3:
            raise ValueError(f"a picture is uint8 of (height, width, 3), not {p.dtype} {p.shape}")

    @property
    def width(self) -> int:
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        return int(self.picture.shape[0])

    def with_picture(self, picture: Picture) -> Frame:
        """The same moment with another picture: what every picture stage returns."""
        return Frame(self.time, picture)

    def __repr__(self) -> str:
        return f"Frame({float(self.time):.4f} s, {self.width}x{self.height})"

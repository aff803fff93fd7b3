"""Networks that look at pictures: convolutions with rectifiers, the same on every engine.

Described once as plain arrays, and computed by OpenVINO on a processor, which needs no torch, or by
torch wherever torch runs. The tests hold both to the same figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np
import numpy.typing as npt

from render.media.frame import Picture

Floats = npt.NDArray[np.float32]

Looking = Callable[[Picture], list[Any]]
"""An RGB uint8 picture → what is found of it at each tap: arrays of numpy, or of torch where that
computes. Any thread may ask, several at a time."""


class SeenAs(Enum):
    """What is made of the features at a tap, (channels, places).

    UNIT: each place scaled to length 1. GRAM: the products of all channels, averaged over places
    and channels.
    """

    UNIT = auto()
    GRAM = auto()


@dataclass(frozen=True, slots=True, eq=False)
class VisionLayer:
    """A convolution and its rectifier.

    Attributes:
        pool: the side of a pooling by the largest in front of it, of stride 2; 0 for none.
        tap: whether what comes out is looked at.
    """

    weight: Floats
    bias: Floats
    stride: int = 1
    padding: int = 1
    pool: int = 0
    tap: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Vision:
    """Attributes:
    layers: in order; what follows the last tap is left out.
    shift, scale: of the codes 0..255 of red, green and blue: (code − shift) / scale goes in.
    found: what is made of each tap's features.
    """

    layers: tuple[VisionLayer, ...]
    shift: Floats
    scale: Floats
    found: SeenAs

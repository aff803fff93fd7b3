"""A saved model as plain data: its picture in, its operations, its picture out.

Both of Core ML's forms become this one, in the words of its ML programs (MIL), so that one
evaluator does for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from render.target import Size

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that an operation before has made, by its name."""

    name: str


Input: TypeAlias = "Ref | Array | np.generic | str | bool | int | float | tuple[Input, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """Attributes:
    kind: its type in MIL. inputs: by their names there. output: the name of what it makes, of
    ``shape`` (None: the form does not say) and in half precision or not.
    """

    kind: str
    inputs: Mapping[str, Input]
    output: str
    shape: tuple[int, ...] | None
    half: bool


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that the model declares: its name, its size, RGB, BGR or gray; ``scale`` and
    ``bias`` (three, RGB) are applied to it before the first operation."""

    name: str
    size: Size | None
    colours: str
    scale: float = 1.0
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """``half``: whether its weights or its sums are in half precision. ``compressed``: or in fewer
    bits. ``metadata``: its words. ``flexible``: whether it takes pictures of several sizes."""

    image: Image
    output: Image
    operations: tuple[Operation, ...]
    half: bool
    compressed: bool
    metadata: Mapping[str, str]
    flexible: bool

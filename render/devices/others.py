"""What sources say of a chip with other networks than ours, and of its heat.

Such figures rank no phones: two of them compare only where network, precision and system are the
same. What follows from them for our networks is in ``peak_share.py``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from render.devices.figures import Positive, Said, SizeText, Text

_Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)]
_OLD_CALLS = 2020
"""The year of the Core ML in which a call cost milliseconds."""


class ChipPart(StrEnum):
    """What of the chip ran it, as the source says."""

    NEURAL_ENGINE = "neural engine"
    GPU = "GPU"
    ANY = "any"
    """Core ML could take what it liked."""


class Grade(StrEnum):
    """How far a figure can be trusted: method and network known (A), known but for a detail (A-),
    with care (B), ratios only (C)."""

    A = "A"
    A_MINUS = "A-"
    B = "B"
    C = "C"


class OtherTime(Said):
    """Milliseconds that a network of somebody else's took for a picture.

    Attributes:
        network: its name. size: of its picture. giga_macs: its multiply-accumulates; ``reckoned``
            where we counted them and the source does not say them.
        part, bits: what ran it, in numbers of how many bits. year: of the system that ran it.
        on_engine: whether it is taken to have run on the neural engine alone; where the source does
            not say, that is our inference.
    """

    network: Text
    size: SizeText
    giga_macs: Positive
    reckoned: Annotated[bool, Field(strict=True)] = False
    ms: Positive
    part: ChipPart
    bits: Literal[8, 16, 32] = 16
    on_engine: Annotated[bool, Field(strict=True)]
    year: Annotated[int, Field(ge=2017, le=2100, strict=True)]
    grade: Grade

    @property
    def macs(self) -> float:
        return self.giga_macs * 1e9

    @property
    def old_calls(self) -> bool:
        """Whether a call cost milliseconds on its system, whatever the network."""
        return self.year <= _OLD_CALLS

    def __str__(self) -> str:
        return f"{self.network} at {self.size}"


class Ratio(Said):
    """How many ``times`` as fast as another chip (``than``) this one is with ``of``, in one
    benchmark: a ratio of that workload, and of no other."""

    times: Positive
    than: Text
    of: Text


class Heat(Said):
    """What a part of the chip ``keeps`` of its speed after ``minutes`` without a pause (``to``: at
    the other end, where the source gives a range), with a ``workload`` that is not ours. Without
    minutes the source says when in other words."""

    part: ChipPart
    keeps: _Share
    to: _Share | None = None
    minutes: Positive | None = None
    workload: Text

    @model_validator(mode="after")
    def _upwards(self) -> Heat:
        if self.to is not None and self.to < self.keeps:
            raise ValueError("`to` is less than `keeps`")
        return self

    @property
    def middle(self) -> float:
        return (self.keeps + (self.to or self.keeps)) / 2

    @property
    def words(self) -> str:
        share = f"{self.keeps:.0%}" if self.to is None else f"{self.keeps:.0%} to {self.to:.0%}"
        when = "" if self.minutes is None else f" after {self.minutes:g} min"
        return f"{self.part} keeps {share} of its speed{when} with {self.workload}"

"""What a profile says of a device: figures, bounds and rates, each with its kind and its source."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, model_validator

from render.errors import UsageError
from render.files.limits import short
from render.networks.spec import NetworkSpec
from render.target import Size


class Sure(StrEnum):
    """How a figure is known, the surest first."""

    MEASURED = "measured"
    PUBLISHED = "published"
    ESTIMATED = "estimated"


_Value = TypeVar("_Value")


def _parsed(parse: Callable[[str], _Value]) -> Callable[[object], _Value]:
    def check(value: object) -> _Value:
        if not isinstance(value, str):
            raise ValueError(f"{short(value)} is not text")  # noqa: TRY004
        try:
            return parse(value)
        except UsageError as error:
            raise ValueError(str(error)) from None

    return check


_AsText = PlainSerializer(str, return_type=str)
_Network = Annotated[NetworkSpec, PlainValidator(_parsed(NetworkSpec.parse)), _AsText]
SizeText = Annotated[Size, PlainValidator(_parsed(Size.parse)), _AsText]
# A microsecond, or a million operations a second; and far more than any phone takes or does.
Positive = Annotated[float, Field(gt=0, ge=1e-3, le=1e6, allow_inf_nan=False, strict=True)]
Text = Annotated[str, Field(min_length=1, strict=True)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Said(Part):
    """Anything that somebody found or said. ``source``: an address, or words. ``says``: what the
    source says, in our words. ``doubt``: what speaks against taking it so, where something does."""

    kind: Sure
    source: Text
    says: Text
    doubt: str = ""


class _Of(Said):
    """A network at a size. ``alternatives`` (``or`` in the file): networks that the source may have
    meant instead. All of a profile go together: the second of each is one reading of the source."""

    network: _Network
    alternatives: tuple[_Network, ...] = Field(default=(), alias="or")
    size: SizeText

    @property
    def readings(self) -> tuple[NetworkSpec, ...]:
        """The network that it is taken for, then the others that it may have been."""
        return (self.network, *self.alternatives)

    def reading(self, number: int) -> NetworkSpec:
        """In that reading of the source; one that says nothing of this figure changes nothing."""
        return self.readings[number] if number < len(self.readings) else self.network


class Figure(_Of):
    """Milliseconds a frame (the median). ``setting``: what ran it, such as ``Core ML fp16``;
    figures of one setting are reckoned with together."""

    ms: Positive
    setting: str = ""


class Bound(_Of):
    """That a network takes at least, or at most, so many milliseconds."""

    at_least: Positive | None = None
    at_most: Positive | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Bound:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give it `at_least` or `at_most`, one of them")
        return self


class Peak(Said):
    """What the chip's neural engine does at most, as announced: ``tera_operations`` a second in
    numbers of ``bits``. A multiply-accumulate is two operations.

    Our networks run in half precision, of which an engine does half as many as of 8 bits: where the
    announcement is of 8, the rate in halves is half of it.
    """

    tera_operations: Positive
    bits: Literal[8, 16] = 16

    @property
    def tera_halves(self) -> float:
        """Trillion operations a second in half precision."""
        return self.tera_operations * self.bits / 16

    @property
    def macs_ms(self) -> float:
        """Multiply-accumulates in half precision, a millisecond."""
        return self.tera_halves * 1e12 / 2 / 1e3


class SeparableBlocks(Said):
    """That separable blocks are not faster than full ones on this device, where ``faster`` is
    false."""

    faster: Annotated[bool, Field(strict=True)]

"""How sizes, rates, times, networks and paths stand in ``results.json``: as text or numbers there,
checked when it is read; typed in here. So nobody parses one later."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from render.devices.playback import Late
from render.errors import UsageError
from render.files.limits import short
from render.media.encoding import Encoder
from render.networks.spec import NetworkSpec
from render.planning.geometry import Box
from render.target import MAX_RATE, Size, Upscaling

_MOST_SECONDS = 10**15  # more than any header can say
_TOO_LARGE = 10**40  # for a numerator, and for a denominator
# Of Linux and macOS: bytes of a path, and of a name in it.
_PATH, _NAME = 4096, 255

_Value = TypeVar("_Value")


class ResultPart(BaseModel):
    """Of ``results.json``."""

    # Strict: of a text Python would make a number, even one without end.
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


def _read(kind: type[_Value], parse: Callable[[str], _Value]) -> PlainValidator:
    """Takes the text that ``parse`` takes, and what is of that kind already."""

    def check(value: object) -> _Value:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise ValueError(f"{short(value)} is not text")  # noqa: TRY004 - pydantic's error
        try:
            return parse(value)
        except UsageError as error:
            raise ValueError(str(error)) from None

    return PlainValidator(check)


def _exact(what: str, fits: Callable[[Fraction], bool]) -> PlainValidator:
    """Takes ``13/10`` and ``1.3``, and exact numbers, that ``fits`` takes."""

    def check(value: object) -> Fraction:
        number = _fraction(value) if isinstance(value, str) else value
        if not (isinstance(number, Fraction) and _can_be_written(number) and fits(number)):
            said = str(value) if isinstance(value, Fraction) else value
            raise ValueError(f"{short(said)} is no {what}")
        return number

    return PlainValidator(check)


def _fraction(text: str) -> Fraction | None:
    # Not Rate.parse: a clip's header may say a rate that nobody would write.
    found = re.fullmatch(r"[0-9]{1,40}(?:\.[0-9]{1,40}|/0*[1-9][0-9]{0,39})?", text)
    return None if found is None else Fraction(text)


def _can_be_written(number: Fraction) -> bool:
    """So that it can be read again."""
    return max(number.numerator, number.denominator) < _TOO_LARGE


def _path(text: str) -> str:
    whole = os.fsencode(text)
    if len(whole) > _PATH or max(map(len, whole.split(b"/"))) > _NAME:
        raise ValueError(f"{short(text)} is longer than a path can be")
    return text


_WRITTEN = PlainSerializer(str, return_type=str)

SizeAsText = Annotated[Size, _read(Size, Size.parse), _WRITTEN]
BoxAsText = Annotated[Box, _read(Box, Box.parse), _WRITTEN]
NetworkAsText = Annotated[NetworkSpec, _read(NetworkSpec, NetworkSpec.parse), _WRITTEN]
RateAsText = Annotated[
    Fraction,
    _exact("rate of frames, such as 30000/1001", lambda rate: 0 < rate <= MAX_RATE),
    _WRITTEN,
]
SecondsAsText = Annotated[
    Fraction,
    _exact("time in seconds, such as 13/10", lambda seconds: 0 <= seconds <= _MOST_SECONDS),
    _WRITTEN,
]
UpscalingAsText = Annotated[Upscaling, Field(strict=False)]
EncoderAsText = Annotated[Encoder, Field(strict=False)]
LateAsText = Annotated[Late, Field(strict=False)]
PathText = Annotated[str, AfterValidator(_path)]
Seconds = Annotated[float, Field(ge=0, le=_MOST_SECONDS)]
Frames = Annotated[int, Field(ge=0, le=10**7)]
"""Eleven hours at 240 a second."""
Share = Annotated[float, Field(ge=0, le=1)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]
"""JSON has lists where Python has tuples."""
Pair = Annotated[tuple[int, int], Field(strict=False)]

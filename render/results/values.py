"""How sizes, rates, times and paths stand in ``results.json``: as text or numbers, each checked
when it is read, so that whoever parses one later finds what can be parsed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, Field

from render.errors import UsageError
from render.files.limits import short
from render.networks.spec import NetworkSpec
from render.target import MAX_RATE, Size

_MOST_SECONDS = 10**15  # more than any header can say
# Of Linux and macOS: bytes of a path, and of a name in it.
_PATH, _NAME = 4096, 255


def _parses(parse: Callable[[str], object]) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            parse(text)
        except UsageError as error:
            raise ValueError(str(error)) from None
        return text

    return check


def _rate(text: str) -> None:
    # Not Rate.parse: a clip's header may say one that nobody would write.
    if not 0 < (_exact(text) or 0) <= MAX_RATE:
        raise UsageError(f"{short(text)} is no rate of frames, such as 30000/1001")


def _exact_seconds(text: str) -> None:
    seconds = _exact(text)
    if seconds is None or seconds > _MOST_SECONDS:
        raise UsageError(f"{short(text)} is no time in seconds, such as 13/10")


def _exact(text: str) -> Fraction | None:
    found = re.fullmatch(r"[0-9]{1,40}(?:\.[0-9]{1,40}|/0*[1-9][0-9]{0,39})?", text)
    return None if found is None else Fraction(text)


def _path(text: str) -> None:
    whole = os.fsencode(text)
    if len(whole) > _PATH or max(map(len, whole.split(b"/"))) > _NAME:
        raise UsageError(f"{short(text)} is longer than a path can be")


SizeText = Annotated[str, AfterValidator(_parses(Size.parse))]
RateText = Annotated[str, AfterValidator(_parses(_rate))]
SecondsText = Annotated[str, AfterValidator(_parses(_exact_seconds))]
NetworkText = Annotated[str, AfterValidator(_parses(NetworkSpec.parse))]
PathText = Annotated[str, AfterValidator(_parses(_path))]
Seconds = Annotated[float, Field(ge=0, le=_MOST_SECONDS)]
Frames = Annotated[int, Field(ge=0, le=10**7)]
"""Eleven hours at 240 a second."""
Share = Annotated[float, Field(ge=0, le=1)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]
"""JSON has lists where Python has tuples."""
Pair = Annotated[tuple[int, int], Field(strict=False)]

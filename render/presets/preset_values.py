"""What the keys of a preset may be: each read from what people write, and said in JSON Schema."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from render.errors import UsageError
from render.files.limits import LARGEST, short
from render.media.encoding import AudioMode, Encoder
from render.nearest import did_you_mean
from render.networks.spec import NetworkSpec
from render.target import MAX_RATE, MAX_SIDE, Fit, Orient, Rate, Size, Upscaling

_Choice = TypeVar("_Choice", bound=StrEnum)
_Parsed = TypeVar("_Parsed")


# Only a ValueError is a validation error to pydantic, hence the TRY004s.
def _rate(value: object) -> Rate:
    if isinstance(value, Rate):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        said = "write 15, '29.97', '30000/1001' or 'source'"
        raise ValueError(f"{short(value)} is no frame rate: {said}")  # noqa: TRY004
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    return _reworded(lambda: Rate.parse(str(value)))


def _size(value: object) -> Size:
    if isinstance(value, Size):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{short(value)} is no size: write it as text, for example '480x853'")  # noqa: TRY004
    return _reworded(lambda: Size.parse(value))


def size_or_none(value: object) -> Size | None:
    """The size of an upscale; ``none`` is for none."""
    return None if value is None or value == "none" else _size(value)


def _strength(value: object) -> float:
    number = math.nan
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{short(value)} is not a number from 0 to 1")
    return number + 0.0  # -0.0 is 0


def _reworded(parse: Callable[[], _Parsed]) -> _Parsed:
    """A parser's UsageError as pydantic's ValueError, without the word that our own label says."""
    try:
        return parse()
    except UsageError as error:
        raise ValueError(re.sub(r"^(fps|size|network) ", "", str(error))) from None


def _choice(kind: type[_Choice]) -> Callable[[object], _Choice]:
    def parse(value: object) -> _Choice:
        words = [member.value for member in kind]
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                return kind(value)  # which may know it by other names, too
        meant = did_you_mean(value, words) if isinstance(value, str) else ""
        raise ValueError(f"{short(value)} is not one of {', '.join(words)}{meant}")

    return parse


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{short(value)} is not text")  # noqa: TRY004
    return value


def _name(value: object) -> str:
    text = _text(value).strip()
    if not text:
        raise ValueError("is empty; leave the key out to get the default")
    return text


def _network(value: object) -> str:
    name = _name(value)
    _reworded(lambda: NetworkSpec.parse(name))
    return name


def _evidence(value: object) -> dict[str, Any] | None:
    """What a choice rested on (`render choose --save`): for people, and kept as it is."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("is no table; write [evidence] above its keys")  # noqa: TRY004
    for key, held in value.items():
        plain = (
            all(isinstance(each, str) for each in held)
            if isinstance(held, list)
            else isinstance(held, str | int)
            or (isinstance(held, float) and abs(held) <= LARGEST)  # no NaN, and no infinity
        )
        if not plain:
            raise ValueError(f"`{key}` is no text, number or list of texts")
    return dict(value)


def _one_to(most: int) -> str:
    """A regular expression of the whole numbers 1 to ``most``, 10 or more."""
    digits = str(most)
    fewer = f"[1-9][0-9]{{0,{len(digits) - 2}}}"
    # Those with as many digits: alike up to a place, less there, and then anything.
    as_many = [
        f"{digits[:place]}[{least}-{int(digit) - 1}]{'[0-9]' * (len(digits) - place - 1)}"
        for place, digit in enumerate(digits)
        if int(digit) > (least := int(place == 0))
    ]
    return f"({'|'.join([fewer, *as_many, digits])})"


_SIDES = f"{_one_to(MAX_SIDE)}[xX×]{_one_to(MAX_SIDE)}"
_RATES = r"source|[0-9]{1,9}(\.[0-9]{1,9})?|[0-9]{1,9}/0*[1-9][0-9]{0,8}"
_NUMBER = {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_RATE}
_PLAIN: list[dict[str, Any]] = [
    {"type": ["string", "boolean"]},
    {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
    {"type": "array", "items": {"type": "string"}},
]


def _said(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema(schema)


def _words(kind: type[StrEnum]) -> WithJsonSchema:
    return _said(type="string", enum=[member.value for member in kind])


_AS_TEXT = PlainSerializer(str, return_type=str)
_AS_SIZE = PlainSerializer(lambda size: "none" if size is None else str(size), return_type=str)
_ONE_OF_PLAIN = {"type": "object", "additionalProperties": {"anyOf": _PLAIN}}

TextValue = Annotated[str, PlainValidator(_text), _said(type="string")]
StyleValue = Annotated[str, PlainValidator(_name), _said(type="string", pattern=r"\S")]
NetworkValue = Annotated[str, PlainValidator(_network), _said(type="string", pattern=r"^res[0-9]")]
RateValue = Annotated[
    Rate,
    PlainValidator(_rate),
    _AS_TEXT,
    _said(anyOf=[_NUMBER, {"type": "string", "pattern": f"^({_RATES})$"}]),
]
SizeValue = Annotated[
    Size, PlainValidator(_size), _AS_TEXT, _said(type="string", pattern=f"^{_SIDES}$")
]
UpscaleValue = Annotated[
    Size | None,
    PlainValidator(size_or_none),
    _AS_SIZE,
    _said(type="string", pattern=f"^(none|{_SIDES})$"),
]
StrengthValue = Annotated[
    float, PlainValidator(_strength), _said(type="number", minimum=0, maximum=1)
]
UpscalerValue = Annotated[
    Upscaling, PlainValidator(_choice(Upscaling)), _AS_TEXT, _words(Upscaling)
]
OrientValue = Annotated[Orient, PlainValidator(_choice(Orient)), _AS_TEXT, _words(Orient)]
FitValue = Annotated[Fit, PlainValidator(_choice(Fit)), _AS_TEXT, _words(Fit)]
EncoderValue = Annotated[Encoder, PlainValidator(_choice(Encoder)), _AS_TEXT, _words(Encoder)]
AudioValue = Annotated[AudioMode, PlainValidator(_choice(AudioMode)), _AS_TEXT, _words(AudioMode)]
EvidenceValue = Annotated[
    dict[str, Any] | None, PlainValidator(_evidence), WithJsonSchema(_ONE_OF_PLAIN)
]

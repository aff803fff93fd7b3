"""What a real phone took for a network: one measurement, checked.

``size`` may be written either way round: a network takes the same for a picture that lies as for
one that stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from statistics import median
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    model_validator,
)

from render.devices.latency import LEAST_MS, MAX_MS
from render.errors import UsageError
from render.files.limits import short
from render.networks.spec import NetworkSpec
from render.target import Size

_MAX_WORD = 100
_MAX_SAMPLES = 10_000_000
_MAX_MINUTES = 24 * 60.0


class Units(StrEnum):
    """Which of the phone's processors Core ML might use, in the words of its MLComputeUnits."""

    ALL = "all"
    GPU = "cpuAndGPU"
    NEURAL_ENGINE = "cpuAndNeuralEngine"
    CPU = "cpuOnly"


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{short(value, 40)} is not text")  # noqa: TRY004
    text = " ".join(value.split())
    if not text or len(text) > _MAX_WORD or not text.isprintable():
        raise ValueError(f"must be 1 to {_MAX_WORD} printable characters")
    return text


def _os(value: object) -> str:
    return "" if value == "" else _word(value)


def _number(most: float) -> Callable[[object], float]:
    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{short(value, 40)} is no number")  # noqa: TRY004
        if not 0 < value <= most:  # so written, NaN is refused too
            raise ValueError(f"{short(value, 40)} is not over 0 and at most {most:g}")
        if value < LEAST_MS:
            raise ValueError(f"{short(value, 40)} is less than {LEAST_MS:g}, which nothing takes")
        return float(value)

    return check


def _samples(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MAX_SAMPLES:
        raise ValueError(f"{short(value, 40)} is no whole number from 1 to {_MAX_SAMPLES}")
    return value


def _network(value: object) -> NetworkSpec:
    if isinstance(value, NetworkSpec):
        return value
    text = _word(value)
    try:
        return NetworkSpec.parse(text)
    except UsageError as error:
        raise ValueError(str(error).removeprefix("network ")) from None


def _size(value: object) -> Size:
    if isinstance(value, Size):
        return value
    text = _word(value)
    try:
        return Size.parse(text)
    except UsageError as error:
        raise ValueError(str(error).removeprefix("size ")) from None


def _units(value: object) -> Units:
    words = [unit.value for unit in Units]
    if value not in words:
        raise ValueError(f"{short(value, 40)} is not one of {', '.join(words)}")
    return Units(str(value))


_AsText = PlainSerializer(str, return_type=str)
_Word = Annotated[str, PlainValidator(_word)]
_Ms = Annotated[float, PlainValidator(_number(MAX_MS))]


class Measurement(BaseModel):
    """One network at one size on one phone.

    Attributes:
        device: the model's identifier (``iPhone11,2``). name: as people call it. os: may be empty.
        median_ms: of one frame. p95_ms: 95 of 100 took at most this. samples: frames timed.
        sustained_ms: the median after ``sustained_after_minutes`` of running without a pause.
        latencies_ms: single frames in their order; median, p95 and samples follow from them where
            they are not written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: _Word
    name: Annotated[str, PlainValidator(_os)] = ""
    os: Annotated[str, PlainValidator(_os)] = ""
    network: Annotated[NetworkSpec, PlainValidator(_network), _AsText]
    size: Annotated[Size, PlainValidator(_size), _AsText]
    units: Annotated[Units, PlainValidator(_units), _AsText] = Units.ALL
    median_ms: _Ms
    p95_ms: _Ms | None = None
    samples: Annotated[int, PlainValidator(_samples)] | None = None
    sustained_ms: _Ms | None = None
    sustained_after_minutes: Annotated[float, PlainValidator(_number(_MAX_MINUTES))] | None = None
    latencies_ms: tuple[_Ms, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_single_frames(cls, data: Any) -> Any:
        frames = data.get("latencies_ms") if isinstance(data, dict) else None
        if not isinstance(frames, list) or not frames or not all(map(_plain, frames)):
            return data
        ordered = sorted(frames)
        taken = {
            "median_ms": median(ordered),
            "p95_ms": ordered[math.ceil(0.95 * len(ordered)) - 1],
            "samples": len(ordered),
        }
        return taken | {key: value for key, value in data.items() if value is not None}

    @model_validator(mode="after")
    def _agrees(self) -> Measurement:
        if self.p95_ms is not None and self.p95_ms < self.median_ms:
            raise ValueError(f"p95_ms {self.p95_ms:g} is less than median_ms {self.median_ms:g}")
        if (self.sustained_ms is None) != (self.sustained_after_minutes is None):
            raise ValueError("sustained_ms and sustained_after_minutes belong together")
        frames = self.latencies_ms
        if frames and not min(frames) <= self.median_ms <= max(frames):
            raise ValueError(f"median_ms {self.median_ms:g} lies outside its latencies_ms")
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What a later measurement must share to take this one's place."""
        return (self.device.casefold(), self.network, self.size.upright(), self.units, self.os)

    def as_dict(self) -> dict[str, Any]:
        """JSON types, without what is not known."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | {
            "units": self.units.value
        }


def _plain(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

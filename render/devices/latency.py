"""How long a phone's network takes for one frame: its middle, its spread, and how it grows warm."""

from __future__ import annotations

import math
import os
import random
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist, median

from render.errors import UsageError
from render.files.json import parse_json
from render.files.limits import short
from render.files.small import read_small

MAX_MS = 60_000.0
LEAST_MS = 0.001
"""Shorter than any network takes: what is divided by it is still a number."""
_MAX_BYTES = 16 << 20
_MICROSECOND = Fraction(1, 1_000_000)

# Of a standard normal: 95 of 100 values are below the first, 84 below the second.
_AT_95 = NormalDist().inv_cdf(0.95)
_AT_84 = 1.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of single frames, drawn one by one.

    They are log-normal around their median, which keeps them positive and gives them the long right
    tail that latencies have; or drawn from measured ones, with replacement.

    Attributes:
        median: of a cool phone, over 0 and at most 60,000. sigma: of the logarithm, 0 for a
            constant. samples: measured frames to draw from, whose median ``median`` is; else empty.
        sustained: the median once the phone is warm, after ``minutes`` of running; None: it stays.
    """

    median: float
    sigma: float = 0.0
    samples: tuple[float, ...] = ()
    sustained: float | None = None
    minutes: float = 0.0

    def __post_init__(self) -> None:
        for ms in (self.median, *self.samples, *([self.sustained] if self.sustained else [])):
            if not LEAST_MS <= ms <= MAX_MS:
                raise UsageError(
                    f"latency {ms:g} ms: must be over 0, {LEAST_MS:g} or more, and at most "
                    f"{MAX_MS:g}"
                )
        if not (0 <= self.sigma < math.inf and 0 <= self.minutes < math.inf):
            raise UsageError(
                f"latency {self.median:g} ms: its spread and minutes must be 0 or more"
            )

    @classmethod
    def spread(cls, ms: float, above: float) -> Latency:
        """``ms`` ± ``above``: 84 of 100 frames take at most their sum, as with one standard
        deviation. Raises UsageError."""
        return cls(ms, math.log(1 + max(0.0, above) / ms) / _AT_84 if ms > 0 else 0.0)

    @classmethod
    def of_p95(cls, ms: float, p95: float | None) -> Latency:
        """By the value that 95 of 100 frames do not exceed; None: nothing is known of a spread, and
        there is none."""
        return cls(ms, 0.0 if p95 is None else max(0.0, math.log(p95 / ms) / _AT_95))

    @property
    def p95(self) -> float:
        """What 95 of 100 frames of a cool phone take at most."""
        if self.samples:
            return sorted(self.samples)[math.ceil(0.95 * len(self.samples)) - 1]
        return self.median * math.exp(self.sigma * _AT_95)

    def at(self, minutes: float) -> float:
        """The median after so many minutes of running: it grows evenly until the phone is warm,
        and stays there. How phones warm up differs; a straight line is the plainest."""
        if self.sustained is None:
            return self.median
        share = 1.0 if minutes >= self.minutes else minutes / self.minutes
        return self.median + (self.sustained - self.median) * share

    def draw(self, chance: random.Random, minutes: float) -> Fraction:
        """Seconds of one frame, to the microsecond."""
        if self.samples:
            share = self.samples[int(chance.random() * len(self.samples))] / self.median
        elif self.sigma:
            # From random() alone, whose sequence Python keeps from version to version.
            share = math.exp(self.sigma * NormalDist().inv_cdf(chance.random() or 0.5))
        else:
            share = 1.0
        return max(1, round(self.at(minutes) * share * 1000)) * _MICROSECOND


def parse_latency(text: str) -> Latency:
    """``66``, ``66±8`` (also ``66+-8``), or a file of milliseconds. Raises UsageError."""
    match = re.fullmatch(
        r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*(?:(?:±|\+-|\+/-)\s*(\d{1,6}(?:\.\d{1,6})?))?\s*", text
    )
    if match:
        return Latency.spread(float(match[1]), float(match[2] or 0))
    path = Path(text)
    # Not Path.exists, which raises for a name that no file can have.
    if path.suffix or os.path.lexists(text):
        return _from_file(path)
    raise UsageError(
        f"--latency {short(text)}: write milliseconds (66), with a spread (66±8), or a file of them"
    )


def _from_file(path: Path) -> Latency:
    """A list of milliseconds: JSON (a list, or one with ``latencies_ms``), or a number a line."""
    data = read_small(path, "file of latencies", _MAX_BYTES, UsageError)
    values = _numbers(path, data)
    if not values:
        raise UsageError(f"--latency {path}: holds no latencies; write milliseconds, one a line")
    for value in values:
        if not LEAST_MS <= value <= MAX_MS:
            raise UsageError(f"--latency {path}: {value:g} ms is not {LEAST_MS:g} to {MAX_MS:g}")
    return Latency(median(values), samples=tuple(values))


def _numbers(path: Path, data: bytes) -> list[float]:
    text = data.decode("utf-8-sig", "replace").strip()
    try:
        if text.startswith(("{", "[")):
            found = parse_json(text)
            listed = _listed(found) if isinstance(found, dict) else found
            if not isinstance(listed, list) or any(isinstance(n, bool | str) for n in listed):
                raise ValueError("no list of numbers")
            return [float(number) for number in listed]
        return [float(line) for line in text.replace(",", "\n").split()]
    except (ValueError, TypeError):
        raise UsageError(
            f"--latency {path}: is no list of milliseconds; write one a line, or JSON with "
            "`latencies_ms`"
        ) from None


def _listed(found: dict[str, object]) -> object:
    """``latencies_ms`` of a file of timings, or of its only measurement."""
    measurements = found.get("measurements")
    if isinstance(measurements, list) and len(measurements) == 1:
        (only,) = measurements
        return only.get("latencies_ms") if isinstance(only, dict) else None
    return found.get("latencies_ms")

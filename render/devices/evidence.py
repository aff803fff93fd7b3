"""What is known of a device's times, in one form: from sources and from the user's measurements."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import NormalDist, median, stdev

from render.devices.fit import students_t
from render.devices.measurements import Measurement
from render.devices.profile import Figure, Profile, Sure
from render.networks.spec import NetworkSpec
from render.target import Size

_AT_95 = NormalDist().inv_cdf(0.95)
_AT_975 = NormalDist().inv_cdf(0.975)
# The standard error of a median against that of a mean, for normal values: sqrt(pi / 2).
_MEDIAN = math.sqrt(math.pi / 2)
_BLOCKS = 10


@dataclass(frozen=True)
class Timing:
    """A network at a size took so long.

    Attributes:
        readings: the network; for a source also what else it may have meant, in its order.
        setting: what ran it (compute units, or the source's words); times of one setting belong
            together.
        sure: how it is known. where: on what, in words. measured: what the user imported.
    """

    readings: tuple[NetworkSpec, ...]
    size: Size
    ms: float
    sure: Sure
    setting: str
    where: str = ""
    measured: Measurement | None = None

    @property
    def network(self) -> NetworkSpec:
        """What it is taken for."""
        return self.readings[0]

    def reading(self, number: int) -> NetworkSpec:
        return self.readings[number] if number < len(self.readings) else self.readings[0]

    def is_of(self, network: NetworkSpec, size: Size) -> bool:
        """Exactly this; a picture that lies costs what one that stands does."""
        return self.readings[0] == network and size in (self.size, self.size.turned())

    def __str__(self) -> str:
        return f"{self.ms:.4g} ms of {self.readings[0]} at {self.size}"

    @cached_property
    def error(self) -> float:
        """Half the width of the 95 % interval of the median, as a share of it; 0 where nothing is
        said of a spread.

        Frames that follow each other are not independent: of a list, ten parts in their order give
        ten medians, whose scatter counts that in. Else log-normal frames are taken to be so, and
        the number that were timed tells how well their median is known; of an unknown number, one.
        """
        m = self.measured
        if m is None:
            return 0.0
        if len(m.latencies_ms) >= 2 * _BLOCKS:
            parts = list(_medians(m.latencies_ms))
            return students_t(_BLOCKS - 1) * stdev(parts) / math.sqrt(_BLOCKS) / self.ms
        if m.p95_ms is None:
            return 0.0
        sigma = math.log(m.p95_ms / m.median_ms) / _AT_95
        return math.expm1(_AT_975 * _MEDIAN * sigma / math.sqrt(m.samples or 1))


def _medians(frames: tuple[float, ...]) -> Iterable[float]:
    edges = [round(i * len(frames) / _BLOCKS) for i in range(_BLOCKS + 1)]
    return (median(frames[a:b]) for a, b in pairwise(edges))


def timings(profile: Profile) -> tuple[Timing, ...]:
    """All of them; of measurements that differ only in the system, those of the newest one."""
    newest: dict[tuple[object, ...], Measurement] = {}
    for m in profile.measurements:
        key = m.key[:-1]
        if key not in newest or _version(newest[key].os) <= _version(m.os):
            newest[key] = m
    return (*map(_measured, newest.values()), *map(_said, profile.figures))


def _measured(m: Measurement) -> Timing:
    where = ", ".join(word for word in (m.name or m.device, m.os) if word)
    size = m.size.upright()
    return Timing((m.network,), size, m.median_ms, Sure.MEASURED, m.units.value, where, m)


def _said(figure: Figure) -> Timing:
    return Timing(figure.readings, figure.size, figure.ms, figure.kind, figure.setting)


def _version(os: str) -> tuple[int, ...]:
    """``iOS 18.5`` is newer than ``iOS 18.10`` is not: by numbers."""
    return tuple(int(number) for number in re.findall(r"\d{1,9}", os))

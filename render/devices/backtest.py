"""How far the rule of ``peak_share.py`` can be trusted: each published figure, predicted.

The rule's numbers were read off these very figures, so each is predicted twice: by the rule as it
is, which shows how many it holds, and by shares of the others alone, with the figure's whole
network left out, which shows whether the others would have told. The latter is Student's t around
the logarithms' mean: where one more figure should lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from render.devices.fit import students_t
from render.devices.others import OtherTime
from render.devices.peak_share import OLD_CALL_MS, Where, elsewhere, on_engine, share
from render.devices.profile import Figure, Profile

LEAST_COVERAGE = 0.8
"""What the rule has to hold of the published figures in half precision."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A published figure and what was predicted of it.

    Attributes:
        chip, network, bits: of what. ms: published. where: the case that it is taken to be.
        low, usual, high: by the rule as it is. left_out: the interval by the shares that other
            networks reached in the same case; None of 8 bits, or where there are too few.
    """

    chip: str
    network: str
    bits: int
    where: Where
    ms: float
    low: float
    usual: float
    high: float
    left_out: tuple[float, float] | None

    @property
    def held(self) -> bool:
        return self.low <= self.ms <= self.high

    @property
    def held_left_out(self) -> bool | None:
        return None if self.left_out is None else self.left_out[0] <= self.ms <= self.left_out[1]

    @property
    def width(self) -> float:
        """How many times the lower end the upper one is."""
        return self.high / self.low

    @property
    def counts(self) -> bool:
        """Whether it is of our networks' precision; of 8 bits the rule says nothing."""
        return self.bits != 8


@dataclass(frozen=True, slots=True)
class _Known:
    """A published figure in one form, of our networks or of others."""

    profile: Profile
    network: str
    bits: int
    where: Where
    macs: float
    ms: float
    old_calls: bool

    @property
    def share(self) -> float:
        return share(self.profile, self.macs, self.ms, old_calls=self.old_calls)


def backtest(profiles: Sequence[Profile]) -> list[Prediction]:
    """Every published time of these chips, predicted; those without a rate are left out."""
    known = [one for p in profiles if p.peak is not None for one in _known(p)]
    return [_predicted(one, known) for one in known]


def coverage(predictions: Sequence[Prediction]) -> tuple[int, int]:
    """How many of those that count the rule holds, and how many there are."""
    counted = [one for one in predictions if one.counts]
    return sum(one.held for one in counted), len(counted)


def _known(profile: Profile) -> list[_Known]:
    return [_own(profile, figure) for figure in profile.figures] + [
        _other(profile, time) for time in profile.others
    ]


def _own(profile: Profile, figure: Figure) -> _Known:
    beside = bool(figure.network.late_forms)
    return _Known(
        profile, figure.network.name, 32 if "fp32" in figure.setting else 16,
        Where.ELSEWHERE if beside else Where.ENGINE,
        figure.network.macs(figure.size), figure.ms, old_calls=False,
    )  # fmt: skip


def _other(profile: Profile, time: OtherTime) -> _Known:
    return _Known(
        profile, time.network, time.bits,
        Where.ENGINE if time.on_engine else Where.ELSEWHERE,
        time.macs, time.ms, time.old_calls,
    )  # fmt: skip


def _predicted(one: _Known, known: Sequence[_Known]) -> Prediction:
    reckon = on_engine if one.where is Where.ENGINE else elsewhere
    case = reckon(one.profile, one.macs, old_calls=one.old_calls)
    assert case is not None, "only chips with a rate are asked"
    others = [
        other.share
        for other in known
        if other.where is one.where and other.bits != 8 and other.network != one.network
    ]
    left_out = None if one.bits == 8 else _by_others(one, others)
    return Prediction(
        one.profile.name, one.network, one.bits, one.where, one.ms, case.low, case.ms, case.high,
        left_out,
    )  # fmt: skip


def _by_others(one: _Known, shares: Sequence[float]) -> tuple[float, float] | None:
    """Where it should lie by what others reached: 95 of 100, for one more of a log-normal lot."""
    if len(shares) < 2:
        return None
    logs = [math.log(each) for each in shares]
    far = students_t(len(logs) - 1) * stdev(logs) * math.sqrt(1 + 1 / len(logs))
    peak = one.profile.peak
    assert peak is not None, "only chips with a rate are asked"
    middle = one.macs / peak.macs_ms / math.exp(fmean(logs))
    call = OLD_CALL_MS if one.old_calls else 0.0
    return call + middle * math.exp(-far), call + middle * math.exp(far)

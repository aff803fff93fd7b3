"""A time from the chip's announced rate: two cases, each with its interval and its reason.

Of most chips no style network's time was published, but times of other networks were. Where those
ran on the neural engine alone they reached much the same share of its announced rate in half
precision, on every chip: 29 to 36 of 100, and a chip's slope over deep 3x3 networks up to all of
it. So a network of ours that runs there alone takes

    ms = a call + multiply-adds / (share · rate),   share 0.25 to 0.75, 0.30 taken

and one that does not run there alone takes 4 to 7 times as long, but for the call, as the published
times of style networks and of GPUs do. Nothing says beforehand which of the two it will be, so
these are two cases, never one interval. All of it is inference from published figures;
``backtest.py`` says how many of those it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from render.devices.others import ChipPart, OtherTime
from render.devices.profile import Peak, Profile, Sure

LEAST_SHARE, USUAL_SHARE, MOST_SHARE = 0.25, 0.30, 0.75
"""Of the announced rate in half precision."""
CALL_MS = (0.1, 0.3, 0.9)
"""What a call costs whatever the network, on systems of today: least, usual, most."""
OLD_CALL_MS = 7.0
"""The same in the Core ML of 2020."""
LEAST_TIMES, MOST_TIMES = 4.0, 7.0
"""How many times as long it takes where not all of it runs on the neural engine."""
USUAL_TIMES = (LEAST_TIMES * MOST_TIMES) ** 0.5


class Where(StrEnum):
    """What of the chip runs the network."""

    ENGINE = "all on the neural engine"
    ELSEWHERE = "not all on the neural engine"

    @property
    def condition(self) -> str:
        whole = "all" if self is Where.ENGINE else "not all"
        return f"if {whole} of it runs on the neural engine"

    @property
    def short(self) -> str:
        return "engine" if self is Where.ENGINE else "not"


@dataclass(frozen=True, slots=True)
class Case:
    """``ms`` in ``low`` … ``high``, if it runs ``where``; and why."""

    where: Where
    ms: float
    low: float
    high: float
    reason: str


def on_engine(profile: Profile, macs: float, *, old_calls: bool = False) -> Case | None:
    """All of it on the neural engine; None where no rate is known."""
    peak = profile.peak
    if peak is None:
        return None
    eight = "" if peak.bits == 16 else f" (announced: {peak.tera_operations:g} in 8 bits)"
    kind = "announced" if peak.kind is Sure.PUBLISHED else peak.kind.value
    reason = (
        f"at {LEAST_SHARE:.0%} to {MOST_SHARE:.0%} of the {kind} {peak.tera_halves:g} trillion "
        f"operations a second in half precision{eight}, {USUAL_SHARE:.0%} taken, and "
        f"{CALL_MS[0]:g} to {CALL_MS[-1]:g} ms a call"
    )
    reached = [
        f"{t.network} {share(profile, t.macs, t.ms, old_calls=t.old_calls):.0%}"
        for t in _telling(profile)
    ]
    if reached:
        reason += f"; its published figures reach {', '.join(reached)}"
    return Case(Where.ENGINE, *_times(peak, macs, (1, 1, 1), old_calls=old_calls), reason)


def elsewhere(profile: Profile, macs: float, *, old_calls: bool = False) -> Case | None:
    """Not all of it on the neural engine; None where no rate is known."""
    if profile.peak is None:
        return None
    factors = (LEAST_TIMES, USUAL_TIMES, MOST_TIMES)
    reason = (
        f"{LEAST_TIMES:g} to {MOST_TIMES:g} times as long, as style networks and GPUs took where "
        "times of them are published"
    )
    times = _times(profile.peak, macs, factors, old_calls=old_calls)
    return Case(Where.ELSEWHERE, *times, reason)


def _times(
    peak: Peak, macs: float, factors: tuple[float, float, float], *, old_calls: bool
) -> tuple[float, float, float]:
    """Usual, least and most; ``factors`` from the least up. A call costs what it costs, wherever
    the sums are made."""
    calls = (OLD_CALL_MS,) * 3 if old_calls else CALL_MS
    shares = (MOST_SHARE, USUAL_SHARE, LEAST_SHARE)
    low, usual, high = (
        call + factor * macs / peak.macs_ms / share
        for call, factor, share in zip(calls, factors, shares, strict=True)
    )
    return usual, low, high


def share(profile: Profile, macs: float, ms: float, *, old_calls: bool) -> float:
    """Of the chip's rate in half precision that a published time reached, what a call cost in 2020
    left out. The profile has a rate."""
    assert profile.peak is not None, "without a rate there is no share of it"
    return macs / (ms - (OLD_CALL_MS if old_calls else 0.0)) / profile.peak.macs_ms


def _telling(profile: Profile) -> list[OtherTime]:
    """What our networks may be held against: half precision, on the neural engine."""
    return [
        t for t in profile.others if t.on_engine and t.bits == 16 and t.part is not ChipPart.GPU
    ]

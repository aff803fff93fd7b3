"""A time scaled from one known figure, between two ways in which it can grow.

Of a device with one figure or two nobody knows what its time goes by. If it waits for sums, time
grows with multiply-adds; if it waits for memory, with the activations that its convolutions read
and write. A real network lies between: for ms = a · multiply-adds + b · moved, with a and b not
below 0, the ratio to a known network is between the two ratios. The estimate goes by multiply-adds,
as engineers reckon; the interval holds both, for each network that the source may have meant.
Published bounds then cut it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from render.devices.evidence import Timing
from render.devices.profile import Bound, Profile, Sure
from render.networks.spec import NetworkSpec
from render.target import Size

_ALIKE = 0.05
"""Ways of reckoning that differ by less than this share are said to agree."""
_FAR = 0.5
"""A network of less than this share of the known one's cost is far from it: what a call costs,
whatever its size, is not known from one figure and may count there."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """``ms`` in ``low`` … ``high``, how sure, and why."""

    ms: float
    low: float
    high: float
    sure: Sure
    reason: str


def scaled(profile: Profile, known: Sequence[Timing], network: NetworkSpec, size: Size) -> Reckoned:
    """From the nearest of ``known`` (at least one); one that contradicts it widens the interval."""
    nearest, *others = sorted(known, key=lambda t: _distance(t, network, size))
    ms, (low, high), reason = _from(profile, nearest, network, size)
    for other in others:
        _, (lowest, highest), _ = _from(profile, other, network, size)
        if lowest > high or highest < low:
            low, high = min(low, lowest), max(high, highest)
            reason += f"; {_kind(other)} {other} do not agree with that"
    exact = nearest.is_of(network, size)
    return Reckoned(ms, low, high, nearest.sure if exact else Sure.ESTIMATED, reason)


def _distance(known: Timing, network: NetworkSpec, size: Size) -> float:
    by_macs, by_traffic = _ratios(known.reading(0), known.size, network, size)
    return max(abs(math.log(by_macs)), abs(math.log(by_traffic)))


def _ratios(
    known: NetworkSpec, known_size: Size, network: NetworkSpec, size: Size
) -> tuple[float, float]:
    """By multiply-adds, and by activations moved."""
    return (
        network.macs(size) / known.macs(known_size),
        network.traffic(size) / known.traffic(known_size),
    )


def _from(
    profile: Profile, known: Timing, network: NetworkSpec, size: Size
) -> tuple[float, tuple[float, float], str]:
    count = max([len(known.readings), *(len(bound.readings) for bound in profile.bounds)])
    cuts = [_Cuts(profile.bounds, reading, network, size) for reading in range(count)]
    values = []
    for reading, cut in enumerate(cuts):
        for ratio in _ratios(known.reading(reading), known.size, network, size):
            around = (known.ms * ratio / (1 + known.error), known.ms * ratio * (1 + known.error))
            values += [cut(value) for value in around]
    by_macs, by_traffic = (
        known.ms * ratio for ratio in _ratios(known.reading(0), known.size, network, size)
    )
    ms = cuts[0](by_macs)
    said = _said(known, network, size, by_macs, by_traffic)
    return ms, (min(values), max(values)), "; ".join([*said, *cuts[0].said])


class _Cuts:
    """The bounds that hold for a network at a size, in one reading of the sources.

    A network with at least the multiply-adds and at least the traffic of another takes no less
    time; so what is said of one holds for all that are larger, or smaller, in both.
    """

    def __init__(
        self, bounds: Sequence[Bound], reading: int, network: NetworkSpec, size: Size
    ) -> None:
        self._bounds = []
        self.said: list[str] = []
        for bound in bounds:
            ratios = _ratios(bound.reading(reading), bound.size, network, size)
            if min(ratios) >= 1 if bound.at_least is not None else max(ratios) <= 1:
                self._bounds.append(bound)

    def __call__(self, ms: float) -> float:
        for bound in self._bounds:
            least, most = bound.at_least or 0.0, bound.at_most or math.inf
            if not least <= ms <= most:
                words = f"over {least:g}" if ms < least else f"under {most:g}"
                said = f"cut: {bound.network} at {bound.size} is {words} ms ({bound.kind.value})"
                self.said += [] if said in self.said else [said]
            ms = min(max(ms, least), most)
        return ms


def _said(
    known: Timing, network: NetworkSpec, size: Size, by_macs: float, by_traffic: float
) -> Iterator[str]:
    if known.is_of(network, size):
        yield f"{_kind(known)} {known}"
    elif abs(by_macs / by_traffic - 1) < _ALIKE:
        yield f"scaled from {_kind(known)} {known}: multiply-adds and activations moved agree"
    else:
        yield (
            f"scaled from {_kind(known)} {known}: {in_ms(by_macs)} ms by multiply-adds, "
            f"{in_ms(by_traffic)} by activations moved"
        )
    if max(by_macs, by_traffic) < _FAR * known.ms:
        yield "far smaller: what a call costs at any size would come on top"
    if len(known.readings) > 1:
        others = " or ".join(n.name for n in known.readings[1:])
        yield f"the interval holds that the source may have meant {others}"


def in_ms(value: float) -> str:
    """Two digits, or whole milliseconds."""
    return f"{value:.2g}" if value < 99.5 else f"{value:.0f}"


def _kind(known: Timing) -> str:
    return f"the {known.sure.value}"

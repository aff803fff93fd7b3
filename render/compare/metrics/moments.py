"""Which moments of two previews may be compared: those at which both show the same of the clip.

All times are exact: seconds from the clip's start, as Fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from render.media.sample import picture_at

FIFTH = Fraction(1, 5)
"""Seconds. 5, 10, 15, 20, 25, 30 and 60 fps all show a new picture at every fifth of a second."""
_GAPS = (Fraction(1, 10), Fraction(1))
_OFF = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Ticks:
    """When a preview shows its pictures: picture n at ``start + n / rate``, n < ``count``.

    ``start`` is seconds into the clip; the preview's own time begins there.
    """

    start: Fraction
    rate: Fraction
    count: int

    def time(self, tick: int) -> Fraction:
        """In the clip's time."""
        return self.start + tick / self.rate

    @property
    def end(self) -> Fraction:
        return self.time(self.count)

    def on_show(self, moment: Fraction) -> int | None:
        """The picture that the preview shows at a moment of the clip; None outside of it."""
        tick = floor((moment - self.start) * self.rate)
        return tick if 0 <= tick < self.count else None


@dataclass(frozen=True, slots=True)
class Moment:
    """Ticks that may be compared: ``tick`` of a cell, and ``reference`` of its reference."""

    tick: int
    reference: int


def shared(cell: Ticks, reference: Ticks, source: Fraction | None = None) -> list[Moment]:
    """The moments that both show, in order.

    Two ticks at the same time show the same picture of the clip, whatever their rates. So do two
    that fall on one picture of a clip of ``source`` frames a second (None: not known, or variable):
    15 fps of a clip of 29.97 meets all of its pictures, and its times but once a minute.
    """
    swapped = cell.rate > reference.rate
    slow, fast = (reference, cell) if swapped else (cell, reference)
    found = []
    for tick in range(slow.count):
        other = _partner(slow.time(tick), fast, source)
        if other is not None:
            found.append(Moment(other, tick) if swapped else Moment(tick, other))
    return found


def _partner(time: Fraction, fast: Ticks, source: Fraction | None) -> int | None:
    place = (time - fast.start) * fast.rate
    low = floor(place)
    if place == low:
        return low if 0 <= low < fast.count else None
    if source is None:
        return None
    picture = picture_at(time, source)
    near = sorted((low, low + 1), key=lambda tick: abs(tick - place))
    same = (t for t in near if 0 <= t < fast.count and picture_at(fast.time(t), source) == picture)
    return next(same, None)


def choose(
    moments: Sequence[Moment], cell: Ticks, wanted: int, after: Fraction = Fraction(0)
) -> list[Moment]:
    """At most ``wanted`` of the ``moments``, evenly over the cell: the first to be left out are
    those with less than ``after`` seconds of the cell behind them, and those that are at no fifth
    of a second, so that cells of several rates are compared at the same moments if they can be."""
    with_time = [m for m in moments if cell.time(m.tick) + after < cell.end] or list(moments)
    fifths = [m for m in with_time if (m.tick / cell.rate / FIFTH).denominator == 1]
    pool = fifths if len(fifths) >= wanted else with_time
    if len(pool) <= wanted:
        return list(pool)
    return [pool[(2 * n + 1) * len(pool) // (2 * wanted)] for n in range(wanted)]


def common_gap(rates: Iterable[Fraction]) -> Fraction | None:
    """The time nearest to a fifth of a second that is a whole number of ticks of the slowest rate,
    and of every other to within a twentieth; None where there is none of a tenth to one second.

    10, 15 and 30 fps: 1/5. 15 and 29.97: 1/5, which is 6 ticks of 29.97 but for a thousandth.
    """
    all_rates = set(rates)
    slowest = min(all_rates, default=Fraction(0))
    fitting = [
        gap
        for gap in (Fraction(n) / slowest for n in range(1, floor(_GAPS[1] * slowest) + 1))
        if gap >= _GAPS[0] and all(_off(gap, rate) <= _OFF * gap for rate in all_rates)
    ]
    return min(fitting, key=lambda gap: (abs(gap - FIFTH), gap), default=None)


def _off(gap: Fraction, rate: Fraction) -> Fraction:
    """How far a gap is from a whole number of ticks, in seconds."""
    return abs(ticks_of(gap, rate) / rate - gap)


def ticks_of(gap: Fraction, rate: Fraction) -> int:
    """A gap in ticks of ``rate``, the nearest whole number, at least one."""
    return max(1, floor(gap * rate + Fraction(1, 2)))


def runs(moments: Iterable[Fraction], apart: Fraction) -> Iterator[list[Fraction]]:
    """Sorted, and cut where two are more than ``apart``: what is read at one go."""
    run: list[Fraction] = []
    for moment in sorted(set(moments)):
        if run and moment - run[-1] > apart:
            yield run
            run = []
        run.append(moment)
    if run:
        yield run

"""Source frames → the frames that a target's ticks show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from render.media.frame import Frame, Picture

# At a tick a viewer sees the picture that is on show then. Timestamps jitter, though, and
# containers round them: of two pictures the nearer one is taken, but never one from more than this
# far ahead. The choice depends on the tick's time alone, not on the rate: 10, 15 and 30 fps of one
# clip share every picture that their ticks share.
LOOK_AHEAD = Fraction(1, 60)

# Previews' timestamps are ticks of their own rate, as exactly as Matroska's milliseconds allow.
ROUNDING = Fraction(1, 1000)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A source picture, and the ticks that show it: by rate, a range that is never empty."""

    picture: Picture
    ticks: dict[Fraction, range]


def sample(
    frames: Iterable[Frame],
    rate: Fraction,
    *,
    start: Fraction = Fraction(0),
    duration: Fraction | None = None,
    look_ahead: Fraction = LOOK_AHEAD,
) -> Iterator[Frame]:
    """The picture on show at each tick ``n / rate`` from ``start``, stamped from 0: `sample_all` of
    one rate. A picture that is shown at several ticks is the same object in each, so that no stage
    works on it twice.
    """
    for shown in sample_all(frames, [rate], start=start, duration=duration, look_ahead=look_ahead):
        for tick in shown.ticks[rate]:
            yield Frame(tick / rate, shown.picture)


def sample_all(
    frames: Iterable[Frame],
    rates: Sequence[Fraction],
    *,
    start: Fraction = Fraction(0),
    duration: Fraction | None = None,
    look_ahead: Fraction = LOOK_AHEAD,
) -> Iterator[Shown]:
    """The pictures on show at the ticks ``n / rate`` from ``start`` of any of the ``rates``, in
    order, each once.

    ``frames`` are a Decoder's: in time order, the last one closing the interval of the picture
    before it. As many ticks of a rate come out as ffmpeg's ``fps=RATE:start_time=0`` gives: the
    clip's end is rounded to the nearest tick, and a clip with a picture has at least one.
    """
    counts = [_Ticks(rate, start, duration) for rate in dict.fromkeys(rates)]
    current: Frame | None = None
    upcoming: Frame | None = None
    for upcoming in frames:
        if current is not None:
            takes_over = boundary(current, upcoming, look_ahead)
            ticks = {count.rate: now for count in counts if (now := count.until(takes_over))}
            if ticks:
                yield Shown(current.picture, ticks)
            if all(count.over for count in counts):
                return
        current = upcoming
    if current is None or upcoming is None:
        return
    ticks = {count.rate: now for count in counts if (now := count.rest(upcoming.time))}
    if ticks:
        yield Shown(current.picture, ticks)


class _Ticks:
    """How far one rate's ticks have come."""

    def __init__(self, rate: Fraction, start: Fraction, duration: Fraction | None) -> None:
        self.rate = rate
        self._start = start
        self._last = None if duration is None else max(1, ceil(duration * rate))
        self._next = 0

    @property
    def over(self) -> bool:
        return self._next == self._last

    def until(self, moment: Fraction) -> range:
        """The ticks before ``moment`` that were not given out yet."""
        return self._to(max(self._next, ceil((moment - self._start) * self.rate)))

    def rest(self, end: Fraction) -> range:
        """The ticks that are left of a clip that ends at ``end``."""
        ticks = max(1, floor((end - self._start) * self.rate + Fraction(1, 2)))
        return self._to(max(self._next, ticks))

    def _to(self, tick: int) -> range:
        first, self._next = self._next, tick if self._last is None else min(tick, self._last)
        return range(first, self._next)


def picture_at(moment: Fraction, source: Fraction) -> int:
    """The number of the picture that is on show at a moment of a clip whose pictures are evenly
    apart, ``source`` a second: `boundary` without the pictures."""
    return next(pictures_at([0], Fraction(1), moment, source))


def pictures_at(
    ticks: Iterable[int], rate: Fraction, start: Fraction, source: Fraction
) -> Iterator[int]:
    """`picture_at` each moment ``start + tick / rate``."""
    ahead = min(LOOK_AHEAD, 1 / (2 * source))
    # (tick / rate + start + ahead) * source, in whole numbers, which are faster.
    offset, step = (start + ahead) * source, source / rate
    below = offset.denominator * step.denominator
    a, b = step.numerator * offset.denominator, offset.numerator * step.denominator
    return ((a * tick + b) // below for tick in ticks)


def boundary(current: Frame, upcoming: Frame, look_ahead: Fraction = LOOK_AHEAD) -> Fraction:
    """The moment from which ``upcoming`` is shown."""
    gap = max(Fraction(0), upcoming.time - current.time)
    return upcoming.time - min(look_ahead, gap / 2)

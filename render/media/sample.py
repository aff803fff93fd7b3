"""Source frames → the frames that a target's ticks show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor

from render.media.frame import Frame

# At a tick a viewer sees the picture that is on show then. Timestamps jitter, though, and
# containers round them: of two pictures the nearer one is taken, but never one from more than this
# far ahead. The choice depends on the tick's time alone, not on the rate: 10, 15 and 30 fps of one
# clip share every picture that their ticks share.
LOOK_AHEAD = Fraction(1, 60)


def sample(
    frames: Iterable[Frame],
    rate: Fraction,
    *,
    start: Fraction = Fraction(0),
    duration: Fraction | None = None,
) -> Iterator[Frame]:
    """The picture on show at each tick ``n / rate`` from ``start``, stamped from 0.

    ``frames`` are a Decoder's: in time order, the last one closing the interval of the picture
    before it. As many ticks come out as ffmpeg's ``fps=RATE:start_time=0`` gives: the clip's end is
    rounded to the nearest tick, and a clip with a picture has at least one. A picture that is shown
    at several ticks is the same object in each, so that no stage works on it twice.
    """
    last_tick = None if duration is None else max(1, ceil(duration * rate))
    tick = 0
    current: Frame | None = None
    upcoming: Frame | None = None
    for upcoming in frames:
        if current is not None:
            takes_over = _boundary(current, upcoming)
            while start + tick / rate < takes_over:
                if tick == last_tick:
                    return
                yield Frame(tick / rate, current.picture)
                tick += 1
        current = upcoming
    if current is None or upcoming is None:
        return
    ticks = max(1, floor((upcoming.time - start) * rate + Fraction(1, 2)))
    if last_tick is not None:
        ticks = min(ticks, last_tick)
    while tick < ticks:
        yield Frame(tick / rate, current.picture)
        tick += 1


def _boundary(current: Frame, upcoming: Frame) -> Fraction:
    """The moment from which ``upcoming`` is shown."""
    gap = max(Fraction(0), upcoming.time - current.time)
    return upcoming.time - min(LOOK_AHEAD, gap / 2)

"""What stretches of video say, each cell held to its reference's rate, for every metric that is
taken from these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from render.compare.metrics.metric import Metric, Watched, taken_from
from render.compare.metrics.modes import Effort
from render.compare.metrics.moments import Ticks
from render.compare.metrics.reading import at_its_ticks, pictures, within
from render.compare.metrics.subject import Step, Subject, Trouble
from render.compare.metrics.workshop import Workshop
from render.errors import RenderError
from render.media.frame import Picture

_AT_ONCE = 6
"""Videos beside the reference whose pictures are held at a time: bounds memory."""


class Windows:
    """Subjects against their reference, at the same stretches of the reference."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        reference: Subject,
        effort: Effort,
        ffmpeg: Path,
        metrics: Sequence[Metric],
        shop: Workshop,
    ) -> None:
        self._shop = shop
        self._metrics = [(metric, how.on(shop)) for metric, how in taken_from(metrics, Watched)]
        self._names = " or ".join(metric.name for metric, _ in self._metrics)
        self._subjects = tuple(s for s in subjects if s is not reference)
        self._own = tuple(s for s in subjects if s is reference)
        self._reference, self._ffmpeg = reference, ffmpeg
        self.size = within(reference.cell.video.size, effort.jod_side)
        self._windows: tuple[range, ...] = ()
        if self._subjects and self._metrics:
            self._windows = windows(reference.ticks, effort.windows, effort.window)

    @property
    def steps(self) -> int:
        """How many Steps will come, if nothing fails."""
        return len(self._subjects) * len(self._windows)

    @property
    def seconds(self) -> float | None:
        """Of the clip that they are about; None where they are not taken."""
        ticks = sum(len(window) for window in self._windows)
        return ticks / float(self._reference.ticks.rate) if ticks else None

    def batches(self) -> list[tuple[Subject, ...]]:
        """The subjects as they are measured together and are done together, the reference first:
        as few batches as memory allows, since each reads the reference anew, and of one size, so
        that what ends the work costs little of it."""
        count = -(-len(self._subjects) // _AT_ONCE)
        shares = [self._subjects[n::count] for n in range(count)]
        return [self._own, *shares] if self._own else shares

    def run(self, some: Sequence[Subject]) -> Iterator[Step | Trouble]:
        """Measure one of the `batches`; what is found is in the subjects then."""
        for number, window in enumerate(self._windows):
            fitting = []
            for subject in some:
                if subject is self._reference or subject.watched > number:
                    continue
                held = self._held(subject, window)
                if held is None or subject.failed is not None:
                    subject.watched = number + 1
                    yield Step(subject.id)
                else:
                    fitting.append((subject, held))
            if fitting:
                yield from self._some(fitting, window)

    def _held(self, subject: Subject, window: range) -> list[int] | None:
        """What the subject shows at each tick of the reference; None where it cannot compare."""
        clock = self._reference.ticks
        if subject.ticks.rate > clock.rate:
            subject.found.lacks(
                f"no {self._names}: it is faster than its reference, and would lose by what it has "
                "more"
            )
            return None
        shown = [subject.ticks.on_show(clock.time(tick)) for tick in window]
        held = [tick for tick in shown if tick is not None]
        if len(held) < len(shown):
            subject.found.lacks(f"no {self._names}: it does not last as long as its reference")
            return None
        return held

    def _some(
        self, fitting: Sequence[tuple[Subject, list[int]]], window: range
    ) -> Iterator[Step | Trouble]:
        pool = self._shop.pool
        reading = pool.submit(self._video, self._reference, window)
        all_read = [(subject, pool.submit(self._video, subject, held)) for subject, held in fitting]
        try:
            reference = reading.result()
        except RenderError as error:
            for subject, _ in fitting:
                subject.failed = error
                yield Trouble(subject.id, error)
            return
        videos: list[tuple[Subject, list[Picture]]] = []
        for subject, future in all_read:
            try:
                videos.append((subject, future.result()))
            except RenderError as error:
                subject.failed = error
                yield Trouble(subject.id, error)
        rate = float(self._reference.ticks.rate)
        for metric, how in self._metrics:
            try:
                values = how.values(reference, [video for _, video in videos], rate)
            except ValueError as error:
                for subject, _ in videos:
                    subject.found.lacks(f"no {metric.name}: {error}")
                continue
            for (subject, _), value in zip(videos, values, strict=True):
                subject.found.add(metric.key, value)
        for subject, _ in videos:
            subject.watched += 1
            yield Step(subject.id)

    def _video(self, subject: Subject, held: Sequence[int]) -> list[Picture]:
        """The pictures of the ticks; what is held is one object, and is worked on once."""
        tick_at = {subject.own_time(tick): tick for tick in held}
        near = at_its_ticks(subject.ticks.rate)
        by_tick = {}
        for time, picture in pictures(subject.clip, self.size, tick_at, self._ffmpeg, near):
            self._shop.heed()
            by_tick[tick_at[time]] = picture
        return [by_tick[tick] for tick in held]


def windows(clock: Ticks, number: int, seconds: float) -> tuple[range, ...]:
    """At most ``number`` stretches of ``seconds``, as ticks, evenly over ``clock``; fewer in a
    short one, and none of a single picture: there is no time in it."""
    length = max(2, round(Fraction(seconds) * clock.rate))
    if clock.count <= length:
        return (range(clock.count),) if clock.count > 1 else ()
    number = min(number, clock.count // length)
    middles = ((2 * n + 1) * clock.count // (2 * number) for n in range(number))
    starts = (min(middle - length // 2, clock.count - length) for middle in middles)
    return tuple(range(start, start + length) for start in starts)

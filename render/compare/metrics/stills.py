"""What single pictures and pairs of them say, for every metric that is taken from these."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.compare.metrics.metric import (
    Compared,
    Described,
    Gap,
    Metric,
    Paired,
    Pictures,
    taken_from,
)
from render.compare.metrics.modes import Effort
from render.compare.metrics.moments import Moment, choose, shared, ticks_of
from render.compare.metrics.reading import at_its_ticks, pictures, reduced, within
from render.compare.metrics.source_motion import Source
from render.compare.metrics.subject import Step, Subject, Trouble, Values
from render.compare.metrics.workshop import Workshop
from render.errors import RenderError
from render.media.clip import Clip
from render.media.frame import Picture

SOURCE_GONE = "no flicker: the clip is not there to take motion from"

_Seen = dict[Pictures, Picture]
"""One picture, at each size that is looked at."""


class _Against:
    """A picture of the reference, and what all comparisons with it share."""

    def __init__(self, seen: _Seen) -> None:
        self.seen = seen
        self._kept: dict[str, Any] = {}

    def prepare(self, metric: Metric, how: Compared) -> None:
        """Work it out before it is asked for; what the metric has against it, it says then."""
        with contextlib.suppress(ValueError):
            self.kept(metric, how)

    def kept(self, metric: Metric, how: Compared) -> Any:
        """Raises the metric's ValueError."""
        if metric.key not in self._kept:
            self._kept[metric.key] = how.keep(self.seen[how.pictures])
        return self._kept[metric.key]


class Stills:
    """Subjects against their reference, ``effort.at_once`` moments at a time, by those of the
    ``metrics`` that are taken from pictures.

    ``source`` is the clip, or None where it is gone; ``gap`` the fixed time between the pictures of
    a pair, in seconds, or None.
    """

    def __init__(
        self,
        subjects: Sequence[Subject],
        reference: Subject,
        source: Clip | None,
        gap: Fraction | None,
        effort: Effort,
        ffmpeg: Path,
        metrics: Sequence[Metric],
        shop: Workshop,
    ) -> None:
        self._subjects, self._reference = tuple(subjects), reference
        self._gap, self._effort, self._ffmpeg, self._shop = gap, effort, ffmpeg, shop
        self._display = reference.cell.video.size
        self.size = within(self._display, effort.side)
        self.style_size = within(self._display, effort.style_side)
        self._compared = [(m, how.on(shop)) for m, how in taken_from(metrics, Compared)]
        self._described = taken_from(metrics, Described)
        self._paired = taken_from(metrics, Paired)
        self._source = None if source is None else Source(source, reference.cell, self.size, ffmpeg)
        even = None if source is None or source.video.variable_rate else source.video.rate
        for subject in self._subjects:
            moments = shared(subject.ticks, reference.ticks, even)
            after = max(gap or Fraction(0), 1 / subject.ticks.rate)
            subject.moments = choose(moments, subject.ticks, effort.moments, after)
            subject.of = len(moments)
            if not moments:
                subject.found.lacks("nothing compared: it shares no moment with its reference")

    @property
    def steps(self) -> int:
        """How many Steps will come, if nothing fails."""
        return sum(-(-len(s.moments) // self._effort.at_once) for s in self._subjects)

    def run(self) -> Iterator[Step | Trouble]:
        """Measure; what is found is in the subjects then."""
        longest = max((len(s.moments) for s in self._subjects), default=0)
        for first in range(0, longest, self._effort.at_once):
            numbers = slice(first, first + self._effort.at_once)
            working = [
                subject
                for subject in self._subjects
                if subject.failed is None and subject.moments[numbers] and subject.compared <= first
            ]
            if working:
                yield from self._some(working, numbers)

    def _some(self, working: Sequence[Subject], numbers: slice) -> Iterator[Step | Trouble]:
        pool = self._shop.pool
        reference = pool.submit(self._read_reference, working, numbers)
        yield from self._read_source(working, numbers)
        try:
            shown = reference.result()
        except RenderError as error:
            for subject in working:
                subject.failed = error
                yield Trouble(subject.id, error)
            return
        against = {tick: _Against(seen) for tick, seen in shown.items()}
        # What several subjects share comes first: side by side they would wait for one another.
        if self._source is not None:
            list(pool.map(self._source.prepare, self._moves(working, numbers)))
        list(pool.map(_Against.prepare, *zip(*self._kept(working, numbers, against), strict=True)))
        measured = [pool.submit(self._measure, s, numbers, against) for s in working]
        for subject, future in zip(working, measured, strict=True):
            try:
                future.result()
            except RenderError as error:
                subject.failed = error
                yield Trouble(subject.id, error)
            else:
                subject.compared = numbers.stop
            yield Step(subject.id)

    def _read_reference(self, working: Sequence[Subject], numbers: slice) -> dict[int, _Seen]:
        """Its pictures by tick: what others are compared with, and its own."""
        wanted: dict[int, set[Pictures]] = {}
        sizes = {how.pictures for _, how in self._compared}
        for subject in working:
            for number, moment in _numbered(subject, numbers):
                if subject is not self._reference:
                    wanted.setdefault(moment.reference, set()).update(sizes)
                    continue
                for tick in self._needed(subject, moment):
                    wanted.setdefault(tick, set()).add(Pictures.COMPARED)
                wanted[moment.tick] |= self._looks(number, subject)
        return {
            tick: self._seen(picture, wanted[tick])
            for tick, picture in self._read(self._reference, wanted)
        }

    def _kept(
        self, working: Sequence[Subject], numbers: slice, against: Mapping[int, _Against]
    ) -> list[tuple[_Against, Metric, Compared]]:
        """What will be asked of the reference's pictures, each once."""
        asked = {
            (moment.reference, n): (against[moment.reference], metric, how)
            for subject in working
            if subject is not self._reference
            for number, moment in _numbered(subject, numbers)
            for n, (metric, how) in enumerate(self._compared)
            if how.pictures in self._looks(number, subject)
        }
        return list(asked.values())

    def _seen(self, picture: Picture, which: Iterable[Pictures]) -> _Seen:
        """A picture as displayed → at these sizes."""
        sizes = {
            Pictures.COMPARED: self.size,
            Pictures.FEW: self.style_size,
            Pictures.SHOWN: self._display,
        }
        return {each: reduced(picture, sizes[each]) for each in which}

    def _read_source(self, working: Sequence[Subject], numbers: slice) -> Iterator[Trouble]:
        if self._source is None:
            return
        ticks = [(s, t) for s in working for m in s.moments[numbers] for t in self._needed(s, m)]
        try:
            self._source.read({subject.ticks.time(tick) for subject, tick in ticks})
        except RenderError as error:
            self._source = None
            yield Trouble(self._reference.id, error)

    def _moves(self, working: Sequence[Subject], numbers: slice) -> set[tuple[Fraction, Fraction]]:
        """The pairs of moments between which the clip's motion will be asked for."""
        return {
            (subject.ticks.time(moment.tick), subject.ticks.time(moment.tick + ahead))
            for subject in working
            for moment in subject.moments[numbers]
            for ahead in self._steps_ahead(subject).values()
            if moment.tick + ahead < subject.ticks.count
        }

    def _needed(self, subject: Subject, moment: Moment) -> list[int]:
        """The tick, its neighbour, and the one a gap later, as far as the preview has them."""
        ahead = {0, *self._steps_ahead(subject).values()}
        return [t for t in sorted(moment.tick + n for n in ahead) if t < subject.ticks.count]

    def _steps_ahead(self, subject: Subject) -> dict[Gap, int]:
        """Ticks to the second picture of a pair, for all pairs that are asked for and can be."""
        steps = {Gap.A_FRAME: 1}
        if self._gap is not None:
            steps[Gap.A_TIME] = ticks_of(self._gap, subject.ticks.rate)
        asked = {how.apart for _, how in self._paired}
        return {apart: ticks for apart, ticks in steps.items() if apart in asked}

    def _read(self, subject: Subject, wanted: Iterable[int]) -> Iterator[tuple[int, Picture]]:
        """Pictures of a preview at the display's size, by tick."""
        tick_at = {subject.own_time(tick): tick for tick in wanted}
        near = at_its_ticks(subject.ticks.rate)
        read = pictures(subject.clip, self._display, tick_at, self._ffmpeg, near)
        for time, picture in read:
            self._shop.heed()
            yield tick_at[time], picture

    def _measure(self, subject: Subject, numbers: slice, against: Mapping[int, _Against]) -> None:
        own, found = subject is self._reference, subject.found
        moments = _numbered(subject, numbers)
        looks = {m.tick: self._looks(n, subject) for n, m in moments}
        partner = {} if own else {m.tick: against[m.reference] for _, m in moments}
        small: dict[int, Picture] = {}
        needed = sorted({tick for _, m in moments for tick in self._needed(subject, m)})
        shown: Iterable[tuple[int, _Seen]]
        if own:
            shown = ((tick, against[tick].seen) for tick in needed)
        else:
            shown = (
                (tick, self._seen(picture, {Pictures.COMPARED, *looks.get(tick, ())}))
                for tick, picture in self._read(subject, needed)
            )
        for tick, seen in shown:
            small[tick] = seen[Pictures.COMPARED]
            if tick in looks:
                self._describe(found, {which: seen[which] for which in looks[tick]})
            if tick in partner:
                self._compare(found, {which: seen[which] for which in looks[tick]}, partner[tick])
        for _, m in moments:
            self._pair(subject, m.tick, small)

    def _looks(self, number: int, subject: Subject) -> set[Pictures]:
        """What is looked at of a moment: of the dear ones about as many as the effort says, evenly
        spread."""
        wanted = {
            Pictures.COMPARED: len(subject.moments),
            Pictures.FEW: self._effort.style_moments,
            Pictures.SHOWN: self._effort.detail_moments,
        }
        asked = {how.pictures for _, how in self._compared}
        asked |= {how.pictures for _, how in self._described}
        found = set()
        for which in asked:
            every = -(-len(subject.moments) // wanted[which])
            if number % every == every // 2:
                found.add(which)
        return found

    def _describe(self, found: Values, seen: _Seen) -> None:
        looked: dict[tuple[Any, Pictures], Any] = {}
        for metric, how in self._described:
            if how.pictures not in seen:
                continue
            look = (how.look, how.pictures)
            try:
                if look not in looked:
                    looked[look] = how.look(seen[how.pictures])
                value = how.value(looked[look])
            except ValueError as error:
                found.lacks(str(error))
                continue
            if value is not None:
                found.add(metric.key, value)

    def _compare(self, found: Values, seen: _Seen, other: _Against) -> None:
        for metric, how in self._compared:
            if how.pictures not in seen:
                continue
            try:
                found.add(metric.key, how.value(seen[how.pictures], other.kept(metric, how)))
            except ValueError as error:
                found.lacks(str(error))

    def _pair(self, subject: Subject, tick: int, small: dict[int, Picture]) -> None:
        found, clock, steps = subject.found, subject.ticks, self._steps_ahead(subject)
        if self._source is None:
            if self._paired:
                found.lacks(SOURCE_GONE)
            return
        for metric, how in self._paired:
            later = tick + steps.get(how.apart, subject.ticks.count)
            if later not in small:
                continue
            try:
                moved = self._source.motion(clock.time(tick), clock.time(later))
                value = how.value(moved, small[tick], small[later])
            except ValueError as error:
                found.lacks(f"no flicker: {error}")
                continue
            if not math.isnan(value):
                found.add(metric.key, value)


def _numbered(subject: Subject, numbers: slice) -> list[tuple[int, Moment]]:
    return list(enumerate(subject.moments))[numbers]

"""What single pictures and pairs of them say: LPIPS, SSIM, style, detail, flicker."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from torch import Tensor

from render.compare.metrics.detail import detail
from render.compare.metrics.lpips import lpips
from render.compare.metrics.modes import Effort
from render.compare.metrics.moments import Moment, choose, shared, ticks_of
from render.compare.metrics.reading import pictures, reduced, within
from render.compare.metrics.source_motion import Source
from render.compare.metrics.ssim import ssim
from render.compare.metrics.style import grams, style_distance
from render.compare.metrics.subject import Step, Subject, Trouble, Values
from render.errors import RenderError
from render.media.clip import Clip
from render.media.flicker import pair_flicker
from render.media.frame import Picture
from render.target import Size

SOURCE_GONE = "no flicker: the clip is not there to take motion from"


class _Against:
    """A picture of the reference, and what all comparisons with it share, made when first asked
    for."""

    def __init__(self, picture: Picture, size: Size, style_size: Size) -> None:
        self.picture = reduced(picture, size)
        self._styled = reduced(picture, style_size)

    @cached_property
    def grams(self) -> dict[str, Tensor]:
        return grams(self._styled)

    @cached_property
    def features(self) -> list[Tensor]:
        return lpips().features(self.picture)


class Stills:
    """Subjects against their reference, ``effort.at_once`` moments at a time.

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
    ) -> None:
        self._subjects, self._reference = tuple(subjects), reference
        self._gap, self._effort, self._ffmpeg = gap, effort, ffmpeg
        self._display = reference.cell.video.size
        self.size = within(self._display, effort.side)
        self.style_size = within(self._display, effort.style_side)
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
        try:
            against = self._read_reference(working, numbers)
        except RenderError as error:
            for subject in working:
                subject.failed = error
                yield Trouble(subject.id, error)
            return
        yield from self._read_source(working, numbers)
        for subject in working:
            try:
                self._measure(subject, numbers, against)
            except RenderError as error:
                subject.failed = error
                yield Trouble(subject.id, error)
            else:
                subject.compared = numbers.stop
            yield Step(subject.id)

    def _read_reference(self, working: Sequence[Subject], numbers: slice) -> dict[int, _Against]:
        compared = (s for s in working if s is not self._reference)
        wanted = {m.reference for subject in compared for m in subject.moments[numbers]}
        return {
            tick: _Against(picture, self.size, self.style_size)
            for tick, picture in self._read(self._reference, wanted)
        }

    def _read_source(self, working: Sequence[Subject], numbers: slice) -> Iterator[Trouble]:
        if self._source is None:
            return
        ticks = [(s, t) for s in working for m in s.moments[numbers] for t in self._needed(s, m)]
        try:
            self._source.read({subject.ticks.time(tick) for subject, tick in ticks})
        except RenderError as error:
            self._source = None
            yield Trouble(self._reference.id, error)

    def _needed(self, subject: Subject, moment: Moment) -> list[int]:
        """The tick, its neighbour, and the one a gap later, as far as the preview has them."""
        ahead = {0, *self._steps_ahead(subject)}
        return [t for t in sorted(moment.tick + n for n in ahead) if t < subject.ticks.count]

    def _steps_ahead(self, subject: Subject) -> list[int]:
        """Ticks to the second picture of a pair: the neighbour, and the one a fixed time later."""
        rate = subject.ticks.rate
        return [1] if self._gap is None else [1, ticks_of(self._gap, rate)]

    def _read(self, subject: Subject, wanted: Iterable[int]) -> Iterator[tuple[int, Picture]]:
        """Pictures of a preview at the display's size, by tick."""
        tick_at = {subject.own_time(tick): tick for tick in wanted}
        for time, picture in pictures(subject.clip, self._display, tick_at, self._ffmpeg):
            yield tick_at[time], picture

    def _measure(self, subject: Subject, numbers: slice, against: dict[int, _Against]) -> None:
        own, found, effort = subject is self._reference, subject.found, self._effort
        moments = _numbered(subject, numbers)
        detailed = {m.tick for n, m in moments if self._takes(n, subject, effort.detail_moments)}
        styled = {m.tick for n, m in moments if self._takes(n, subject, effort.style_moments)}
        partner = {} if own else {m.tick: against[m.reference] for _, m in moments}
        small: dict[int, Picture] = {}
        needed = {tick for _, m in moments for tick in self._needed(subject, m)}
        for tick, picture in self._read(subject, needed):
            small[tick] = reduced(picture, self.size)
            if tick in detailed:
                _detail(found, picture)
            if tick in partner and tick in styled:
                _style(found, reduced(picture, self.style_size), partner[tick])
        for tick, other in partner.items():
            _compare(found, small[tick], other)
        for _, m in moments:
            self._flicker(subject, m.tick, small)

    def _takes(self, number: int, subject: Subject, wanted: int) -> bool:
        """Whether a moment is one of about ``wanted``, evenly spread."""
        every = -(-len(subject.moments) // wanted)
        return number % every == every // 2

    def _flicker(self, subject: Subject, tick: int, small: dict[int, Picture]) -> None:
        found, clock = subject.found, subject.ticks
        if self._source is None:
            found.lacks(SOURCE_GONE)
            return
        lists = (found.flicker, found.flicker_gap)
        for ahead, values in zip(self._steps_ahead(subject), lists, strict=False):
            if tick + ahead not in small:
                continue
            try:
                moved = self._source.motion(clock.time(tick), clock.time(tick + ahead))
                value = pair_flicker(moved, small[tick], small[tick + ahead])
            except ValueError as error:
                found.lacks(f"no flicker: {error}")
                continue
            if not math.isnan(value):
                values.append(value)


def _numbered(subject: Subject, numbers: slice) -> list[tuple[int, Moment]]:
    return list(enumerate(subject.moments))[numbers]


def _compare(found: Values, picture: Picture, other: _Against) -> None:
    try:
        found.ssim.append(ssim(picture, other.picture))
        found.lpips.append(lpips().between(lpips().features(picture), other.features))
    except ValueError as error:
        found.lacks(str(error))


def _style(found: Values, picture: Picture, other: _Against) -> None:
    try:
        found.style.append(style_distance(picture, other.grams))
    except ValueError as error:
        found.lacks(str(error))


def _detail(found: Values, picture: Picture) -> None:
    try:
        value = detail(picture)
    except ValueError as error:
        found.lacks(str(error))
        return
    if value is not None:
        found.detail.append(value)

"""What a metric says of itself, and how it is taken.

A metric is a `Metric` in a module of its own, beside what computes it, and a line in
`metric_list.py`. Everything else follows from these: that it is measured, its key in results, its
column in tables, its column, explanation and axis in the report. A module that describes one
imports nothing heavy before it computes: tables and pages are made without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from render.compare.column import Column, Kind
from render.results.results import CellResult
from render.results.source_clip import Sampling

if TYPE_CHECKING:
    from render.compare.metrics.workshop import Workshop
    from render.media.flow import Displacement
    from render.media.frame import Picture


class Pictures(Enum):
    """Which single pictures are looked at; `render.compare.metrics.modes` says how many, how large.

    COMPARED: at all moments, reduced. FEW: fewer and smaller ones, for what is dear. SHOWN: few,
    as displayed.
    """

    COMPARED = auto()
    FEW = auto()
    SHOWN = auto()

    def sample(self, sampling: Sampling) -> str | None:
        """How many there were, in words; None where that is not known."""
        if self is Pictures.COMPARED:
            return f"{sampling.moments} of {sampling.of} moments at {sampling.size}"
        if self is Pictures.FEW:
            count = sampling.style_moments
            words = f"{count} of {sampling.of} moments at {sampling.style_size}"
            return None if count is None else words
        count = sampling.detail_moments
        return None if count is None else f"{count} picture{'' if count == 1 else 's'} as displayed"


def _itself(picture: Picture) -> Any:
    return picture


@dataclass(frozen=True, slots=True)
class Compared:
    """From single pictures and the reference's at the same moments, averaged.

    Attributes:
        value: of a cell's picture and what is kept of the reference's, both RGB uint8 of one size;
            a ValueError says in one line why there is none.
        alike: the value of a picture against itself.
        keep: what all comparisons with a picture of the reference share, by default the picture.
        pictures: which.
        tool: makes what computes it, a network for example, where figures are taken; ``value`` and
            ``keep`` are given that first. Any thread may call them, several at a time.
    """

    value: Callable[..., float]
    alike: float
    keep: Callable[..., Any] = _itself
    pictures: Pictures = Pictures.COMPARED
    tool: Callable[[Workshop], Any] | None = None

    def on(self, shop: Workshop) -> Compared:
        """With its tool at hand."""
        if self.tool is None:
            return self
        tool = self.tool(shop)
        value, keep = partial(self.value, tool), partial(self.keep, tool)
        return replace(self, value=value, keep=keep, tool=None)

    def sample(self, sampling: Sampling) -> str | None:
        return self.pictures.sample(sampling)


@dataclass(frozen=True, slots=True)
class Described:
    """From single pictures by themselves, averaged.

    Attributes:
        value: of what ``look`` finds in a picture; None where that has none.
        look: done once for all metrics that share it, by default nothing; a ValueError says in one
            line why there is none.
        pictures: which.
    """

    value: Callable[[Any], float | None]
    look: Callable[[Picture], Any] = _itself
    pictures: Pictures = Pictures.SHOWN

    def sample(self, sampling: Sampling) -> str | None:
        return self.pictures.sample(sampling)


class Gap(Enum):
    """How far the two pictures of a pair are from each other: a frame of the cell's own, or a time
    that is the same for all cells of a clip."""

    A_FRAME = auto()
    A_TIME = auto()


@dataclass(frozen=True, slots=True)
class Paired:
    """From pairs of a cell's pictures and the clip's own motion between them, averaged.

    Attributes:
        value: of the motion and the two pictures; nan where there is none, and a ValueError says in
            one line why.
        apart: how far.
    """

    value: Callable[[Displacement, Picture, Picture], float]
    apart: Gap

    def sample(self, sampling: Sampling) -> str | None:
        frames = f"{sampling.pairs} pair{'' if sampling.pairs == 1 else 's'}"
        return frames if self.apart is Gap.A_FRAME else f"pairs {sampling.gap:.3g} s apart"


@dataclass(frozen=True, slots=True)
class Watched:
    """From stretches of video and the reference's, averaged.

    Attributes:
        values: of the reference's pictures, those of several cells, and the rate of all, in frames
            a second; the pictures of a slower cell repeat. A ValueError says in one line why there
            are none.
        alike: the value of a video against itself.
        tool: as that of `Compared`; ``values`` is given it first.
    """

    values: Callable[..., Sequence[float]]
    alike: float
    tool: Callable[[Workshop], Any] | None = None

    def on(self, shop: Workshop) -> Watched:
        """With its tool at hand."""
        if self.tool is None:
            return self
        return replace(self, values=partial(self.values, self.tool(shop)), tool=None)

    def sample(self, sampling: Sampling) -> str | None:
        if sampling.jod_seconds is None:
            return None
        return f"{sampling.jod_seconds:.3g} s of the clip at {sampling.jod_size}"


Taken = Compared | Described | Paired | Watched
_How = TypeVar("_How", Compared, Described, Paired, Watched)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Column):
    """A figure of what a cell shows or loses; its ``key`` is that in results.

    Attributes:
        brief: what it is, in a few words without a verb, for the line below a table; metrics that
            share it are told together.
        taken: from what, and how.
        scale: of what stands in results to what is shown: 100 for a share in per cent.
    """

    kind: Kind = Kind.FIGURE
    brief: str
    taken: Taken
    scale: float = 1.0

    def of(self, cell: CellResult) -> float | None:
        value = None if cell.figures is None else cell.figures.get(self.key)
        return None if value is None else value * self.scale

    @property
    def alike(self) -> float | None:
        """Of a cell against itself; None where nothing is compared."""
        return self.taken.alike if isinstance(self.taken, Compared | Watched) else None


def taken_from(metrics: Iterable[Metric], how: type[_How]) -> list[tuple[Metric, _How]]:
    """Those of the metrics that are taken so."""
    return [(metric, metric.taken) for metric in metrics if isinstance(metric.taken, how)]


def samples(metrics: Iterable[Metric], sampling: Sampling) -> dict[str, list[Metric]]:
    """What of a clip the metrics were taken from, in words, and which of them."""
    found: dict[str, list[Metric]] = {}
    for metric in metrics:
        words = metric.taken.sample(sampling)
        if words is not None:
            found.setdefault(words, []).append(metric)
    return found

"""Results → candidates: each target once, with what all clips and styles say of its loss, and what
a device says of its cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from statistics import fmean

from render.devices.device_time import DeviceTime, estimate
from render.devices.peak_share import Where
from render.devices.profile import Profile
from render.networks.spec import NetworkSpec
from render.results.held_against import alone
from render.results.results import CellResult, Results
from render.target import Size, Upscaling

GOES_BY = "jod"
"""The figure by which targets are chosen: it puts rates, sizes and networks on one scale."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What would ship, whichever way the phone is held: sizes are upright, as presets are."""

    fps: Fraction
    size: Size
    network: NetworkSpec
    upscale: Size | None
    upscaler: Upscaling

    @classmethod
    def of(cls, cell: CellResult) -> Aim:
        target = cell.target
        upscale = None if target.upscale is None else target.upscale.upright()
        return cls(target.fps, target.size.upright(), target.network, upscale, target.upscaler)

    @property
    def period(self) -> float:
        """Milliseconds from one of its frames to the next."""
        return float(1000 / self.fps)

    def words(self, others: Iterable[Aim] = ()) -> str:
        """``15 fps, 480x853, res3``, and the display where ``others`` differ in it."""
        said = [f"{float(self.fps):.4g} fps", str(self.size), self.network.name]
        if len({(aim.upscale, aim.upscaler) for aim in others}) > 1:
            said.append(f"to {self.upscale or 'none'}, {self.upscaler}")
        return ", ".join(said)


class Verdict(StrEnum):
    """Whether a candidate is fast enough for its budget."""

    FITS = "fits"
    """Even at the upper end of its estimate."""
    EDGE = "at the limit"
    """By its estimate; the interval reaches past the budget."""
    NEAR = "over, perhaps"
    """Not by its estimate; the interval reaches into the budget."""
    OVER = "too slow"
    """Not even at the lower end."""
    UNKNOWN = "no evidence"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One target.

    Attributes:
        cells: ids of its previews. jod: the mean over clips and styles, worst: the least of them;
        None where one of its previews has none. Those that are compared with no other do not count.
        estimate: of its network on the device. budget: milliseconds that a frame may take.
    """

    aim: Aim
    cells: tuple[str, ...]
    jod: float | None
    worst: float | None
    estimate: DeviceTime
    budget: float

    @property
    def verdict(self) -> Verdict:
        """By the case that the estimate goes by, where there are two."""
        ms, low, high = self.estimate.ms, self.estimate.low, self.estimate.high
        if ms is None:
            return Verdict.UNKNOWN
        return _verdict((ms, low or ms, high or ms), self.budget)

    def verdict_if(self, where: Where) -> Verdict | None:
        """In that case; None where the estimate does not tell two apart."""
        times = self.estimate.in_case(where)
        return None if times is None else _verdict(times, self.budget)

    @property
    def doubtful(self) -> bool:
        """Whether it rests on what no interval covers: a caveat, or a case that may not be while it
        would not surely fit in the other."""
        both = [self.verdict_if(where) for where in Where]
        return bool(self.estimate.caveat) or any(v not in (None, Verdict.FITS) for v in both)

    @property
    def load(self) -> float | None:
        """The share of the time that its network is at work: over 1 it cannot keep up."""
        return None if self.estimate.ms is None else self.estimate.ms / self.aim.period


def _verdict(times: tuple[float, float, float], budget: float) -> Verdict:
    ms, low, high = times
    if ms <= budget:
        return Verdict.FITS if high <= budget else Verdict.EDGE
    return Verdict.NEAR if low <= budget else Verdict.OVER


def candidates(
    results: Results, profile: Profile, max_ms: float | None = None
) -> tuple[Candidate, ...]:
    """Each target of the folder, in the order of its first preview. A frame may take the time until
    the next one of its rate, and at most ``max_ms``. Previews that play on a phone are none."""
    lone = alone(results)
    found: dict[Aim, list[CellResult]] = {}
    for cell in results.cells:
        if cell.played is None:
            found.setdefault(Aim.of(cell), []).append(cell)
    return tuple(
        Candidate(
            aim=aim,
            cells=tuple(cell.id for cell in cells),
            jod=None if jods is None else fmean(jods),
            worst=None if jods is None else min(jods),
            estimate=estimate(profile, aim.network, aim.size),
            budget=aim.period if max_ms is None else min(aim.period, max_ms),
        )
        for aim, cells in found.items()
        for jods in [_jods([cell for cell in cells if cell.id not in lone])]
    )


def subjects(results: Results) -> set[tuple[int, str, float]]:
    """What every target should have been rendered of, to be compared with the others: each clip in
    each style at each strength. One with a single preview has no say: nothing is compared of it."""
    lone = alone(results)
    return {_subject(c) for c in results.cells if c.played is None and c.id not in lone}


def covered(results: Results, candidate: Candidate) -> set[tuple[int, str, float]]:
    """What of them a candidate has previews of."""
    lone = alone(results)
    mine = (cell for cell in results.cells if cell.id in candidate.cells)
    return {_subject(cell) for cell in mine if cell.id not in lone}


def _subject(cell: CellResult) -> tuple[int, str, float]:
    return (cell.clip, cell.target.style, cell.target.strength)


def _jods(cells: list[CellResult]) -> list[float] | None:
    """Of all of them; None where one has none, or there are none."""
    found = [cell.figures.get(GOES_BY) for cell in cells if cell.figures is not None]
    known = [value for value in found if value is not None]
    return known if known and len(known) == len(cells) else None

"""Candidates → a choice: the frontier of cost against loss, what fits, which to take, what next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from render.choice.candidates import Candidate, Verdict, candidates, covered, subjects
from render.devices.peak_share import Where
from render.devices.profile import Profile
from render.errors import UsageError
from render.results.results import Results

TIE = 0.1
"""JOD that hardly anyone tells: of two videos one JOD apart 75 of 100 people prefer the better one
(that is the unit, arXiv 1712.03686), of two a tenth apart 53: Phi(0.1 * 0.674)."""


@dataclass(frozen=True, slots=True)
class ChoiceTerms:
    """What a choice has to keep to.

    Attributes:
        max_ms: that a frame may take at most, whatever its rate; None: the time to the next one.
        min_jod: that it must reach; the cheapest such is taken then, else the best that fits.
        surely: that the whole interval of its estimate must fit, and cover all that is known.
        drafts: that previews in int8 count too, though they show a little less than what ships.
        without: networks, sizes and rates that are out of the question, as they are written.
    """

    max_ms: float | None = None
    min_jod: float | None = None
    surely: bool = False
    without: tuple[str, ...] = ()
    drafts: bool = False

    def __post_init__(self) -> None:
        if self.max_ms is not None and not 0 < self.max_ms <= 60_000:
            raise UsageError(f"--max-ms {self.max_ms:g}: must be over 0 and at most 60000")
        if self.min_jod is not None and not 0 <= self.min_jod <= 10:
            raise UsageError(f"--min-jod {self.min_jod:g}: must be 0 to 10; 10 is alike")
        if not all(self.without):
            raise UsageError("--without: an empty place in the list; write it as res1,240x427")


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of it.

    Attributes:
        profile, asked: of whom, and for what.
        candidates: all targets of the folder. aside: those that were not rendered of every clip and
            style, or not measured: they cannot be compared.
        frontier: of the others, from the cheapest up: none costs less and loses less.
        fitting: those that are fast enough, the best first.
        taken: the recommended one; None where none fits (or is good enough).
        tied: others that fit and are as good to all but a few, but take longer for a frame.
        second: the next of those that fit.
        beyond: the best buy that is too slow: better than the one taken, for the least more speed.
        fallback: the best that is fast enough even where not all of it runs on the neural engine,
            if the one taken is not: what to build when it turns out so.
        dissent: clips, by their number, that by themselves would have another, with that and with
        what the one taken comes to there.
    """

    profile: Profile
    asked: ChoiceTerms
    candidates: tuple[Candidate, ...]
    aside: tuple[Candidate, ...]
    frontier: tuple[Candidate, ...]
    fitting: tuple[Candidate, ...]
    taken: Candidate | None
    tied: tuple[Candidate, ...]
    second: Candidate | None
    beyond: Candidate | None
    fallback: Candidate | None = None
    dissent: tuple[Dissent, ...] = ()


@dataclass(frozen=True, slots=True)
class Dissent:
    """A clip, by its number, that by itself would have ``instead``; ``taken`` is what the one
    taken comes to there."""

    clip: int
    instead: Candidate
    taken: Candidate


def choose(results: Results, profile: Profile, asked: ChoiceTerms | None = None) -> Choice:
    """Which of the folder's targets to build for the device. Raises UsageError when nothing can be
    compared."""
    asked = asked or ChoiceTerms()
    results = _what_counts(results, asked)
    choice = _choose(results, profile, asked)
    return replace(choice, dissent=tuple(_dissent(results, choice)))


def _what_counts(results: Results, asked: ChoiceTerms) -> Results:
    """Without drafts, unless they are asked for. Raises UsageError where there is nothing else."""
    if asked.drafts:
        return results
    cells = tuple(cell for cell in results.cells if cell.precision is None)
    if results.cells and not cells:
        raise UsageError(
            "all previews here are drafts (int8), which show a little less than what ships: render "
            "them in full precision, or choose among drafts with --drafts"
        )
    return results.model_copy(update={"cells": cells})


def _dissent(results: Results, choice: Choice) -> Iterator[Dissent]:
    if choice.taken is None or len(results.clips) < 2:
        return
    for number in range(len(results.clips)):
        mine = results.model_copy(update={"cells": results.of_clip(number)})
        try:
            alone = _choose(mine, choice.profile, choice.asked)
        except UsageError:  # nothing of it was measured
            continue
        aims = {candidate.aim: candidate for candidate in alone.candidates}
        here = aims.get(choice.taken.aim)
        others = (alone.taken, *alone.tied)
        if alone.taken and here and all(c is None or c.aim != here.aim for c in others):
            yield Dissent(number, alone.taken, here)


def _choose(results: Results, profile: Profile, asked: ChoiceTerms) -> Choice:
    every = tuple(c for c in candidates(results, profile, asked.max_ms) if not _ruled_out(c, asked))
    wanted = subjects(results)
    compared = [c for c in every if c.jod is not None and covered(results, c) == wanted]
    if len(every) == 1:
        compared = list(every)  # nothing to hold it against, and nothing to lose against
    _check(every, compared, profile)
    fitting = sorted((c for c in compared if _fits(c, asked)), key=lambda c: (-_jod(c), _ms(c)))
    taken, tied, rest = _taken(fitting, asked)
    return Choice(
        profile=profile,
        asked=asked,
        candidates=every,
        aside=tuple(c for c in every if c not in compared),
        frontier=frontier(compared),
        fitting=tuple(fitting),
        taken=taken,
        tied=tuple(tied),
        second=rest[0] if rest else None,
        beyond=_beyond([c for c in compared if c not in fitting], taken, asked),
        fallback=_fallback(compared, taken),
    )


def _fits(candidate: Candidate, asked: ChoiceTerms) -> bool:
    if asked.surely:
        return candidate.verdict is Verdict.FITS and not candidate.doubtful
    return candidate.verdict in (Verdict.FITS, Verdict.EDGE)


def _ruled_out(candidate: Candidate, asked: ChoiceTerms) -> bool:
    aim = candidate.aim
    words = {aim.network.name, str(aim.size), str(aim.size.turned()), f"{float(aim.fps):.6g}"}
    return not words.isdisjoint(asked.without)


def times_faster(candidate: Candidate, asked: ChoiceTerms) -> float | None:
    """How many times as fast the device would have to be for it."""
    ms = asked_ms(candidate, asked)
    return None if ms is None else ms / candidate.budget


def asked_ms(candidate: Candidate, asked: ChoiceTerms) -> float | None:
    """The milliseconds that are held against its budget: the estimate, or surely the upper end, of
    the slower case where there are two."""
    found = candidate.estimate
    if not asked.surely or found.high is None:
        return found.ms
    return found.high if found.other is None else max(found.high, found.other.high)


def frontier(compared: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """From the cheapest up, each better than all that cost less. Cost is the time that the network
    is at work."""
    best: list[Candidate] = []
    known = [c for c in compared if c.load is not None]
    for candidate in sorted(known, key=lambda c: (c.load or 0.0, -_jod(c))):
        if not best or _jod(candidate) > _jod(best[-1]):
            best.append(candidate)
    return tuple(best)


def _taken(
    fitting: Sequence[Candidate], asked: ChoiceTerms
) -> tuple[Candidate | None, list[Candidate], list[Candidate]]:
    """The one to take, those that are tied with it, and the others, the next one first."""
    if asked.min_jod is not None:
        enough = [c for c in fitting if _jod(c) >= asked.min_jod]
        enough.sort(key=lambda c: (c.load or 0.0, -_jod(c)))
        return (enough[0] if enough else None), [], enough[1:]
    if not fitting:
        return None, [], []
    # What nobody can tell apart is decided by what a viewer feels: how late each frame is shown.
    alike = [c for c in fitting if _jod(fitting[0]) - _jod(c) < TIE]
    taken = min(alike, key=lambda c: (_ms(c), -_jod(c)))
    return taken, [c for c in alike if c is not taken], [c for c in fitting if c not in alike]


def _beyond(
    slow: Sequence[Candidate], taken: Candidate | None, asked: ChoiceTerms
) -> Candidate | None:
    least = (asked.min_jod or 0.0) if taken is None else _jod(taken) + TIE
    # What a caveat keeps out may not be slow at all.
    better = [c for c in slow if (times_faster(c, asked) or 0.0) > 1 and _jod(c) >= least]
    return min(better, key=lambda c: (times_faster(c, asked) or 0.0, -_jod(c)), default=None)


def _fallback(compared: Sequence[Candidate], taken: Candidate | None) -> Candidate | None:
    if taken is None or taken.verdict_if(Where.ELSEWHERE) in (None, Verdict.FITS, Verdict.EDGE):
        return None
    safe = [c for c in compared if c.verdict_if(Where.ELSEWHERE) in (Verdict.FITS, Verdict.EDGE)]
    return max(safe, key=lambda c: (_jod(c), -_ms(c)), default=None)


def _check(every: Sequence[Candidate], compared: Sequence[Candidate], profile: Profile) -> None:
    if not every:
        raise UsageError("there is no preview to choose from; render some, or leave out --without")
    if not compared:
        raise UsageError(
            "no preview has a JOD to choose by: render several of one clip, in one style and "
            "strength, with --metrics fast"
        )
    if all(candidate.estimate.ms is None for candidate in compared):
        reason = compared[0].estimate.reason
        raise UsageError(f"{profile.name}: {reason} with `render devices import`")


def _jod(candidate: Candidate) -> float:
    """0 of the only one there is, which may have none."""
    return candidate.jod or 0.0


def _ms(candidate: Candidate) -> float:
    return candidate.estimate.ms or 0.0

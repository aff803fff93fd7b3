"""A choice in words: what to take and why, what comes next, what all of it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from render.choice.candidates import GOES_BY, Candidate, Verdict
from render.choice.certain import shell_word
from render.choice.ranking import TIE, Choice, asked_ms, times_faster
from render.devices.backtest import backtest, coverage
from render.devices.peak_share import Where
from render.devices.profile import shipped_profiles
from render.devices.scaled import in_ms
from render.results.held_against import alone
from render.results.results import Results


def headline(choice: Choice) -> str:
    """What to take, in a line."""
    if choice.taken is None:
        wanted = "" if choice.asked.min_jod is None else f" with a JOD of {choice.asked.min_jod:g}"
        return f"nothing{wanted} is fast enough on {choice.profile.name}"
    return f"{_named(choice.taken, choice)} on {choice.profile.name}"


def reasons(choice: Choice, results: Results) -> list[str]:
    """Why, a sentence each."""
    return [*_reasons(choice), *_dissent(choice, results)]


def _dissent(choice: Choice, results: Results) -> Iterator[str]:
    for one in choice.dissent:
        clip, instead = results.clips[one.clip].name, one.instead
        yield (
            f"{clip} by itself would have {_named(instead, choice)} (JOD {instead.jod:.2f}, where "
            f"this comes to {one.taken.jod:.2f})."
        )


def _reasons(choice: Choice) -> Iterator[str]:
    compared = len(choice.candidates) - len(choice.aside)
    count = f"{len(choice.fitting)} of {compared} targets are fast enough"
    taken = choice.taken
    if taken is None:
        yield f"{count}."
    else:
        what = "the best of them" if choice.asked.min_jod is None else "the cheapest good enough"
        if taken.jod is None:
            yield "It is the only target here, so nothing was chosen: render several of one clip."
        else:
            worst = "" if taken.worst == taken.jod else f", at worst {taken.worst:.2f}"
            yield f"{count}; this is {what}: JOD {taken.jod:.2f}{worst}."
        yield _time(taken, choice)
        yield from _other_case(taken, choice)
        if taken.estimate.caveat:
            yield f"But: {taken.estimate.caveat}."
        if taken.verdict is Verdict.EDGE:
            yield (
                "That is at the limit: the estimate's interval reaches past the budget. Expect a "
                "frame to be dropped now and then, or measure on the phone."
            )
    for other in choice.tied:
        later = _ms(other) - (_ms(taken) if taken else 0)
        late = f", but shows each frame {later:.0f} ms later" if round(later) > 0 else ""
        yield f"{_named(other, choice)} is as good to all but a few (JOD {other.jod:.2f}){late}."
    if choice.second is not None:
        second = choice.second
        which = "the best" if choice.asked.min_jod is None else "the cheapest"
        yield f"After it {which} that fits: {_named(second, choice)}, JOD {second.jod:.2f}."
    if choice.beyond is not None:
        yield _beyond(choice.beyond, choice)
    yield from _unsure(choice)


def _time(taken: Candidate, choice: Choice) -> str:
    found = taken.estimate
    left = f"of the {taken.budget:.1f} ms that {_budget(taken, choice)}"
    then = ":" if found.where is None else ","
    return (
        f"It takes {in_ms(_ms(taken))} ms a frame ({in_ms(found.low or 0)} to "
        f"{in_ms(found.high or 0)}, "
        f"{found.sure}) {left}{then} {found.reason}."
    )


_IN_WORDS = {
    Verdict.FITS: "which fits too",
    Verdict.EDGE: "which fits, at the limit",
    Verdict.NEAR: "which is over, perhaps",
    Verdict.OVER: "which is too slow",
}


def _other_case(taken: Candidate, choice: Choice) -> Iterator[str]:
    """Where there are two: the other one, what to take then, and how far to trust both."""
    other = taken.estimate.other
    if other is None:
        return
    verdict = taken.verdict_if(other.where)
    said = (
        f"I{other.where.condition[1:]}, it takes {in_ms(other.ms)} ms ({in_ms(other.low)} to "
        f"{in_ms(other.high)}), {_IN_WORDS[verdict or Verdict.OVER]}: {other.reason}."
    )
    if choice.fallback is not None:
        back = choice.fallback
        jod = "" if back.jod is None else f" (JOD {back.jod:.2f})"
        said += f" The best that is fast enough even then: {_named(back, choice)}{jod}."
    elif other.where is Where.ELSEWHERE and verdict in (Verdict.NEAR, Verdict.OVER):
        said += " No target here is surely fast enough then."
    yield said
    held, of = coverage(backtest(shipped_profiles()))
    yield (
        f"How sure: reckoned, not measured. No time of this network on {choice.profile.own_name} "
        f"is known; of the {of} published times that the rule can be held against, its intervals "
        f"hold {held}."
    )


def _budget(candidate: Candidate, choice: Choice) -> str:
    if candidate.budget == choice.asked.max_ms and candidate.budget < candidate.aim.period:
        return "were given"
    return f"{float(candidate.aim.fps):.4g} fps leaves"


def _beyond(beyond: Candidate, choice: Choice) -> str:
    ms = asked_ms(beyond, choice.asked) or 0.0
    up_to = "up to " if choice.asked.surely else ""
    better = "Good enough" if choice.taken is None else "Better"
    return (
        f"{better}, but too slow: {_named(beyond, choice)}, JOD {beyond.jod:.2f}, takes "
        f"{up_to}{ms:.0f} ms where {beyond.budget:.1f} are left. It needs a device "
        f"{times_faster(beyond, choice.asked):.2f} times as fast, or runs at {1000 / ms:.3g} fps."
    )


def _unsure(choice: Choice) -> Iterator[str]:
    perhaps = [c for c in choice.candidates if c.verdict is Verdict.NEAR and c not in choice.aside]
    if choice.taken is not None and choice.taken.jod is not None:
        better = [c for c in perhaps if (c.jod or 0) > choice.taken.jod]
        if better:
            said = ", ".join(_named(c, choice) for c in better[:3])
            yield f"Within their intervals these might fit too: {said}. A measurement would tell."
    if choice.aside:
        count = len(choice.aside)
        what = "target was" if count == 1 else "targets were"
        yield f"{count} {what} not rendered of every clip and style, or not measured: left aside."


def assumptions(choice: Choice, results: Results) -> list[tuple[str, str]]:
    """What the choice rests on, each with what to do for another."""
    return list(_assumptions(choice, results))


def _assumptions(choice: Choice, results: Results) -> Iterator[tuple[str, str]]:
    name, shown_as = choice.profile.name, shell_word(choice.profile.like or choice.profile.name)
    shown = choice.taken or choice.candidates[0]
    yield (
        f"Times on {name}: {shown.estimate.why}",
        f"`render devices show {shown_as}` lists the evidence; `render devices import` takes a "
        "real phone's measurements, and --on takes a profile of your own",
    )
    for figure in choice.profile.figures:
        if figure.doubt and not choice.profile.measurements:
            yield figure.doubt.rstrip("."), "`render devices import` of a real phone's timings"
    if choice.profile.like:
        yield (
            f"{choice.profile.own_name} is assumed to be as fast as {choice.profile.like}, which "
            "nobody measured",
            "leave --like out, or import timings of its own",
        )
    limit = choice.asked.max_ms
    yield (
        "A frame may take the time until the next one of its rate"
        + ("" if limit is None else f", and {limit:g} ms at most"),
        "--max-ms",
    )
    if not choice.asked.surely:
        yield (
            "An estimate counts as it is, not its upper end",
            "--surely asks for the whole interval",
        )
    references = dict.fromkeys(
        cell.figures.reference
        for cell in results.cells
        if cell.figures is not None
        and cell.figures.reference is not None
        and cell.figures.get(GOES_BY) is not None
    )
    clips = len(results.clips)
    over = "" if clips == 1 else f", the mean over {clips} clips"
    if references:
        yield (
            f"The loss is JOD against {', '.join(references)}{over}",
            "render again with --reference for another, or with --metrics full",
        )
    if lone := alone(results):
        yield (
            f"Compared with nothing, so not counted: {', '.join(sorted(lone))}",
            "render that clip, style and strength at several targets",
        )
    if choice.asked.without:
        yield f"Out of the question: {', '.join(choice.asked.without)}", "--without"
    else:
        yield (
            "JOD says how near a preview comes to the reference, not whether a network's look is "
            "good enough",
            "look at them side by side; --without res1 rules a network, a size or a rate out",
        )
    yield (
        f"{TIE:g} JOD are a tie, which goes to the one that shows frames sooner",
        "--min-jod takes the cheapest that is good enough instead",
    )


def _named(candidate: Candidate, choice: Choice) -> str:
    return candidate.aim.words(c.aim for c in choice.candidates)


def _ms(candidate: Candidate) -> float:
    return candidate.estimate.ms or 0.0

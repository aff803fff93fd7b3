"""What is chosen, and what is said of it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from render.choice.candidates import Verdict
from render.choice.certain import to_measure
from render.choice.choice_file import as_dict, evidence, load_if_current, save
from render.choice.marks import cost_on
from render.choice.ranking import TIE, Candidate, Choice, ChoiceTerms, choose
from render.choice.reasons import assumptions, headline, reasons
from render.devices.assumed import assumed_like
from render.devices.peak_share import Where
from render.devices.profile import Profile, load_profile
from render.errors import UsageError
from render.results.results import Figures, Results
from tests.choice.conftest import Sweep, device_of

R3, R5, R1 = "res3", "res5", "res1"
S, M, L = "240x427", "480x853", "720x1280"


def named(candidate: Candidate | None) -> str | None:
    return None if candidate is None else candidate.aim.words()


def test_the_best_that_is_fast_enough(sweep: Sweep, device: Profile) -> None:
    results = sweep({
        ("10", M, R3): 6.7, ("15", M, R3): 7.0, ("30", M, R3): 7.4,
        ("15", S, R3): 3.5, ("15", M, R5): 7.6, ("30", L, R5): 10.0,
    })  # fmt: skip
    choice = choose(results, device)
    assert named(choice.taken) == "15 fps, 480x853, res3"
    assert [named(c) for c in choice.fitting] == [
        "15 fps, 480x853, res3", "10 fps, 480x853, res3", "15 fps, 240x427, res3"
    ]  # fmt: skip
    assert named(choice.second) == "10 fps, 480x853, res3"
    # Of those better and too slow the one that asks for the least more speed.
    assert named(choice.beyond) == "15 fps, 480x853, res5"
    assert choice.tied == () and choice.aside == ()
    assert [round(c.load or 0, 1) for c in choice.frontier] == sorted(
        round(c.load or 0, 1) for c in choice.frontier
    )


def test_drafts_count_only_where_they_are_asked_for(sweep: Sweep, device: Profile) -> None:
    results = sweep({("15", M, R3): 7.0, ("10", M, R3): 6.7, ("15", S, R3): 3.5})
    drafts = [cell.model_copy(update={"precision": "int8"}) for cell in results.cells]
    mixed = results.model_copy(update={"cells": (drafts[0], *results.cells[1:])})
    assert named(choose(mixed, device).taken) == "10 fps, 480x853, res3"
    with_drafts = choose(mixed, device, ChoiceTerms(drafts=True))
    assert named(with_drafts.taken) == "15 fps, 480x853, res3"
    with pytest.raises(UsageError, match="are drafts"):
        choose(results.model_copy(update={"cells": tuple(drafts)}), device)


def test_the_frontier_holds_what_nothing_beats(sweep: Sweep, device: Profile) -> None:
    results = sweep({
        ("10", M, R3): 6.0, ("15", M, R3): 5.0, ("15", S, R3): 3.0, ("10", S, R3): 3.0,
        ("30", M, R3): 9.0,
    })  # fmt: skip
    assert [named(c) for c in choose(results, device).frontier] == [
        "10 fps, 240x427, res3", "10 fps, 480x853, res3", "30 fps, 480x853, res3"
    ]  # fmt: skip


def test_a_tie_goes_to_the_one_that_shows_frames_sooner(sweep: Sweep) -> None:
    quick = device_of(60.0)
    results = sweep({("15", M, R3): 7.0, ("10", M, R5): 7.0 + TIE / 2, ("10", M, R3): 6.98})
    choice = choose(results, quick)
    assert named(choice.taken) == "15 fps, 480x853, res3"
    assert {named(c) for c in choice.tied} == {"10 fps, 480x853, res5", "10 fps, 480x853, res3"}
    said = "\n".join(reasons(choice, results))
    assert "10 fps, 480x853, res3 is as good to all but a few (JOD 6.98)." in said
    clear = sweep({("15", M, R3): 7.0, ("10", M, R5): 7.0 + TIE * 2})
    assert named(choose(clear, quick).taken) == "10 fps, 480x853, res5"


def test_a_limit_holds_whatever_the_rate(sweep: Sweep, device: Profile) -> None:
    results = sweep({("15", M, R3): 7.0, ("10", M, R5): 7.5})
    assert named(choose(results, device).taken) == "10 fps, 480x853, res5"
    limited = choose(results, device, ChoiceTerms(max_ms=66))
    assert named(limited.taken) == "15 fps, 480x853, res3"
    assert named(limited.beyond) == "10 fps, 480x853, res5"
    assert choose(results, device, ChoiceTerms(max_ms=59)).taken is None


def test_good_enough_takes_the_cheapest(sweep: Sweep, device: Profile) -> None:
    results = sweep({("10", M, R3): 6.7, ("15", M, R3): 7.0, ("15", S, R3): 3.5})
    assert named(choose(results, device, ChoiceTerms(min_jod=6.5)).taken) == "10 fps, 480x853, res3"
    assert (
        named(choose(results, device, ChoiceTerms(min_jod=6.5)).second) == "15 fps, 480x853, res3"
    )
    assert choose(results, device, ChoiceTerms(min_jod=9)).taken is None


def test_surely_asks_for_the_whole_interval(sweep: Sweep) -> None:
    a12 = load_profile("A12")
    results = sweep({("15", M, R3): 7.0, ("15", M, R1): 6.0})
    edge = choose(results, a12)
    assert named(edge.taken) == "15 fps, 480x853, res3"
    assert edge.taken is not None and edge.taken.verdict is Verdict.EDGE
    sure = choose(results, a12, ChoiceTerms(surely=True))
    assert named(sure.taken) == "15 fps, 480x853, res1"
    assert named(sure.beyond) == "15 fps, 480x853, res3"


def test_every_clip_counts(sweep: Sweep, device: Profile) -> None:
    """Landscape and upright clips of one target are one candidate, with the mean of both."""
    results = sweep({("15", M, R3): 7.0, ("10", M, R3): 6.0}, clips=("a.mp4", "b.mp4"))
    choice = choose(results, device)
    assert len(choice.candidates) == 2 and choice.taken is not None
    assert (choice.taken.jod, choice.taken.worst) == (6.75, 6.5)
    assert len(choice.taken.cells) == 2
    less = results.model_copy(update={"cells": results.cells[:3]})
    partly = choose(less, device)
    assert [named(c) for c in partly.aside] == ["10 fps, 480x853, res3"]
    assert any("left aside" in reason for reason in reasons(partly, less))


def test_what_was_not_measured_is_left_aside(sweep: Sweep, device: Profile) -> None:
    choice = choose(sweep({("15", M, R3): 7.0, ("10", M, R3): None}), device)
    assert [named(c) for c in choice.aside] == ["10 fps, 480x853, res3"]


def test_the_words_say_what_it_takes(sweep: Sweep, device: Profile) -> None:
    results = sweep({
        ("15", M, R3): 7.0, ("10", M, R3): 6.7, ("10", M, R5): 6.95, ("30", M, R3): 7.5,
    })  # fmt: skip
    choice = choose(results, device)
    assert headline(choice) == "15 fps, 480x853, res3 on T1"
    said = "\n".join(reasons(choice, results))
    for words in (
        "3 of 4 targets are fast enough; this is the best of them: JOD 7.00.",
        "60 ms a frame (60 to 60, measured) of the 66.7 ms that 15 fps leaves",
        "10 fps, 480x853, res5 is as good to all but a few (JOD 6.95), but shows each frame",
        "After it the best that fits: 10 fps, 480x853, res3, JOD 6.70.",
        "Better, but too slow: 30 fps, 480x853, res3, JOD 7.50, takes 60 ms where 33.3 are left. "
        "It needs a device 1.80 times as fast, or runs at 16.7 fps.",
    ):
        assert words in said
    rests = dict(assumptions(choice, results))
    assert any("best.mp4" in what for what in rests)
    assert all(rests.values())


def test_nothing_fits_is_said(sweep: Sweep) -> None:
    results = sweep({("15", M, R3): 7.0})
    choice = choose(results, device_of(500))
    assert headline(choice) == "nothing is fast enough on T1"
    assert any("7.50 times as fast" in reason for reason in reasons(choice, results))


@pytest.mark.parametrize(
    ("results", "profile", "said"),
    [
        ({("15", M, R3): None, ("10", M, R3): None}, None, "no preview has a JOD"),
        ({}, None, "no preview to choose from"),
        ({("15", M, R3): 7.0}, Profile(name="T2"), "T2: no evidence"),
    ],
)
def test_what_cannot_be_chosen_from_is_told(
    results: dict[tuple[str, str, str], float | None],
    profile: Profile | None,
    said: str,
    sweep: Sweep,
    device: Profile,
) -> None:
    made: Results = sweep(results) if results else Results()
    with pytest.raises(UsageError) as error:
        choose(made, profile or device)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("asked", [{"max_ms": 0.0}, {"max_ms": float("nan")}, {"min_jod": 11.0}])
def test_what_nobody_can_ask_for_is_told(asked: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="must be"):
        ChoiceTerms(**asked)  # type: ignore[arg-type]


def test_previews_on_a_phone_are_no_candidates(
    sweep: Sweep, device: Profile, tmp_path: Path
) -> None:
    results = sweep({("15", M, R3): 7.0, ("10", M, R3): 6.0})
    played = results.cells[1].model_copy(update={"played": _played()})
    mixed = results.model_copy(update={"cells": (results.cells[0], played)})
    choice: Choice = choose(mixed, device)
    assert [named(c) for c in choice.candidates] == ["15 fps, 480x853, res3"]


def _played() -> object:
    from render.devices.playback import Late
    from render.results.results import Played

    return Played(
        median_ms=66, p95_ms=66, camera=Fraction(30), display=Fraction(60), late=Late.NEWEST,
        seed=0, warm=0, frames=1, skipped=0, shown=1, dropped=0, in_flight=0, fps=1,
        dropped_share=0, longest_freeze=None, median_lag=None, p95_lag=None,
    )  # fmt: skip


def test_clips_that_would_have_another_are_told(sweep: Sweep, device: Profile) -> None:
    """Of two clips one is calm, and one wants the higher rate."""
    results = sweep(
        {("15", M, R3): 7.0, ("30", S, R3): 5.0, ("10", M, R3): 6.5}, clips=("calm.mp4", "fast.mp4")
    )
    cells = list(results.cells)
    for number, cell in enumerate(cells):
        if cell.clip == 1 and cell.target.fps == 30 and cell.figures is not None:
            figures = cell.figures.model_copy(update={"jod": 7.5})
            cells[number] = cell.model_copy(update={"figures": figures})
    results = results.model_copy(update={"cells": tuple(cells)})
    choice = choose(results, device)
    assert named(choice.taken) == "15 fps, 480x853, res3"
    (one,) = choice.dissent
    assert (one.clip, named(one.instead)) == (1, "30 fps, 240x427, res3")
    assert (
        "fast.mp4 by itself would have 30 fps, 240x427, res3 (JOD 7.50, where this comes to 6.50)."
        in reasons(choice, results)
    )


@pytest.mark.parametrize("word", [R1, L, "853x480", "30"])
def test_what_is_out_of_the_question(word: str, sweep: Sweep, device: Profile) -> None:
    results = sweep({
        ("15", M, R1): 9.0, ("10", "100x178", R3): 3.0, ("10", L, R1): 3.5, ("30", S, R3): 3.6,
    })  # fmt: skip
    choice = choose(results, device, ChoiceTerms(without=(word,)))
    assert len(choice.candidates) == {R1: 2, L: 3, "853x480": 3, "30": 3}[word]
    rests = dict(assumptions(choice, results))
    assert rests[f"Out of the question: {word}"] == "--without"


def test_a_style_with_one_preview_has_no_say(sweep: Sweep, device: Profile) -> None:
    """And what version 0.1.0 wrote of it, that it is its own reference and loses nothing, is no
    figure."""
    results = sweep({("15", M, R3): 7.0, ("10", M, R3): 6.0})
    lone = results.cells[0].model_copy(
        update={
            "id": "lone.mp4",
            "target": results.cells[0].target.model_copy(update={"style": "other"}),
            "figures": Figures(reference="lone.mp4", jod=10.0),
        }
    )
    mixed = results.model_copy(update={"cells": (*results.cells, lone)})
    choice = choose(mixed, device)
    assert named(choice.taken) == "15 fps, 480x853, res3"
    assert choice.taken is not None and choice.taken.jod == 7.0 and not choice.aside
    rests_on = [words for words, _ in assumptions(choice, mixed)]
    assert "Compared with nothing, so not counted: lone.mp4" in rests_on
    only = choose(results.model_copy(update={"cells": (lone,)}), device)
    assert only.taken is not None and only.taken.jod is None, "10 of 10 against itself is none"
    both = lone.model_copy(update={"id": "too.mp4", "target": results.cells[1].target})
    with pytest.raises(UsageError, match="in one style and strength"):
        choose(results.model_copy(update={"cells": (lone, both)}), device)


def chip(**more: Any) -> Profile:
    """Of a rate alone: res3 at 480x853 takes 18.8 ms (7.5 to 23) on the engine, else 98."""
    said = {"kind": "published", "source": "a test", "says": "so"}
    peak = {"tera_operations": 17.0, **said}
    return Profile.model_validate({"name": "A1 Pro", "phones": ["Phone 9"], "peak": peak, **more})


def test_two_cases_are_told_apart(sweep: Sweep) -> None:
    results = sweep({("30", M, R3): 7.5, ("15", S, R1): 5.0, ("15", S, R3): 6.0})
    choice = choose(results, chip())
    assert named(choice.taken) == "30 fps, 480x853, res3"
    assert choice.taken is not None and choice.taken.verdict is Verdict.FITS
    assert choice.taken.verdict_if(Where.ELSEWHERE) is Verdict.NEAR and choice.taken.doubtful
    assert named(choice.fallback) == "15 fps, 240x427, res3"
    assert choice.fallback is not None and not choice.fallback.doubtful, "it fits either way"
    said = "\n".join(reasons(choice, results))
    for words in (
        "It takes 19 ms a frame (7.5 to 23, estimated) of the 33.3 ms that 30 fps leaves, if all "
        "of it runs on the neural engine: at 25% to 75%",
        "If not all of it runs on the neural engine, it takes 98 ms (30 to 157), which is over, "
        "perhaps: 4 to 7 times as long",
        "The best that is fast enough even then: 15 fps, 240x427, res3 (JOD 6.00).",
        "How sure: reckoned, not measured. No time of this network on A1 Pro is known; of the 15 "
        "published times that the rule can be held against, its intervals hold 14.",
    ):
        assert words in said
    surely = choose(results, chip(), ChoiceTerms(surely=True))
    assert named(surely.taken) == "15 fps, 240x427, res3", "what fits in both cases"
    assert named(surely.beyond) == "30 fps, 480x853, res3"
    beyond = "takes up to 157 ms where 33.3 are left. It needs a device 4.70 times as fast"
    assert beyond in "\n".join(reasons(surely, results)), "by the slower case"


def test_what_would_make_it_certain(sweep: Sweep, device: Profile) -> None:
    results = sweep({("30", M, R3): 7.5, ("15", M, R3): 7.0})
    certain = to_measure(choose(results, chip()))
    assert certain is not None
    assert certain.what.startswith(
        "To be certain, time res3 at 480x853 on a phone with it (Phone 9, say)"
    )
    assert '`render choose DIR --on "A1 Pro" --save live`' in certain.what
    assert certain.command == 'render devices import timings.json --as "A1 Pro"'
    assert to_measure(choose(results, device)) is None, "that one was measured"
    assert to_measure(choose(results, load_profile("A12"))) is not None


def test_the_only_target_is_told_with_its_time(sweep: Sweep) -> None:
    results = sweep({("15", M, R3): None})
    choice = choose(results, chip())
    assert headline(choice) == "15 fps, 480x853, res3 on A1 Pro"
    first, second, *_ = reasons(choice, results)
    assert first == "It is the only target here, so nothing was chosen: render several of one clip."
    assert second.startswith("It takes 19 ms a frame (7.5 to 23, estimated) of the 66.7 ms")
    assert "JOD against" not in str(assumptions(choice, results))


def test_an_assumed_device_is_marked_everywhere(sweep: Sweep, device: Profile) -> None:
    results = sweep({("15", M, R3): 7.0, ("10", M, R3): 6.0})
    choice = choose(results, assumed_like(chip(), load_profile("A12")))
    assert headline(choice) == "15 fps, 480x853, res3 on A1 Pro (like A12)"
    said = "\n".join(reasons(choice, results))
    assert "assumed to be like A12, which nobody measured" in said
    rests = dict(assumptions(choice, results))
    assert "A1 Pro is assumed to be as fast as A12, which nobody measured" in rests
    data = as_dict(choice, results)
    assert data["like"] == "A12" and data["device"] == "A1 Pro (like A12)"
    assert {each["sure"] for each in data["candidates"]} == {"estimated"}
    assert data["certain"]["command"].endswith('--as "A1 Pro"')
    assert any("probably the neural engine's" in what for what in rests), "and its doubt with it"
    assert evidence(data)["device_assumed_like"] == "A12"
    plain = as_dict(choose(results, device), results)
    assert plain["like"] is None and "device_assumed_like" not in evidence(plain)
    cost = cost_on(choice.profile, results.cells[0])
    assert cost.words.startswith("A1 Pro (like A12) 66 ms")


def test_labels_name_both_cases(sweep: Sweep) -> None:
    results = sweep({("15", M, R3): 7.0, ("60", M, R3): 6.0})
    first, second = (cost_on(chip(), cell) for cell in results.cells)
    assert first.words == "A1 Pro 19 or 98 ms"
    assert second.words == "A1 Pro 19 or 98 ms, over 17"


def test_a_choice_of_before_is_still_shown(sweep: Sweep, device: Profile, tmp_path: Path) -> None:
    results = sweep({("15", M, R3): 7.0, ("10", M, R3): 6.0})
    data = as_dict(choose(results, device), results)
    for key in ("like", "fallback", "certain"):
        del data[key]
    for candidate in data["candidates"]:
        for key in ("where", "other", "doubtful"):
            del candidate[key]
    save(data, tmp_path)
    assert load_if_current(results, tmp_path) == json.loads(json.dumps(data))

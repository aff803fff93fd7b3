"""Which cell is the reference: the largest, deepest, fastest of what may be compared."""

from __future__ import annotations

import pytest

from render.compare.metrics.reference import check_reference, groups
from render.errors import UsageError
from render.results.results import Results, View
from tests.compare.metrics.folders import a_cell, results_of


def chosen(results: Results, wanted: str | None = None) -> list[tuple[str, int]]:
    return [(g.reference.id, len(g.cells)) for g in groups(results, 0, wanted)]


SWEEP = results_of(
    a_cell("small-fast.mp4", "30", "160x90", network="res5", macs=900),
    a_cell("large-flat.mp4", "30", "320x180", network="res3", macs=300),
    a_cell("large-deep-slow.mp4", "10", "320x180", network="res5", macs=500),
    a_cell("large-deep.mp4", "15", "320x180", network="res5", macs=500),
)


def test_the_largest_then_the_deepest_then_the_fastest() -> None:
    assert chosen(SWEEP) == [("large-deep.mp4", 4)]


@pytest.mark.parametrize(
    ("wanted", "reference"),
    [
        ("small-fast.mp4", "small-fast.mp4"),
        ("small-fast", "small-fast.mp4"),
        ("res3", "large-flat.mp4"),
        ("res5,10", "large-deep-slow.mp4"),
        ("160x90", "small-fast.mp4"),
        ("90x160", "small-fast.mp4"),
        ("res5, 320x180 ,15", "large-deep.mp4"),
        ("30", "large-flat.mp4"),
    ],
)
def test_it_can_be_asked_for(wanted: str, reference: str) -> None:
    check_reference(SWEEP, wanted)
    assert chosen(SWEEP, wanted) == [(reference, 4)]


@pytest.mark.parametrize("wanted", ["res7", "res3,10", "", "nothing.mp4", "res3,,30"])
def test_what_is_not_there_is_refused_in_one_line(wanted: str) -> None:
    with pytest.raises(UsageError, match=r"--reference .*no cell fits it.*res5,90x160,30"):
        check_reference(SWEEP, wanted)


def test_each_style_strength_and_start_has_its_own() -> None:
    results = results_of(
        a_cell("a10.mp4", "10"),
        a_cell("a30.mp4", "30"),
        a_cell("b10.mp4", "10", style="other"),
        a_cell("weak.mp4", strength=0.5),
        a_cell("late.mp4", start=2.0),
    )
    assert chosen(results) == [("a30.mp4", 2), ("b10.mp4", 1), ("weak.mp4", 1), ("late.mp4", 1)]
    # An id of one style means the same network, size and rate in the others.
    assert chosen(results, "a10.mp4")[0] == ("a10.mp4", 2)
    assert chosen(results, "b10.mp4")[0] == ("a10.mp4", 2)


def test_an_id_means_its_rate_exactly_in_other_styles() -> None:
    """Of a clip whose header says what nobody would write."""
    odd = "2147483647/71582788"
    results = results_of(
        a_cell("a.mp4", odd), a_cell("a15.mp4", "15"),
        a_cell("b60.mp4", "60", style="other"), a_cell("b.mp4", odd, style="other"),
    )  # fmt: skip
    assert chosen(results, "a.mp4") == [("a.mp4", 2), ("b.mp4", 2)]


def test_other_crops_are_not_compared() -> None:
    whole = View(canvas="320x180", crop="320x180+0+0", inner="160x90+0+0")
    nearly = View(canvas="320x180", crop="319x180+0+0", inner="160x90+0+0")
    square = View(canvas="320x180", crop="180x180+70+0", inner="90x90+0+0")
    barred = View(canvas="320x180", crop="320x180+0+0", inner="90x50+0+20")
    results = results_of(
        a_cell("whole.mp4", view=whole),
        a_cell("nearly.mp4", "15", view=nearly),
        a_cell("square.mp4", size="90x90", view=square),
        a_cell("barred.mp4", size="90x90", view=barred),
        a_cell("unknown.mp4"),
    )
    assert chosen(results) == [("nearly.mp4", 3), ("square.mp4", 1), ("barred.mp4", 1)]

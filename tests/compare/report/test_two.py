"""A and B in a real browser: their difference, one at a time in fullscreen, without names; and
all clips together."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from render.compare.report.page import write_report
from render.results.results import Results
from render.target import Size
from tests.compare.videos import STEP

from .conftest import Opened, Report
from .test_browser import comes_to

Open = Callable[..., Opened]


@pytest.fixture
def page(report: Report, opened: Open, tmp_path: Path) -> Opened:
    """Three rates by two networks, which look the same: so do the first and the fourth preview."""
    report()
    one = opened(tmp_path)
    one.page.evaluate("document.getElementById('wipe-frame').scrollIntoView({block: 'center'})")
    one.settle()
    return one


def put(page: Opened, a: str, b: str) -> None:
    page.page.evaluate(f"render.wipe.put('a', '{a}'); render.wipe.put('b', '{b}')")
    page.settle()


def stage(page: Opened) -> dict[str, float]:
    box = page.page.locator("#wipe-frame").bounding_box()
    assert isinstance(box, dict)
    return box


def test_the_difference_is_black_where_both_are_the_same_else_as_bright_as_it_says(
    page: Opened,
) -> None:
    put(page, "res3-10.mp4", "res1-10.mp4")
    page.page.evaluate("render.clock.seek(0.5)")
    page.settle()
    comes_to(page, stage(page), 0.3, 5 * STEP)
    page.page.select_option("#wipe-view", "16")
    comes_to(page, stage(page), 0.3, 0)
    comes_to(page, stage(page), 0.7, 0)
    assert "16 times as bright: black is where both are the same" in page.text("#wipe-words")
    assert not page.page.locator("#wipe-at").is_visible()
    page.page.select_option("#wipe-view", "4")
    page.page.select_option("#wipe-view", "edge")
    put(page, "res3-10.mp4", "res1-15.mp4")
    page.page.evaluate("render.clock.seek(0.3); document.activeElement.blur()")
    page.settle()
    assert page.numbers("render.wipe.players") == [3, 4]
    page.page.keyboard.press("d")
    comes_to(page, stage(page), 0.3, 4 * STEP)
    page.page.select_option("#wipe-view", "16")
    comes_to(page, stage(page), 0.3, 16 * STEP)
    page.page.select_option("#wipe-view", "1")
    comes_to(page, stage(page), 0.3, STEP)
    page.page.evaluate("document.activeElement.blur()")
    # Held, B is seen as it is; at another moment the difference is another.
    page.page.keyboard.down("x")
    comes_to(page, stage(page), 0.3, 4 * STEP)
    page.page.keyboard.up("x")
    page.page.evaluate("render.clock.seek(0.9)")
    page.settle()
    comes_to(page, stage(page), 0.3, (13 - 9) * STEP)
    page.page.keyboard.press("d")
    comes_to(page, stage(page), 0.3, 9 * STEP)
    assert page.text("#wipe-words") == ""


def test_it_is_held_in_one_frame_whatever_the_sizes(
    report: Report, opened: Open, tmp_path: Path
) -> None:
    results = report(("10", "15"), ("res3",))
    small = results.cells[0].video.model_copy(update={"size": Size(160, 90)})
    cells = (results.cells[0].model_copy(update={"video": small}), results.cells[1])
    write_report(results.model_copy(update={"cells": cells}), tmp_path)
    page = opened(tmp_path)
    page.page.select_option("#wipe-view", "4")
    boxes = page.page.locator("#wipe-layers video").evaluate_all(
        "all => all.map(one => JSON.stringify(one.getBoundingClientRect()))"
    )
    assert len(boxes) == 2 and len(set(boxes)) == 1
    assert "both are scaled to one frame" in page.text("#wipe-words")


def test_fullscreen_flips_at_once_and_leaves_again(page: Opened) -> None:
    put(page, "res3-10.mp4", "res3-30.mp4")
    page.page.evaluate("render.clock.seek(0.5); document.activeElement.blur()")
    page.page.keyboard.press("f")
    page.until("document.fullscreenElement !== null")
    page.settle()
    # Nothing else plays, can be reached, or is in front.
    seen = "[...render.clock.players].filter(p => p.seen).map(p => p.name)"
    page.until(f'JSON.stringify({seen}) === \'["res3-10.mp4","res3-30.mp4"]\'')
    assert page.page.evaluate("document.getElementById('matrix').closest('section').inert")
    box = stage(page)
    assert box["width"] == 1280 or box["height"] == 900
    comes_to(page, box, 0.2, 5 * STEP)
    comes_to(page, box, 0.8, 5 * STEP)
    assert page.page.locator(".corner:visible").all_inner_texts() == ["A 10 fps · 480x853 · res3"]
    page.page.keyboard.press("x")  # a tap stays
    comes_to(page, box, 0.2, 15 * STEP)
    assert page.page.locator(".corner:visible").all_inner_texts() == ["B 30 fps · 480x853 · res3"]
    assert page.text("#said") == "B alone: 30 fps · 480x853 · res3"
    page.page.keyboard.down("x")  # what is held goes back
    comes_to(page, box, 0.2, 5 * STEP)
    page.page.wait_for_timeout(320)
    page.page.keyboard.up("x")
    comes_to(page, box, 0.2, 15 * STEP)
    page.page.click("#wipe-frame")
    comes_to(page, box, 0.2, 5 * STEP)
    page.page.click("#wipe-frame")
    # Both stay in step, whichever is hidden.
    page.page.keyboard.press(".")
    page.settle()
    assert page.numbers("render.wipe.players") == [5, 16]
    page.page.keyboard.press("Space")
    page.until("render.clock.playing && render.wipe.players.every(p => !p.video.paused)")
    page.page.keyboard.press("Escape")
    page.until("!render.fullscreen.open && document.fullscreenElement === null")
    assert page.page.evaluate("render.views.view") == "edge"
    assert page.page.locator("#wipe.flipped, .full, [inert]").count() == 0


def test_a_window_has_to_do_where_no_screen_is_lent(page: Opened) -> None:
    page.page.evaluate("Element.prototype.requestFullscreen = () => Promise.reject(new Error()); 0")
    page.page.click("#wipe-full")
    assert stage(page)["width"] == 1280
    page.page.keyboard.press("?")
    assert page.page.locator("#help").is_visible()
    page.page.keyboard.press("Escape")  # closes the help alone
    assert page.page.evaluate("render.fullscreen.open")
    page.page.keyboard.press("Escape")
    assert not page.page.evaluate("render.fullscreen.open")
    assert page.page.evaluate("document.activeElement.id") == "wipe-full"


def test_a_blind_comparison_tells_no_names_and_counts(page: Opened) -> None:
    put(page, "res3-10.mp4", "res3-30.mp4")
    page.page.evaluate("Math.random = () => 0; document.activeElement.blur()")
    page.page.keyboard.press("b")
    checked = "all => all.map(one => one.value)"
    assert page.page.locator("#blind input:checked").evaluate_all(checked) == [
        "res3-10.mp4", "res3-30.mp4"
    ]  # fmt: skip
    assert "6 comparisons" in page.text("#blind-count")
    assert "needs 6 votes" in page.text("#blind-count")
    page.page.click("#blind >> text=Start")
    lefts = []
    for number in range(1, 7):
        page.until("render.blind.ready()")
        assert page.text("#blind-title") == f"{number} of 6"
        told = page.page.evaluate("document.getElementById('blind').innerText")
        spoken = page.page.locator("#blind [aria-label]").evaluate_all(
            "all => all.map(one => one.ariaLabel)"
        )
        assert not [word for word in ("fps", "res3", "A ", "B ") if word in told]
        assert spoken == ["Left", "Right"]
        # It covers all else: nothing of the page shows at its edges, and only these two play.
        box = page.page.locator("#blind").bounding_box()
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1280, 900)
        assert page.page.evaluate("render.matrix.players.every(p => !p.seen)")
        left = page.page.evaluate("render.blind.players[0].name")
        lefts.append(left)
        if number == 2:  # a slip, taken back
            page.page.keyboard.press("ArrowDown")
            page.until("render.blind.ready()")
            page.page.keyboard.press("Backspace")
            page.until("render.blind.ready()")
        page.page.keyboard.press("ArrowLeft" if left == "res3-30.mp4" else "ArrowRight")
    assert sorted(lefts) == ["res3-10.mp4"] * 3 + ["res3-30.mp4"] * 3
    assert page.text("#blind-title") == "What you saw"
    first = page.page.locator("#blind table").first.locator("tbody tr").first
    assert first.inner_text().split("\t") == ["30 fps · 480x853 · res3", "6", "0", "0"]
    assert "hardly by chance (p = 0.031)" in page.text("#blind")
    assert "3 went to the left" in page.text("#blind")
    page.page.click("#blind >> text=Copy as JSON")
    copied = json.loads(page.text("#blind-copied"))
    assert copied["pairs"] == [
        {
            "a": "res3-10.mp4", "b": "res3-30.mp4",
            "a_better": 0, "b_better": 6, "no_difference": 0, "p": 0.03125,
        }
    ]  # fmt: skip
    assert len(copied["votes"]) == 6
    page.page.click("#blind >> text=Copy as text")
    assert "6 votes" in page.text("#blind-copied")
    # What was begun is still there when it is opened again; starting again forgets it.
    page.page.keyboard.press("Escape")
    page.until("render.matrix.players.some(p => p.seen) || render.wipe.players.some(p => p.seen)")
    page.page.keyboard.press("b")
    assert page.text("#blind-title") == "What you saw"
    page.page.click("#blind >> text=Another round")
    assert page.text("#blind-title") == "7 of 8"
    for _ in range(2):
        page.until("render.blind.ready()")
        page.page.keyboard.press("ArrowDown")
    assert "You went on after seeing a result" in page.text("#blind")
    page.page.click("#blind >> text=Start again")
    assert page.page.evaluate("render.blind.votes.length") == 0


def test_votes_say_how_sure_they_are_and_pairs_come_either_way(page: Opened) -> None:
    def told(*answers: str, ids: str = "ab") -> list[tuple[float, str]]:
        votes = [{"left": "a", "right": "b", "answer": answer} for answer in answers]
        found = page.page.evaluate(
            "([ids, votes]) => { const {pairs} = render.tally(ids, votes);"
            " return pairs.map(pair => [pair.p, render.sureWords(pair, pairs.length)]); }",
            [list(ids), votes],
        )
        return [tuple(each) for each in found]

    assert told() == [(1, "too few votes to tell")]
    assert told(*["left"] * 5) == [(pytest.approx(0.0625), "too few votes to tell")]
    assert told(*["none"] * 9) == [(1, "too few votes to tell")]
    assert told(*["left"] * 5, "right") == [
        (pytest.approx(14 / 64), "may well be chance (p = 0.22)")
    ]
    assert told(*["left"] * 14, *["right"] * 2)[0] == (
        pytest.approx(2 * (1 + 16 + 120) / 2**16), "hardly by chance (p = 0.004)",
    )  # fmt: skip
    # Of three pairs one is one-sided by chance thrice as soon.
    assert told(*["left"] * 6, ids="abc")[0] == (
        pytest.approx(3 * 2 / 64), "too few votes to tell",
    )  # fmt: skip
    # Each pair as often one way round as the other, at random.
    drawn = page.page.evaluate(
        "Array.from({length: 40}, () => render.drawn(['a', 'b', 'c']).map(p => p.left + p.right))"
    )
    assert all(sorted(each) == ["ab", "ac", "ba", "bc", "ca", "cb"] for each in drawn)
    assert len({"".join(each) for each in drawn}) > 10


@pytest.fixture
def two_clips(report: Report, tmp_path: Path) -> Results:
    """Of two clips, both at 10 and 15 fps by two networks; the second one's are half as long."""
    results = report(("10", "15"), ("res3", "res1"), seconds=1)
    cells = list(results.cells)
    for cell in results.cells:
        name = f"b-{cell.id}"
        shutil.copy(tmp_path / cell.id, tmp_path / name)
        frames = cell.video.frames // 2
        duration = frames / cell.target.fps_float
        video = cell.video.model_copy(update={"frames": frames, "duration": duration})
        cells.append(
            cell.model_copy(update={"id": name, "clip": 1, "video": video, "figures": None})
        )
    other = results.clips[0].model_copy(update={"name": "b.mp4", "path": "/clips/b.mp4"})
    two = results.model_copy(update={"cells": tuple(cells), "clips": (*results.clips, other)})
    write_report(two, tmp_path)
    return two


def test_all_clips_stand_in_one_matrix_in_step(
    two_clips: Results, opened: Open, tmp_path: Path
) -> None:
    page = opened(tmp_path, height=1600)
    page.page.select_option("#clip", label="all clips")
    page.settle()
    assert page.text("#title") == "2 clips" and "holds its last frame" in page.text("#subtitle")
    assert page.page.locator("#matrix .row").all_inner_texts() == ["clip.mp4", "b.mp4"]
    assert page.page.locator("#matrix .head").all_inner_texts() == [
        "10 fps · res3", "15 fps · res3", "10 fps · res1", "15 fps · res1"
    ]  # fmt: skip
    page.page.evaluate("render.clock.seek(0.9)")
    page.settle()
    assert page.numbers() == [9, 13, 9, 13, 4, 6, 4, 6]  # the shorter one's last
    assert page.page.locator("#table tbody tr").count() == 8
    assert "one clip at a time" in page.text("#chart")
    # A and B are of one clip; another one's preview brings its counterpart along.
    page.page.evaluate("render.wipe.put('a', 'res3-10.mp4'); render.wipe.put('b', 'res1-15.mp4')")
    page.page.locator("#matrix .side-a[data-id='b-res3-15.mp4']").click()
    assert page.page.evaluate("[render.wipe.a, render.wipe.b]") == [
        "b-res3-15.mp4",
        "b-res1-15.mp4",
    ]
    assert page.page.locator("#wipe-a option").count() == 4
    page.page.select_option("#wipe-clip", label="clip.mp4")
    assert page.page.evaluate("[render.wipe.a, render.wipe.b]") == ["res3-15.mp4", "res1-15.mp4"]
    # Turned: what is on neither side is held.
    page.page.select_option("#columns", "fps")
    assert page.page.locator("#fixed-network").count() == 1
    assert page.page.locator("#matrix .cell").count() == 4
    page.page.select_option("#rows", "target")
    assert page.page.locator("#columns").input_value() == "clip"
    page.page.select_option("#clip", label="b.mp4")
    assert page.page.evaluate("render.wipe.a.startsWith('b-')")
    assert (
        page.page.locator("#matrix .cell").count() == 4
        and not page.page.locator("#wipe-clip").is_visible()
    )


def test_clips_that_share_no_target_are_not_put_together(
    two_clips: Results, opened: Open, tmp_path: Path
) -> None:
    cells = [cell for cell in two_clips.cells if (cell.clip == 1) == ("res1" in cell.id)]
    write_report(two_clips.model_copy(update={"cells": tuple(cells)}), tmp_path)
    page = opened(tmp_path)
    assert page.page.locator("#clip option").all_inner_texts() == ["clip.mp4", "b.mp4"]

"""The page in the system's own Firefox, as in Chromium: its essentials, in one session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compare.videos import STEP

from .conftest import Opened, Report
from .firefox import Page, find_firefox, running
from .test_browser import DRIFTS, comes_to


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = find_firefox()
    if path is None:
        pytest.skip("no Firefox here: the report page is NOT tested in one")
    pytest.importorskip(
        "websockets", reason="no websockets here: the report page is NOT tested in Firefox"
    )
    with running(path, tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(firefox: Page, report: Report, tmp_path: Path) -> Iterator[Opened]:
    """Three rates by two networks, opened from disk, without a complaint or a request elsewhere."""
    report()
    firefox.complaints.clear()
    firefox.requests.clear()
    firefox.goto((tmp_path / "index.html").as_uri())
    one = Opened(firefox, firefox.requests, firefox.complaints)
    one.until("window.render !== undefined")
    if not firefox.evaluate(
        "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.42E01E\"')"
    ):
        pytest.skip("this Firefox has no H.264: the report page is NOT tested in it")
    one.settle()
    yield one
    assert one.complaints == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in one.requests)


def test_all_players_show_their_frames_and_play_in_step(page: Opened) -> None:
    assert page.page.evaluate("document.querySelectorAll('.failed').length") == 0
    for moment in (0.31, 0.966):
        page.page.evaluate(f"render.clock.seek({moment})")
        page.settle()
        assert page.numbers() == [int(moment * rate + 1e-6) for rate in (10, 15, 30)] * 2
    page.page.press(",")
    page.settle()
    assert page.numbers() == [9, 13, 27] * 2
    page.page.press(" ")
    drifts = page.page.evaluate(DRIFTS, 1.5)
    assert page.page.evaluate("render.clock.playing")
    assert drifts["late"] < 0.11
    assert drifts["early"] < 0.3


def test_a_against_b_and_their_difference(page: Opened) -> None:
    page.page.evaluate(
        "render.wipe.put('a', 'res3-10.mp4'), render.wipe.put('b', 'res1-15.mp4'),"
        " document.getElementById('wipe-frame').scrollIntoView({block: 'center'}),"
        " render.clock.seek(0.3)"
    )
    page.settle()
    box = page.page.evaluate("document.getElementById('wipe-frame').getBoundingClientRect()")
    comes_to(page, box, 0.2, 3 * STEP)
    comes_to(page, box, 0.8, 4 * STEP)
    page.page.press("d")
    comes_to(page, box, 0.2, 4 * STEP)
    page.page.evaluate("render.views.set('16')")
    comes_to(page, box, 0.8, 16 * STEP)
    page.page.evaluate("render.wipe.put('b', 'res1-10.mp4')")
    page.settle()
    comes_to(page, box, 0.8, 0)


def test_fullscreen_flips_at_once(page: Opened) -> None:
    """Without a display Firefox lends no screen; the window does."""
    page.page.evaluate("render.wipe.put('a', 'res3-10.mp4'), render.wipe.put('b', 'res3-30.mp4')")
    page.page.press("f")
    page.page.evaluate("render.clock.seek(0.5)")
    page.until("[...render.clock.players].filter(p => p.seen).length === 2")
    page.settle()
    box = page.page.evaluate("document.getElementById('wipe-frame').getBoundingClientRect()")
    assert box["width"] == 1280
    comes_to(page, box, 0.3, 5 * STEP)
    page.page.press("x")
    comes_to(page, box, 0.3, 15 * STEP)
    page.page.press("Escape")
    page.until("!render.fullscreen.open")


def test_a_blind_comparison(page: Opened) -> None:
    page.page.press("b")
    page.page.evaluate("document.querySelector('#blind button.main').click()")
    total = page.page.evaluate("render.blind.order.length")
    for number in range(total):
        page.until("render.blind.ready()")
        page.page.press(("ArrowLeft", "ArrowRight", "ArrowDown")[number % 3])
        page.until(f"render.blind.votes.length === {number + 1}")
    assert (
        page.page.evaluate("document.getElementById('blind-title').textContent") == "What you saw"
    )
    assert "too few votes to tell" in page.page.evaluate(
        "document.getElementById('blind').innerText"
    )
    page.page.press("Escape")
    page.until("!document.getElementById('blind').open")

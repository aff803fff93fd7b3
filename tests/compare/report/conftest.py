"""Reports in a real Chromium, and folders of previews whose frames say their number."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from render.compare.report.page import write_report
from render.events import CellDone
from render.networks.spec import NetworkSpec
from render.results.record import Call, Recorder
from render.results.results import Figures, Results
from tests.cli.conftest import make_cell, make_plan, make_preview
from tests.compare.videos import STEP, numbered
from tests.conftest import MakeClip

# An observer hears at the next frame, after those that were made before it: then the page's own
# have heard too which players are in sight.
LOOKED = """() => new Promise((done) => {
  const observer = new IntersectionObserver(() => { observer.disconnect(); done(); });
  observer.observe(document.body);
})"""


@dataclass
class Opened:
    """A report in the browser, and what it asked for and complained of."""

    page: Any
    requests: list[str]
    complaints: list[str]

    def until(self, expression: str, seconds: float = 15) -> None:
        """Playwright's own waiting evaluates strings in the page, which the page forbids."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"never came true: {expression}"
            self.page.wait_for_timeout(20)

    def settle(self) -> None:
        """Until every video in sight shows the frame that it was sent to."""
        self.page.evaluate(LOOKED)
        self.until(
            "[...render.clock.players].filter(p => p.seen)"
            ".every(p => !p.video.seeking && p.video.readyState >= 2)"
        )
        self.page.wait_for_timeout(50)

    def numbers(self, players: str = "render.matrix.players") -> list[int]:
        """The frame that each player shows, read from its pixels."""
        levels = self.page.evaluate(
            f"""{players}.map((player) => {{
              const canvas = document.createElement('canvas');
              [canvas.width, canvas.height] = [16, 9];
              const pen = canvas.getContext('2d');
              pen.drawImage(player.video, 0, 0, 16, 9);
              return pen.getImageData(8, 4, 1, 1).data[0];
            }})"""
        )
        return [round(level / STEP) for level in levels]

    def ids(self, selector: str) -> list[str]:
        """Of the cells that elements stand for."""
        found = self.page.locator(selector).evaluate_all("all => all.map(one => one.dataset.id)")
        return [str(each) for each in found]

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).inner_text())


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Opens a folder's page, from disk; at the end, nothing may have been complained of or asked
    from elsewhere."""
    contexts, all_opened = [], []

    def open_(
        folder: Path, *, width: int = 1280, height: int = 900, link: str = "", **options: Any
    ) -> Opened:
        # Who wants less motion gets a page that stands still at first, as most tests need it.
        options = {"reduced_motion": "reduce"} | options
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        one = Opened(context.new_page(), [], [])
        all_opened.append(one)
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("console", lambda said: one.complaints.append(said.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.goto((folder / "index.html").as_uri() + link)
        one.until("window.render !== undefined")
        return one

    yield open_
    for context in contexts:
        context.close()
    for one in all_opened:
        assert one.complaints == []
        assert all(url.startswith(("file:", "data:", "blob:")) for url in one.requests)


Report = Callable[..., Results]


@pytest.fixture
def report(make_clip: MakeClip, tmp_path: Path) -> Report:
    """``report(rates, networks, clip=…, name=…, styles=…)`` makes a folder's previews, results and
    page."""

    def make(
        rates: tuple[str, ...] = ("10", "15", "30"),
        networks: tuple[str, ...] = ("res3", "res1"),
        *,
        clip: str = "clip.mp4",
        name: Callable[[str, str], str] = lambda rate, network: f"{network}-{rate}.mp4",
        styles: tuple[str, ...] = (),
        figures: bool = True,
        seconds: float = 1,
    ) -> Results:
        cells = []
        plain = make_cell(Path("/clips") / clip)
        for style, network, rate in product(styles or (plain.style,), networks, rates):
            output = tmp_path / f"{f'{style}-' if styles else ''}{name(rate, network)}"
            shutil.copy(numbered(make_clip, rate, seconds), output)
            cell = replace(plain, rate=Fraction(rate), network=NetworkSpec.parse(network))
            fingerprint = hashlib.sha256(output.name.encode("utf-8", "replace")).hexdigest()
            cells.append(replace(cell, style=style, output=output, fingerprint=fingerprint))
        call = Call(("render", clip, "--fps", ",".join(rates)), datetime(2026, 11, 23, tzinfo=UTC))
        recorder = Recorder(make_plan(*cells), tmp_path, call)
        for cell in cells:
            frames = int(seconds * cell.rate)
            recorder.event(CellDone(cell, make_preview(cell, frames)))
        results = recorder.save(wall=9.5)
        if figures:
            results = measured(results)
        write_report(results, tmp_path)
        return results

    return make


def measured(results: Results) -> Results:
    """Figures made up so that more operations lose less, but for one cell."""
    most = max(cell.cost.macs_second for cell in results.cells)
    reference = next(cell.id for cell in results.cells if cell.cost.macs_second == most)
    cells = []
    for number, cell in enumerate(results.cells):
        share = cell.cost.macs_second / most
        jod = 10.0 if cell.id == reference else 4 + 5 * share - (2 if number == 1 else 0)
        figures = Figures(
            reference=reference, jod=jod, lpips=1 - share, ssim=share, style=None, flicker=0.2
        )
        cells.append(cell.model_copy(update={"figures": figures}))
    clips = tuple(clip.model_copy(update={"reference": reference}) for clip in results.clips)
    return results.model_copy(update={"cells": tuple(cells), "clips": clips})

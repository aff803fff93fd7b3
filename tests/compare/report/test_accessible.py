"""What axe-core finds wrong with the page: nothing, light or dark, wide or narrow, whatever is
open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from render.choice import choice_file
from render.choice.ranking import choose
from render.compare.report.page import write_report
from render.devices.profile import load_profile

from .conftest import Opened, Report

Open = Callable[..., Opened]


def found(page: Opened, part: str | None = None) -> list[str]:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="no axe-playwright-python here: the page's accessibility is NOT tested",
    )
    results = axe.Axe().run(page.page, context=part).response
    assert len(results["passes"]) > 10
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in results["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
def test_axe_finds_nothing(
    width: int, scheme: str, report: Report, opened: Open, tmp_path: Path
) -> None:
    results = report()
    choice = choose(results, load_profile("A12"))
    choice_file.save(choice_file.as_dict(choice, results), tmp_path)
    write_report(results, tmp_path)
    page = opened(tmp_path, width=width, color_scheme=scheme)
    keyboard = page.page.keyboard
    page.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.page.click("#table tbody tr >> nth=1")
    page.settle()
    assert found(page) == []
    page.page.evaluate("document.activeElement.blur()")
    keyboard.press("?")
    assert found(page, "#help") == []
    keyboard.press("Escape")
    keyboard.press("f")
    keyboard.press("d")
    page.page.wait_for_timeout(400)  # until the controls have faded in
    assert found(page, "#wipe-section") == []
    keyboard.press("Escape")
    page.until("!render.fullscreen.open")
    keyboard.press("b")
    assert found(page, "#blind") == []
    page.page.select_option("#blind-rounds", "1")
    page.page.click("#blind >> text=Start")
    page.until("render.blind.ready()")
    assert found(page, "#blind") == []
    for _ in range(2):
        page.until("render.blind.ready()")
        keyboard.press("ArrowLeft")
    page.page.click("#blind >> text=Copy as text")
    assert found(page, "#blind") == []

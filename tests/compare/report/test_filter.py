"""Of a large sweep, those that a question is about: in the matrix, table and chart alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from render.compare.report.page import write_report
from render.results.results import Figures

from .conftest import Opened, Report

Open = Callable[..., Opened]
RATES = ("10", "15", "30")


def shown(one: Opened) -> set[str]:
    """Those on show, which are the same wherever they are."""
    rows = set(one.ids("#table tbody tr[data-id]"))
    assert set(one.ids("#matrix .cell[data-id]")) == rows
    assert set(one.ids("#chart .point")) == rows
    count = one.page.locator("#filter-count")
    assert count.inner_text() == f"{len(rows)} of 9 shown"
    assert count.get_attribute("role") == "status"
    return rows


def test_all_parts_show_what_the_filter_leaves(
    report: Report, opened: Open, tmp_path: Path
) -> None:
    from render.choice import choice_file
    from render.choice.ranking import choose
    from render.devices.profile import load_profile

    results = report(RATES, ("res3", "res1", "res3-w16"))
    choice = choose(results, load_profile("A12"))
    choice_file.save(choice_file.as_dict(choice, results), tmp_path)
    write_report(results, tmp_path)
    one = opened(tmp_path)
    assert len(shown(one)) == 9
    assert one.page.locator("#filter-reset").is_disabled()
    # By an axis, with the keyboard alone; rows and columns with nothing in them go.
    one.page.focus("#filter-axes [data-axis=network] summary")
    one.page.keyboard.press("Enter")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Space")
    assert shown(one) == {f"res3-{rate}.mp4" for rate in RATES}
    one.page.keyboard.press("Escape")
    assert one.page.locator("#filter-axes .menu[open]").count() == 0
    assert one.text("#filter-axes [data-axis=network] summary") == "Network: res3"
    assert one.page.evaluate("document.activeElement.tagName") == "SUMMARY"
    one.page.select_option("#filter-speed", "slow")
    assert shown(one) == {"res3-30.mp4"}
    one.page.select_option("#filter-speed", "fits")
    assert shown(one) == {"res3-10.mp4", "res3-15.mp4"}
    # What is looked for by name is uncovered.
    assert choice.taken is not None
    one.page.fill("#filter-text", "nothing <b> like it")
    one.until("render.filter.shown().length === 0")
    assert one.page.locator(".nothing").count() == 3
    one.page.locator("#choice-tools button", has_text="Show it").click()
    assert (
        len(shown(one)) == 9 and one.page.evaluate("render.state.selected") == choice.taken.cells[0]
    )
    # By words, in any order.
    one.page.fill("#filter-text", "W16 15 fps")
    one.until("render.filter.shown().length === 1")
    assert shown(one) == {"res3-w16-15.mp4"}
    one.page.click("#filter-reset")
    assert len(shown(one)) == 9 and one.page.locator("#filter-text").input_value() == ""
    assert one.page.evaluate("document.activeElement.id") == "filter-text"
    one.page.keyboard.press("s")
    assert one.page.locator("#filter-text").input_value() == "s", "keys type there"
    # By stars, the mean of all who gave some.
    one.page.fill("#filter-text", "")
    one.until("render.filter.shown().length === 9")
    one.page.evaluate(
        """render.state.cells.slice(0, 3).forEach(
             (cell, n) => render.notes.write(cell, {stars: n + 3}))"""
    )
    one.page.select_option("#filter-stars", "4")
    assert shown(one) == {"res3-15.mp4", "res3-30.mp4"}


def test_few_previews_need_no_filter(report: Report, opened: Open, tmp_path: Path) -> None:
    report(RATES, ("res3", "res1"))
    one = opened(tmp_path, link="#find=nothing")
    assert not one.page.locator("#filter").is_visible()
    assert one.page.locator("#matrix .cell").count() == 6


def test_styles_at_one_target_are_shown_for_what_they_are(
    report: Report, opened: Open, tmp_path: Path
) -> None:
    """No chart, no reference, no empty columns; the styles, and why nothing compares them."""
    results = report(("15",), ("res3",), styles=("udnie", "the-scream", "mine"))
    # As version 0.1.0 measured them: each against itself.
    own = [
        cell.model_copy(update={"figures": Figures(reference=cell.id, jod=10, flicker_gap=0)})
        for cell in results.cells
    ]
    write_report(results.model_copy(update={"cells": tuple(own)}), tmp_path)
    one = opened(tmp_path)
    assert one.text("#subtitle") == "3 previews by style"
    assert one.page.locator("#matrix strong").all_inner_texts() == [
        f"{style} · 15 fps · 480x853 · res3" for style in ("mine", "the-scream", "udnie")
    ]
    assert one.page.locator("em").count() == 0
    assert not one.page.locator("#chart-section").is_visible()
    head = one.page.locator("#table thead th").all_inner_texts()
    assert head[0] == "style"
    assert not [words for words in head if words.startswith(("JOD", "LPIPS"))]
    assert [words for words in head if words.startswith("flicker at a gap")]
    assert one.page.locator("#table td", has_text="–").count() == 0
    assert one.text("#about").count("No figures compare styles or strengths") == 1


def test_a_style_that_is_compared_has_a_line_of_its_own(
    report: Report, opened: Open, tmp_path: Path
) -> None:
    """And one that version 0.1.0 held against itself has none, nor a figure."""
    results = report(("10", "30"), ("res3",), styles=("udnie", "the-scream", "mine"))
    cells = []
    for cell in results.cells:
        if (cell.target.style, cell.target.fps) == ("mine", 10):
            continue
        style = cell.target.style
        own = {"reference": f"{style}-res3-30.mp4", "jod": 10.0 if cell.target.fps == 30 else 8.0}
        assert cell.figures is not None
        cells.append(cell.model_copy(update={"figures": cell.figures.model_copy(update=own)}))
    write_report(results.model_copy(update={"cells": tuple(cells)}), tmp_path)
    one = opened(tmp_path)
    assert one.page.locator("#chart .frontier").count() == 2
    assert set(one.ids("#chart .point")) == {c.id for c in cells if c.target.style != "mine"}
    assert "2 references, each in its own style" in one.text("#subtitle")
    assert one.ids("#matrix .cell:has(em)") and "mine-res3-30.mp4" not in one.ids(
        "#matrix .cell:has(em)"
    )
    assert "–" in one.text("#table tr[data-id='mine-res3-30.mp4']")

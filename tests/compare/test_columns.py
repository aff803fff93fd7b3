"""What every number says of itself, and that nothing says it a second time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from render.choice.candidates import GOES_BY
from render.compare.axes import KEYS
from render.compare.column import NONE, Better, Fact, Kind, Ranks
from render.compare.metrics.metric import Metric
from render.compare.metrics.metric_list import METRICS
from render.compare.table_columns import columns, on_choice
from render.results.results import Figures
from tests.compare.metrics.folders import a_cell

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "render/compare/report").glob("*.js"))
CHOICE = {"device": "A12", "candidates": [{"cells": ["a.mp4"], "ms": 66.4, "load": 0.99}]}
ALL = columns(METRICS, on_choice(CHOICE))


def number(value: float | None, digits: int | None) -> str:
    column = Fact(
        key="x", name="x", digits=digits, better=Better.LESS, kind=Kind.COST, says="",
        read=lambda _: value,
    )  # fmt: skip
    return column.text(a_cell("a.mp4"))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (9.876, 2, "9.88"),
        (0.0, 1, "0.0"),
        (-3.21, 1, "-3.2"),
        # A small network's thousandths are not nothing.
        (0.0042, 1, "0.004"),
        (0.04, 0, "0.040"),
        # Three digits, or all that stand before the point.
        (0.0512, None, "0.0512"),
        (10.23, None, "10.2"),
        (999.7, None, "1000"),
        (1419.6, None, "1420"),
        (None, 2, NONE),
        (float("nan"), 2, NONE),
        (float("inf"), None, NONE),
    ],
)
def test_a_number_as_people_read_it(value: float | None, digits: int | None, text: str) -> None:
    assert number(value, digits) == text


def test_titles_say_the_unit_and_which_way_is_better_where_that_may_be_said() -> None:
    titles = {column.key: (column.title, column.short_title) for column in ALL}
    assert titles["jod"] == ("JOD ↑", "JOD↑")
    assert titles["flicker_gap"] == ("flicker at a gap ↓", "at gap↓")
    assert titles["flicker"] == ("flicker", "flicker")  # it compares cells of one rate only
    assert titles["sharpness"] == ("sharpness %", "sharp %")
    assert titles["phone"] == ("A12 ms", "A12 ms")
    assert titles["dropped"] == ("dropped % ↓", "dropped %↓")


def test_keys_are_told_apart() -> None:
    keys = [column.key for column in ALL]
    assert len({*keys, *KEYS} - {"style"}) == len([*keys, *KEYS]) - 2  # an axis and a metric
    # A figure stands beside these in results.
    assert not {metric.key for metric in METRICS} & {*Figures.model_fields}
    assert all(column.says.endswith(".") and column.better in Better for column in ALL)


def test_a_choice_s_device_has_its_columns() -> None:
    phone, busy = on_choice(CHOICE)
    chosen, other = a_cell("a.mp4"), a_cell("b.mp4")
    assert [each.text(chosen) for each in (phone, busy)] == ["66", "99"]
    assert [each.of(other) for each in (phone, busy)] == [None, None]
    assert busy.limit == 100 and on_choice(None) == ()


def test_what_targets_are_chosen_by_may_rank_all_and_comes_first() -> None:
    assert METRICS[0].key == GOES_BY and METRICS[0].ranks is Ranks.ANY


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_the_report_knows_a_metric_or_an_axis(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    # Words that pages are made of too.
    common = {"clip", "on", "size", "style"}
    for key in {*KEYS, *(metric.key for metric in METRICS)}:
        assert not re.search(rf"(COLUMN|figures|target)\.{key}\b", text), key
        assert key in common or not re.search(rf"""["'`]{key}["'`]""", text), key
    assert not [
        m.name for m in METRICS if m.name not in common and re.search(rf"\b{m.name}\b", text)
    ]


def readme_rows() -> dict[str, str]:
    """Of the README's table of figures: what each says it may rank, by its first words."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("| figure | says | may rank |\n", 1)[1].split("\n\n", 1)[0]
    rows = [
        [part.strip() for part in line.strip("|").split("|")] for line in table.splitlines()[1:]
    ]
    return {name.strip(): ranks for names, _, ranks in rows for name in names.split(",")}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_the_docs_say_what_a_metric_may_rank(metric: Metric) -> None:
    assert readme_rows()[metric.name].startswith(metric.ranks)


def test_the_docs_have_no_figure_that_is_gone() -> None:
    told = {column.name for column in ALL} | {column.title for column in ALL}
    assert {*readme_rows()} <= told


def test_tables_and_pages_are_made_without_what_computes_figures() -> None:
    code = (
        "import sys, render.compare.metrics.rows, render.compare.report.page\n"
        "heavy = {'torch', 'cv2', 'openvino'} & {*sys.modules}\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

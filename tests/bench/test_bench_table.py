"""What a bench is told as: tables, words, JSON, a chart."""

from __future__ import annotations

import dataclasses
import itertools
import json
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from render.bench.bench_table import as_dict, budgets, common, costs, labels, times, words
from render.bench.chart import chart, draw
from render.bench.drawing import Dot, Drawing, Word, text_width
from render.bench.rounds import Bench, Timed
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import OutputError
from render.target import Size
from tests.bench.test_rounds import FakeMachine, result

pytestmark = pytest.mark.torch

FIFTEEN = [Fraction(15)]
AT = "2026-11-23T00:00:00+00:00"


@pytest.fixture
def found() -> Bench:
    return result(FakeMachine({"res3": 0.05, "res1": 0.1}))


def like(one: Timed, **changed: Any) -> Timed:
    return dataclasses.replace(one, contender=dataclasses.replace(one.contender, **changed))


def test_tables_have_a_row_for_each(found: Bench) -> None:
    for table in (times(found, found.timed[0]), costs(found), budgets(found, FIFTEEN)):
        assert [row[0] for row in table.rows] == ["res3", "res1"]
        assert {len(row) for row in table.rows} == {len(table.header)}
    table = times(found, found.timed[0])
    assert dict(zip(table.header, table.rows[1], strict=True)) == {
        "network": "res1", "median": "100.0", "mean": "100.0", "p95": "100.0", "min": "100.0",
        "max": "100.0", "ratio": "2.00", "load": "2000", "first": "100",
    }  # fmt: skip
    row = dict(zip(costs(found).header, costs(found).rows[0], strict=True))
    assert (row["M param."], row["GMAC"]) == ("1.07", "47.3")


def test_contenders_are_called_by_what_differs(found: Bench) -> None:
    three, one = found.timed
    assert labels(found) == ["res3", "res1"] and common(found) == "480x853, torch on cpu"
    small = like(one, size=Size(64, 96))
    sized = dataclasses.replace(found, timed=(three, small))
    assert labels(sized) == ["res3 480x853", "res1 64x96"] and common(sized) == "torch on cpu"
    other = like(three, choice=EngineChoice(EngineName.OPENVINO, DeviceName.CPU, ""))
    engines = dataclasses.replace(found, timed=(three, other))
    assert labels(engines) == ["res3 torch on cpu", "res3 openvino on cpu"]
    assert common(engines) == "480x853"


def test_words_say_what_is_measured_and_against_what(found: Bench) -> None:
    said = "\n".join(words(found, 1, [Fraction(15), Fraction(30)]))
    for part in (
        "10 rounds", "latency", "ratios to res1", "66.7 ms at 15 fps, 33.3 ms at 30 fps",
        "not a phone", "100 GMAC/s on cpu", "Winograd",
    ):  # fmt: skip
        assert part in said


def test_json_has_all_that_the_tables_have(found: Bench) -> None:
    data = json.loads(json.dumps(as_dict(found, 1, FIFTEEN, ("render", "bench"), AT)))
    assert next(iter(data)) == "schema" and data["schema"] == 1
    assert set(data) == {
        "schema", "command", "at", "machine", "versions", "seed", "iterations", "rounds",
        "complete", "baseline", "product_macs_second", "order", "contenders",
    }  # fmt: skip
    assert data["complete"] is True and data["baseline"] == 1
    assert (data["iterations"], data["rounds"], len(data["order"])) == (11, 10, 11)
    first, second = data["contenders"]
    ms = first.pop("ms")
    assert ms == [50.0] * 10
    assert first == {
        "network": "res3", "size": "480x853", "engine": "torch", "device": "cpu", "style": None,
        "weights_seed": 0, "parameters": found.timed[0].contender.spec.parameters(),
        "macs": found.timed[0].contender.macs, "streams": 1, "load_ms": 2000.0, "first_ms": 50.0,
        "median_ms": 50.0, "mean_ms": 50.0, "p95_ms": 50.0, "min_ms": 50.0, "max_ms": 50.0,
        "ratio": 0.5, "macs_second": round(found.timed[0].contender.macs / 0.05),
        "share_of_product": round(found.timed[0].contender.macs / 0.05 / 1e11, 4), "memory": 300,
        "budgets": [{"fps": "15", "budget_ms": 66.667, "left_ms": 16.667, "left_p95_ms": 16.667}],
    }  # fmt: skip
    assert second["ratio"] == 1 and second["budgets"][0]["left_ms"] == -33.333


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_chart_is_the_same_file(found: Bench, suffix: str, tmp_path: Path) -> None:
    first, second = (tmp_path / f"{name}{suffix}" for name in "ab")
    draw(found, FIFTEEN, first)
    draw(found, FIFTEEN, second)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("rates", [[15, 16, 17, 18, 60], [1000], [5], []])
def test_nothing_leaves_the_chart_or_stands_on_another(found: Bench, rates: list[int]) -> None:
    drawing = chart(found, [Fraction(rate) for rate in rates])
    words = [mark for mark in drawing.marks if isinstance(mark, Word)]
    places = []
    for word in words:
        wide = text_width(word.text, word.size)
        left = word.at[0] - {"start": 0, "middle": wide / 2, "end": wide}[word.anchor]
        assert left >= 0 and left + wide <= drawing.width and 0 < word.at[1] <= drawing.height
        places.append((left, word.at[1] - 0.7 * word.size, left + wide, word.at[1]))
    for one, other in itertools.combinations(places, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    for dot in drawing.marks:
        if isinstance(dot, Dot):
            assert 0 < dot.at[0] < drawing.width and 0 < dot.at[1] < drawing.height
    assert sum(isinstance(mark, Dot) for mark in drawing.marks) == 20


def test_a_chart_names_networks_and_rates(found: Bench, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    draw(found, [Fraction(15), Fraction(16), Fraction(30)], path)
    text = " ".join(ET.fromstring(path.read_text("utf-8")).itertext())
    for part in ("res3", "res1", "47.3 GMAC", "50 ms", "15 fps", "16 fps", "30 fps, 33.3 ms",
                 "480x853, torch on cpu", "10 rounds", "not on a phone"):  # fmt: skip
        assert part in text
    assert "date" not in path.read_text("utf-8").lower()


def test_a_picture_has_every_colour_of_the_chart(found: Bench, tmp_path: Path) -> None:
    draw(found, FIFTEEN, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        counted = image.convert("RGB").getcolors(1 << 24)
        assert image.width == 1350 and image.height > 300
    assert counted is not None
    colours = {colour: count for count, colour in counted}  # type: ignore[misc]
    paper, ink, budget = (0xFF, 0xFD, 0xF9), (0x26, 0x24, 0x21), (0xA8, 0x43, 0x1B)
    assert colours[paper] > 0.8 * sum(colours.values())
    assert colours[ink] > 100 and colours[budget] > 20


def test_a_chart_is_there_whole_or_not_at_all(
    found: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, path: Path) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Drawing, "save_png", full)
    with pytest.raises(OutputError, match="No space left"):
        draw(found, FIFTEEN, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []

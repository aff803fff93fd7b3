"""A metric that render does not know: described once, it is measured, shown, kept and explained."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from render.compare.column import Better, Ranks
from render.compare.metrics.measure import Measured, Measuring, measure
from render.compare.metrics.metric import Compared, Described, Metric, Pictures
from render.compare.metrics.modes import Metrics
from render.compare.metrics.rows import figure_rows
from render.compare.metrics.subject import Trouble
from render.compare.report.page import build
from render.media.ffmpeg import FFmpeg
from render.media.frame import Picture
from render.results.results import Results, load, save
from tests.compare.metrics.folders import RunFFmpeg, a_cell, a_clip, results_of

EXAMPLE = Path(__file__).parents[3] / "examples" / "add_a_metric.py"


def level(picture: Picture) -> float:
    if picture.shape != (24, 32, 3):
        raise ValueError("a level needs pictures of 32x24")
    return float(picture.mean())


def darkness(picture: Picture, kept: float) -> float:
    return kept - float(picture.mean())


def described(key: str, taken: Compared | Described, **changes: Any) -> Metric:
    facts: dict[str, Any] = {
        "name": key, "digits": 1, "better": Better.LESS, "ranks": Ranks.PICTURES,
        "says": f"What {key} is.", "brief": f"{key} in brief",
    }  # fmt: skip
    return Metric(key=key, taken=taken, **(facts | changes))


DARKER = described("darker", Compared(darkness, alike=0.0, keep=level))
LEVEL = described(
    "level", Described(level), name="light level", short="light", unit="cd", ranks=Ranks.NOTHING,
    better=Better.NEITHER,
)  # fmt: skip
HALVED = described("halved", Described(lambda half: half, look=lambda p: level(p) / 2))
NEVER = described("never", Compared(darkness, alike=0.0, keep=lambda picture: level(picture[1:])))
OWN = (DARKER, LEVEL, HALVED, NEVER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, run_ffmpeg: RunFFmpeg) -> Path:
    """Two previews, 100 and 60 of 255 light; the lighter one has the higher rate."""
    folder = tmp_path_factory.mktemp("own")
    for name, grey, rate in (("light.mp4", "0x646464", 10), ("dark.mp4", "0x3c3c3c", 5)):
        source = f"color={grey}:s=32x24:r={rate}:d=1"
        run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-crf", "0", folder / name)
    cells = [
        a_cell("light.mp4", "10", "32x24", frames=10, upscale="32x24"),
        a_cell("dark.mp4", "5", "32x24", frames=5, upscale="32x24"),
    ]
    save(results_of(*cells, clips=(a_clip(size="32x24"),)), folder)
    return folder


def taken(results: Results, folder: Path, ff: FFmpeg) -> tuple[Results, int]:
    """With all figures, and how many steps that took."""
    *updates, last = measure(results, folder, ff.path, Metrics.FAST, metrics=OWN)
    assert isinstance(last, Measured) and not any(isinstance(one, Trouble) for one in updates)
    return last.results, sum(isinstance(one, Measuring) for one in updates)


@pytest.fixture(scope="module")
def measured(folder: Path, ff: FFmpeg) -> Results:
    return taken(load(folder), folder, ff)[0]


def test_it_is_in_results_by_its_key_and_comes_back(
    measured: Results, folder: Path, ff: FFmpeg, tmp_path: Path
) -> None:
    light, dark = (cell.figures for cell in measured.cells)
    assert light is not None and dark is not None
    assert light.get("darker") == 0 and light.get("level") == pytest.approx(100, abs=2)
    assert dark.get("darker") == pytest.approx(40, abs=3)
    assert dark.get("halved") == pytest.approx(30, abs=2)
    assert dark.get("jod") is None and "jod" not in dark.values  # nobody asked for it
    # What it raises is said once, and costs the others nothing.
    assert dark.missing == ("a level needs pictures of 32x24",) and dark.get("never") is None
    save(measured, tmp_path)
    saved = json.loads((tmp_path / "results.json").read_text())["cells"][1]["figures"]
    assert {"darker", "level", "halved", "never", "reference", "missing", "basis"} == {*saved}
    assert load(tmp_path) == measured
    assert taken(load(tmp_path), folder, ff) == (measured, 0)


def test_it_is_in_the_table_and_explained_below(measured: Results) -> None:
    table = figure_rows(measured, metrics=OWN)
    assert table.header == (
        "", "fps", "GMAC/s", "darker↓", "light cd", "halved↓", "never↓", "MB"
    )  # fmt: skip
    assert [row[0] for row in table.rows] == ["*", ""]
    assert float(table.rows[1][3]) == pytest.approx(40, abs=3)
    sampling = measured.clips[0].sampling
    assert sampling is not None
    compared = f"{sampling.moments} of {sampling.of} moments at 32x24"
    assert f"darker: darker in brief; {compared}; may rank {Ranks.PICTURES}" in table.legend
    assert any(
        line.startswith("light: level in brief;")
        and line.endswith("as displayed; may rank nothing")
        for line in table.legend
    )


def test_the_report_has_all_of_it_in_its_data(measured: Results, folder: Path) -> None:
    page = build(measured, folder, OWN)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    columns = {column["key"]: column for column in data["columns"]}
    assert columns["darker"] == {
        "key": "darker", "words": "darker ↓", "better": -1, "apart": "fps", "limit": None,
        "about": "What darker is. Says nothing of frame rates.",
    }  # fmt: skip
    assert columns["level"]["words"] == "light level cd" and columns["level"]["better"] == 0
    assert data["chart"]["losses"] == ["darker", "level", "halved", "never"]
    assert data["chart"]["loss"] == "darker"
    shown = data["cells_values"]["dark.mp4"]["level"]
    assert shown["text"] == f"{shown['value']:.1f}"
    assert "never" not in data["cells_values"]["dark.mp4"]
    assert "light level" in data["sampled"][0]


def test_its_pictures_are_of_the_size_that_it_asks_for(
    run_ffmpeg: RunFFmpeg, ff: FFmpeg, tmp_path: Path
) -> None:
    seen: dict[Pictures, set[tuple[int, ...]]] = {which: set() for which in Pictures}

    def looking(which: Pictures) -> Metric:
        def value(picture: Picture, reference: Picture) -> float:
            seen[which] |= {picture.shape, reference.shape}
            return 1.0

        return described(which.name.lower(), Compared(value, alike=0.0, pictures=which))

    cells = []
    for name, rate in (("fast.mp4", 4), ("slow.mp4", 2)):
        source = f"testsrc2=s=640x500:r={rate}:d=1"
        run_ffmpeg("-f", "lavfi", "-i", source, "-preset", "ultrafast", tmp_path / name)
        cells.append(a_cell(name, str(rate), frames=rate, upscale="640x500"))
    metrics = [looking(which) for which in Pictures]
    *_, last = measure(results_of(*cells), tmp_path, ff.path, Metrics.FAST, metrics=metrics)
    assert isinstance(last, Measured)
    figures = last.results.cells[1].figures
    assert figures is not None and [figures.get(m.key) for m in metrics] == [1.0, 1.0, 1.0]
    assert seen == {
        Pictures.COMPARED: {(480, 614, 3)},
        Pictures.FEW: {(224, 287, 3)},
        Pictures.SHOWN: {(500, 640, 3)},
    }


@pytest.mark.torch
def test_the_example_adds_one(folder: Path, ff: FFmpeg) -> None:
    example = runpy.run_path(str(EXAMPLE))
    table = example["with_tint"](folder)
    column = table.header.index("tint %↓")
    # Dark lies 40 of 255 below the reference in every channel.
    light, dark = (row[column] for row in table.rows)
    assert light == "0.00" and float(dark) == pytest.approx(100 * 40 / 255, abs=1)
    assert '"key": "tint"' in (folder / "index.html").read_text()

"""Figures in results: a key for each metric, whichever there are, and numbers alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from render.errors import UsageError
from render.results.results import NAME, Figures, load, save
from tests.compare.metrics.folders import a_cell, results_of

# As version 0.1.0 wrote them.
OLD = {
    "reference": "best.mp4", "lpips": 0.25, "ssim": 0.9, "style": None, "flicker": 0.1,
    "flicker_gap": 0.2, "jod": 8.5, "sharpness": 0.3, "stroke": 12.0,
    "missing": ["no style: …"], "basis": "0123456789abcdef",
}  # fmt: skip


def written(folder: Path, figures: dict[str, Any]) -> Path:
    data = results_of(a_cell("a.mp4")).as_dict()
    data["cells"][0]["figures"] = figures
    (folder / NAME).write_text(json.dumps(data))
    return folder


def test_those_of_older_versions_are_read_and_written_alike(tmp_path: Path) -> None:
    results = load(written(tmp_path, OLD))
    figures = results.cells[0].figures
    assert figures is not None
    assert (figures.get("jod"), figures.get("style"), figures.get("unknown")) == (8.5, None, None)
    assert figures.missing == ("no style: …",)
    save(results, tmp_path)
    assert json.loads((tmp_path / NAME).read_text())["cells"][0]["figures"] == OLD


def test_a_metric_of_another_version_is_kept(tmp_path: Path) -> None:
    figures = load(written(tmp_path, OLD | {"newer": 1.5})).cells[0].figures
    assert figures is not None and figures.get("newer") == 1.5
    assert figures == Figures.model_validate_json(figures.model_dump_json())


@pytest.mark.parametrize("key", ["jod", "newer"])
@pytest.mark.parametrize("value", ["8.5", True, [8.5], {"of": 1}])
def test_what_is_no_number_is_damage(tmp_path: Path, key: str, value: Any) -> None:
    with pytest.raises(UsageError, match=rf"damaged \(`cells\.0\.figures\.{key}`"):
        load(written(tmp_path, OLD | {key: value}))

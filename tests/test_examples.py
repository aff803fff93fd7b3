"""The examples do what they say."""

from __future__ import annotations

import ast
import csv
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import render
from render.cli.app import run

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
TINY = 'schema = 1\nfps = 5\nsize = "48x86"\nnetwork = "res1"\nupscale = "none"\naudio = "none"\n'


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A preset that is rendered in no time."""
    path = tmp_path_factory.mktemp("preset") / "tiny.toml"
    path.write_text(TINY)
    return str(path)


def example(name: str) -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_every_example_is_tried() -> None:
    tests = (Path(__file__), ROOT / "tests" / "compare" / "metrics" / "test_own_metric.py")
    tried = "".join(path.read_text(encoding="utf-8") for path in tests)
    names = [path.stem for path in EXAMPLES.glob("*.py")]
    assert names and all(f'"{name}' in tried for name in names)


def test_a_preview(moving: Path, tmp_path: Path, tiny: str) -> None:
    made = example("preview")["preview"](moving, tmp_path, tiny)
    assert made.path.parent == tmp_path and made.path.is_file()
    assert made.frames == 5 and made.path.name.endswith("-86x48-5-upnone.mp4")


def test_a_sweep_with_progress_and_its_table(moving: Path, tmp_path: Path, tiny: str) -> None:
    heard: dict[str, list[float]] = {}
    results = example("sweep_with_progress")["sweep"](
        moving, tmp_path, tiny, lambda what, share: heard.setdefault(what, []).append(share)
    )
    assert results == render.load_results(tmp_path) and len(results.cells) == 2
    names = {cell.id for cell in results.cells}
    assert {*names, "moving-grid.mp4", "figures"} <= set(heard)
    for shares in heard.values():
        assert shares == sorted(shares) and 0 < shares[-1] <= 1
    table = tmp_path / "table.csv"
    with table.open("w", newline="") as file:
        example("results_table")["write_table"](tmp_path, file)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["preview"] for row in rows] == [cell.id for cell in results.cells]
    assert [row["fps"] for row in rows] == ["5", "10"]
    assert {row["size"] for row in rows} == {"48x86"} and float(rows[-1]["JOD"]) == 10


def test_a_killed_sweep_goes_on(moving: Path, tmp_path: Path, tiny: str) -> None:
    script = [sys.executable, str(EXAMPLES / "resume_after_a_kill.py")]
    done = subprocess.run(
        [*script, str(moving), str(tmp_path / "out"), tiny],
        capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    killed, went_on = done.stdout.splitlines()
    assert killed.startswith("killed after ") and killed.endswith(".mp4")
    counts = ast.literal_eval(went_on)
    assert counts["CellKept"] >= 1 and sum(counts.values()) == 2


def test_the_manifest(tmp_path: Path, tiny: str) -> None:
    manifest, out = EXAMPLES / "clips.csv", tmp_path / "out"
    assert run(["--manifest", str(manifest), "--preset", tiny, "-o", str(out)]) == 0
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]
    found = {row["row"].rpartition(":")[2]: row for row in rows}
    assert {line: len(row["previews"]) for line, row in found.items()} == {"2": 1, "3": 2, "4": 1}
    assert "udnie" in found["4"]["previews"][0]

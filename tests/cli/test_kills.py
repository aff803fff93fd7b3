"""A sweep that is killed at random moments goes on by the same command, and ends in the same files.

The short form of `benchmarks/kills.py`, whose looking and comparing this uses.
"""

from __future__ import annotations

import random
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import X264, MakeClip

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parents[2]
SMALL = (
    *("--fps", "5,10", "--size", "48x86", "--network", "res1", "--upscale", "none"),
    *("--grid", "--sheet", "--report"),
)


@pytest.fixture(scope="module")
def kills() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "benchmarks" / "kills.py"))


@pytest.fixture(scope="module")
def words(make_clip: MakeClip) -> list[str]:
    """A clip of two segments and a bit, with sound."""
    clip = make_clip(
        "five.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=4.6"),
        *("-f", "lavfi", "-i", "sine=d=4.6"),
        *(*X264, "-c:a", "aac"),
    )
    return [sys.executable, "-m", "render", str(clip), *SMALL]


def test_a_killed_sweep_ends_in_the_same_files(
    kills: dict[str, Any], words: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [*words, "-o", str(out)]
    whole = kills["seconds"](command)
    wanted = kills["told"](out)
    assert {"results.json", "index.html", "five-grid.mp4", "five-sheet.png"} <= set(wanted)
    kills["remove"](out)
    chance = random.Random(4)
    stopped = 0
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        where = kills["killed"](command, number, chance.uniform(0.2, 0.7) * whole)
        stopped += where is not None
    assert stopped >= 2
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert kills["different"](wanted, kills["told"](out)) == []


def test_a_difference_is_seen(kills: dict[str, Any], tmp_path: Path) -> None:
    """The comparison would tell."""
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "results.json").write_text('{"cells": [{"ms": 1, "jod": 9.5}], "at": "x"}')
        (folder / "a.mp4").write_bytes(b"video")
        (folder / "index.html").write_text('{"ms":5.5, "jod": 9.5}')
    one, other = tmp_path / "one", tmp_path / "other"
    told, different = kills["told"], kills["different"]
    (other / "results.json").write_text('{"cells": [{"ms": 2, "jod": 9.5}], "at": "y"}')
    (other / "index.html").write_text('{"ms":7, "jod": 9.5}')
    assert different(told(one), told(other)) == []
    (other / "results.json").write_text('{"cells": [{"ms": 2, "jod": 9.6}], "at": "y"}')
    (other / "a.mp4").write_bytes(b"other")
    (other / "index.html").write_text('{"ms":7, "jod": 9.6}')
    (other / ".render").mkdir()
    (other / ".render" / "left.mp4").write_bytes(b"")
    assert different(told(one), told(other)) == [
        ".render/left.mp4", "a.mp4", "index.html", "results.json"
    ]  # fmt: skip

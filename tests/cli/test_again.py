"""The same command again: what is there stays, what is another's is refused, with what differs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from render.cli.app import run
from render.planning.fingerprint import read_identity
from render.results.results import load

pytestmark = pytest.mark.torch
SMALL = ("--size", "48x86", "--network", "res1", "--upscale", "none", "--duration", "0.5")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def sweep(moving: Path, tmp_path: Path) -> Callable[..., int]:
    def again(*more: str, fps: str = "4,8", clip: Path = moving) -> int:
        words = [str(clip), "--fps", fps, *SMALL, "--metrics", "none", "-o", str(tmp_path / "out")]
        return run([*words, *more])

    return again


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.mp4")}


def test_what_is_there_is_kept(sweep: Callable[..., int], tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    assert sweep() == 0
    first, paths = contents(out), capsys.readouterr().out.splitlines()
    (out / "moving-composition-vii-res1-86x48-8-upnone.mp4").unlink()
    assert sweep("--grid", "--report") == 0
    said = capsys.readouterr()
    assert "1 kept: what is there already is not rendered again" in said.err
    assert set(paths) <= set(said.out.splitlines())
    assert {name: data for name, data in contents(out).items() if name in first} == first
    assert (out / "moving-grid.mp4").is_file() and (out / "index.html").is_file()
    assert len(load(out).cells) == 2


def test_results_that_were_lost_are_made_from_the_previews(
    sweep: Callable[..., int], tmp_path: Path, capsys: Capture
) -> None:
    assert sweep("--play-on", "none,A12") == 0
    before = load(tmp_path / "out")
    (tmp_path / "out" / "results.json").unlink()
    shutil.rmtree(tmp_path / "out" / ".render")
    capsys.readouterr()
    assert sweep("--play-on", "none,A12", "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kept = [event for event in events if event["event"] == "kept"]
    assert len(kept) == 4 and events[-1]["kept"] == 4 and events[-1]["previews"] == 0
    after = load(tmp_path / "out")
    assert [cell.id for cell in after.cells] == [cell.id for cell in before.cells]
    for was, now in zip(before.cells, after.cells, strict=True):
        assert now.fingerprint == was.fingerprint and now.played == was.played
        assert now.video == was.video.model_copy(update={"stylized": None})


def test_another_clip_of_the_same_content_is_the_same(
    sweep: Callable[..., int], moving: Path, tmp_path: Path
) -> None:
    copy = tmp_path / moving.name
    copy.write_bytes(moving.read_bytes())
    assert sweep() == 0
    first = contents(tmp_path / "out")
    assert sweep(clip=copy) == 0
    assert contents(tmp_path / "out") == first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--crf", "30"), "encoding libx264 crf 18, sound keep, mp4, now libx264 crf 30"),
        (("--start", "0.2"), "another part of the clip (0+1/2, now 1/5+1/2)"),
        (("--engine", "torch"), "engine openvino cpu f32, now torch cpu f32"),
    ],
)
def test_another_preview_of_that_name_is_refused(
    sweep: Callable[..., int], tmp_path: Path, capsys: Capture,
    words: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    assert sweep(fps="4") == 0
    first = contents(tmp_path / "out")
    capsys.readouterr()
    assert sweep(*words, fps="4") == 1
    err = capsys.readouterr().err
    assert f"is another preview ({said}" in err and "--force renders it anew" in err
    assert contents(tmp_path / "out") == first
    assert sweep(*words, "--force", fps="4") == 0
    assert contents(tmp_path / "out") != first


def test_a_file_that_says_nothing_is_refused(
    sweep: Callable[..., int], moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "out"
    assert sweep(fps="4") == 0
    (name,) = contents(out)
    (out / name).write_bytes(moving.read_bytes())
    assert sweep(fps="4") == 1
    assert "nothing in it says that it is this preview" in capsys.readouterr().err
    assert (out / name).read_bytes() == moving.read_bytes()


def test_the_plan_says_what_is_kept(
    sweep: Callable[..., int], tmp_path: Path, capsys: Capture
) -> None:
    assert sweep(fps="4") == 0
    capsys.readouterr()
    assert sweep("--dry-run") == 0
    assert "1 of 2: there already, and the same" in capsys.readouterr().out
    assert sweep("--dry-run", "--json") == 0
    plan = json.loads(capsys.readouterr().out.splitlines()[0])["plan"]
    assert [cell["kept"] for cell in plan["cells"]] == [True, False]
    written = read_identity(next((tmp_path / "out").glob("*-4-upnone.mp4")))
    assert written is not None
    assert plan["cells"][0]["fingerprint"] == written.fingerprint
    assert plan["cells"][0]["fingerprint"] != plan["cells"][1]["fingerprint"]

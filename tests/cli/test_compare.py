"""``render compare`` as its users run it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from render.cli.app import run
from render.compare.tile_labels import (
    known_of,
    source_tile,
    sources_of,
    tiles_of,
    tiles_of_clips,
)
from render.compare.tiles import Tile
from render.compare.wording import Labels, in_words
from render.devices.profile import load_profile
from render.events import CellDone
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.networks.spec import NetworkSpec
from render.results.record import Call, Recorder
from render.results.results import NAME, Results, load, save
from tests.compare.videos import number, numbered
from tests.conftest import MakeClip
from tests.media.preview import pictures

from .conftest import make_cell, make_plan, make_preview

Command = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def compare() -> Command:
    return lambda *arguments: run(["compare", *map(str, arguments)])


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A sweep of two rates and two networks of one clip."""
    return Path(shutil.copytree(made, tmp_path / "sweep"))


@pytest.fixture(scope="module")
def made(make_clip: MakeClip, tmp_path_factory: pytest.TempPathFactory, ff: FFmpeg) -> Path:
    made = tmp_path_factory.mktemp("sweep")
    clip = numbered(make_clip, "30", 0.5)
    cells = []
    for rate in ("10", "15"):
        for network in ("res3", "res1"):
            cell = make_cell(clip)
            output = made / f"{network}-{rate}.mp4"
            shutil.copy(numbered(make_clip, rate, 0.5), output)
            facts = probe(clip, ff)
            placement = replace(cell.placement, canvas=facts.video.displayed)
            placement = replace(placement, crop=replace(placement.crop, width=120, height=90))
            cells.append(
                replace(
                    cell, clip=facts, rate=Fraction(rate), network=NetworkSpec.parse(network),
                    output=output, placement=placement,
                )
            )  # fmt: skip
    recorder = Recorder(make_plan(*cells), made, Call(("render",), datetime.now(UTC)))
    for cell in cells:
        recorder.event(CellDone(cell, make_preview(cell)))
    recorder.save()
    return made


def other_clip(folder: Path) -> Path:
    """One preview of another clip, added to the folder."""
    results = load(folder)
    alone = folder / "alone.mp4"
    shutil.copy(folder / "res1-10.mp4", alone)
    clip = results.clips[0].model_copy(update={"path": "/other.mp4", "name": "other.mp4"})
    cell = results.cells[0].model_copy(update={"id": alone.name, "clip": 1})
    more = {"clips": (*results.clips, clip), "cells": (*results.cells, cell)}
    save(results.model_copy(update=more), folder)
    return alone


def second_clip(folder: Path) -> None:
    """One network's previews taken for another clip's, of the same file's name."""
    results = load(folder)
    copied = folder.with_name("other") / results.clips[0].name
    copied.parent.mkdir()
    shutil.copy(results.clips[0].path, copied)
    clip = results.clips[0].model_copy(update={"path": str(copied)})
    cells = [
        cell.model_copy(update={"clip": int(cell.target.network.name == "res1")})
        for cell in results.cells
    ]
    more = {"clips": (*results.clips, clip), "cells": tuple(cells)}
    save(results.model_copy(update=more), folder)


def errors(capsys: Capture) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = [line for line in captured.err.splitlines() if line.startswith("error:")]
    assert len(lines) == 1, captured.err
    return lines[0]


def test_a_folder_becomes_one_grid(
    folder: Path, compare: Command, tmp_path: Path, ff: FFmpeg, capsys: Capture
) -> None:
    output = tmp_path / "grid.mp4"
    assert compare(folder, "-o", output) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{output}\n"
    assert "328x208 at 15 fps, 2 x 2 cells of 160x90" in captured.err
    shown = pictures(ff, output)
    # Rates across; the networks, the deeper first, down.
    assert number(shown[4][4:40, 4:150]) == 2 and number(shown[4][4:40, 172:320]) == 4


def said(tiles: list[Tile], labels: Labels) -> tuple[list[tuple[str, tuple[str, ...]]], str]:
    found, caption = in_words(tiles, labels)
    return [(tile.title, tile.lines) for tile in found], caption


def test_labels_say_what_differs_and_once_what_does_not(
    folder: Path, ff: FFmpeg, results: Results
) -> None:
    tiles = tiles_of_clips(results, [0], folder, ff)
    short, caption = said(tiles, Labels.SHORT)
    assert short == [("10 fps · res3", ()), ("15 fps · res3", ()), ("10 fps · res1", ()),
                     ("15 fps · res1", ())]  # fmt: skip
    assert caption == f"{results.clips[0].name} · composition-vii · 480x853"
    full, caption = said(tiles, Labels.FULL)
    rest = f"480x853 · composition-vii · {results.clips[0].name}"
    assert full[0] == ("10 fps · res3", (rest, "250 ms on this computer")) and not caption
    assert said(tiles, Labels.NONE) == ([("", ())] * 4, "")


def test_labels_of_what_is_not_known(folder: Path, ff: FFmpeg, results: Results) -> None:
    clip = Path(results.clips[0].path)
    alone, caption = said(tiles_of([folder / "res3-10.mp4", clip], ff), Labels.SHORT)
    assert alone == [("10 fps · 480x853", ("res3",)), ("numbered_30", ("30 fps, 160x90",))]
    assert not caption
    twice, caption = said(tiles_of([clip, clip], ff), Labels.SHORT)
    assert twice == [("numbered_30", ())] * 2 and caption == "30 fps, 160x90"


def test_what_differs_is_the_large_part_of_a_label(folder: Path, ff: FFmpeg) -> None:
    pair = tiles_of([folder / "res3-10.mp4", folder / "res1-10.mp4"], ff)
    assert said(pair, Labels.SHORT)[0] == [("res3", ()), ("res1", ())]
    on = tiles_of([folder / "res3-10.mp4"], ff, load_profile("A12"))
    assert said(on, Labels.SHORT)[0] == [("10 fps · 480x853", ("A12 66 ms",))]


def test_a_clip_among_its_previews_changes_no_words(folder: Path, ff: FFmpeg) -> None:
    pair = tiles_of([folder / "res3-10.mp4", folder / "res1-10.mp4"], ff)
    short, caption = said([*sources_of(pair, ff), *pair], Labels.SHORT)
    assert [title for title, _ in short] == ["source", "res3", "res1"]
    assert caption == said(pair, Labels.SHORT)[1] != ""


@pytest.mark.parametrize("labels", ["full", "short", "none"])
def test_how_much_is_written(
    labels: str, folder: Path, compare: Command, tmp_path: Path, ff: FFmpeg
) -> None:
    pair = [folder / "res3-10.mp4", folder / "res1-10.mp4"]
    assert compare(*pair, "--labels", labels, "-o", tmp_path / "a.mp4") == 0
    shown = pictures(ff, tmp_path / "a.mp4")[0]
    # A line below the cells, where what they share is said once.
    assert (shown.shape[0] > 90) == (labels == "short")
    assert (shown[60:90, :160].max() > 150) == (labels != "none")


def test_clips_make_the_rows_of_one_grid(
    folder: Path, compare: Command, tmp_path: Path, ff: FFmpeg, capsys: Capture
) -> None:
    second_clip(folder)
    output = tmp_path / "grid.mp4"
    assert compare(folder, "--cols", "clip", "--source", "-o", output) == 2
    assert "use --rows clip" in errors(capsys)
    assert compare(folder, "--rows", "clip", "--cols", "fps", "--source", "-o", output) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{output}\n"
    assert "2 x 3 cells" in captured.err and "nothing to compare" not in captured.err
    shown = pictures(ff, output)[4]
    # The clips' fifth frame, what 10 fps shows then, and 15.
    parts = [[shown[y : y + 36, x : x + 90] for x in (40, 204, 372)] for y in (4, 100)]
    assert [[number(part) for part in row] for row in parts] == [[4, 1, 2], [4, 1, 2]]


@pytest.fixture
def results(folder: Path) -> Results:
    return load(folder)


def test_the_source_is_framed_as_its_previews(folder: Path, ff: FFmpeg) -> None:
    known = known_of(folder / "res3-10.mp4")
    assert known is not None
    tile = source_tile(known, ff)
    assert (tile.size.width, tile.size.height, tile.rate) == (120, 90, 30)


def test_the_source_stands_in_the_grid(
    folder: Path, compare: Command, tmp_path: Path, ff: FFmpeg
) -> None:
    output = tmp_path / "grid.mp4"
    assert compare(folder, "--source", "-o", output, "--rows", "network", "--cols", "fps") == 0
    shown = pictures(ff, output)
    assert shown.shape[2] == 3 * 160 + 16
    # 120x90 in a cell of 160x90: bars left and right, its own 30 frames a second.
    assert shown[6][4:40, 2:16].max() < 12
    assert number(shown[6][4:40, 30:130]) == 6


def test_a_sheet(folder: Path, compare: Command, tmp_path: Path, capsys: Capture) -> None:
    assert compare(folder, "-o", tmp_path / "sheet.png", "--moments", "2") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'sheet.png'}\n"
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 700
    assert compare(folder, "-o", tmp_path / "part.png", "--at", "0.1,0.3", "--crop", "90x50") == 0


@pytest.mark.parametrize(
    ("name", "codec"), [("a.webm", "vp9"), ("a.gif", "gif"), ("a.mov", "prores")]
)
def test_a_grid_of_every_kind(
    name: str, codec: str, folder: Path, compare: Command, tmp_path: Path, ff: FFmpeg,
    capsys: Capture,
) -> None:  # fmt: skip
    pair, output = [folder / "res3-10.mp4", folder / "res3-15.mp4"], tmp_path / name
    named = ["--encoder", "prores-proxy"] if codec == "prores" else []
    assert compare(*pair, *named, "--labels", "none", "-o", output) == 0
    said = capsys.readouterr().err
    assert ("has no sound" in said) == (codec == "gif")
    with av.open(str(output)) as container:
        assert container.streams.video[0].codec_context.name == codec
        assert len(container.streams.audio) == (codec != "gif")
        assert container.duration is not None
    shown = pictures(ff, output)
    assert len(shown) == 8
    assert [number(shown[4][4:40, x : x + 90]) for x in (40, 204)] == [2, 4]
    assert list(tmp_path.glob("*.png")) == []
    assert compare(*pair, "--encoder", "libx265", "-o", tmp_path / "b.gif") == 2
    assert ".gif holds no libx265; it takes gif" in errors(capsys)


def test_a_gif_that_would_be_too_much(
    make_clip: MakeClip, compare: Command, tmp_path: Path, capsys: Capture
) -> None:
    fast = numbered(make_clip, "60", 0.5)
    assert compare(fast, fast, "-o", tmp_path / "a.gif") == 1
    assert "at most 50 pictures a second, not 60" in errors(capsys)


def test_clips_of_one_sheet(
    folder: Path, compare: Command, tmp_path: Path, capsys: Capture
) -> None:
    second_clip(folder)
    assert compare(folder, "--rows", "clip", "-o", tmp_path / "sheet.png", "--moments", "1") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'sheet.png'}\n"
    with Image.open(tmp_path / "sheet.png") as sheet:
        tall = sheet.height
    assert compare(folder, "-o", tmp_path / "each.png", "--moments", "1") == 0
    with Image.open(tmp_path / "each-1.png") as sheet:
        assert sheet.height < tall


def test_own_words(folder: Path, compare: Command, tmp_path: Path, capsys: Capture) -> None:
    pair = [folder / "res3-10.mp4", folder / "res1-10.mp4"]
    assert compare(*pair, "--titles", "deep,light", "-o", tmp_path / "a.mp4") == 0
    capsys.readouterr()
    assert compare(*pair, "--titles", "deep", "-o", tmp_path / "b.mp4") == 2
    assert "1 for 2 videos" in errors(capsys)
    assert compare(*pair, "--labels", "deep,light", "-o", tmp_path / "b.mp4") == 2
    assert "--titles puts your own words" in errors(capsys)
    assert compare(*pair, "--labels", "none", "--titles", "a,b", "-o", tmp_path / "b.mp4") == 2
    assert "--labels and --titles" in errors(capsys)


def test_lengths_that_differ_are_said(
    make_clip: MakeClip, compare: Command, tmp_path: Path, capsys: Capture
) -> None:
    pair = [numbered(make_clip, "30", seconds) for seconds in (0.3, 1)]
    assert compare(*pair, "-o", tmp_path / "a.mp4") == 0
    assert "note: numbered_30.mp4 ends at 0.3 s, another at 1.0 s" in capsys.readouterr().err


def test_no_page_is_written_over_a_video(
    make_clip: MakeClip, compare: Command, tmp_path: Path, capsys: Capture
) -> None:
    mine = tmp_path / "grid-2.mp4"
    shutil.copy(numbered(make_clip, "30", 0.3), mine)
    before = mine.read_bytes()
    many = [mine, *[numbered(make_clip, "10", 0.3)] * 3]
    assert compare(*many, "--within", "328x90", "-o", tmp_path / "grid.mp4", "--force") == 1
    assert "grid-2.mp4: is one of the videos" in errors(capsys)
    assert mine.read_bytes() == before


def test_quality_is_the_caller_s(
    make_clip: MakeClip, compare: Command, tmp_path: Path, moving: Path
) -> None:
    for crf in ("10", "40"):
        assert compare(moving, moving, "--crf", crf, "-o", tmp_path / f"{crf}.mp4") == 0
    assert (tmp_path / "40.mp4").stat().st_size < (tmp_path / "10.mp4").stat().st_size / 2


def test_previews_that_are_gone_and_clips_alone_are_said(
    folder: Path, compare: Command, tmp_path: Path, capsys: Capture
) -> None:
    (folder / "res3-10.mp4").unlink()
    other_clip(folder)
    assert compare(folder, "-o", tmp_path / "a.mp4") == 0
    said = capsys.readouterr().err
    assert "note: sweep: 1 preview of numbered_30.mp4 is gone" in said
    assert "note: sweep: of other.mp4 there is one preview, nothing to compare" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no video given"),
        (["A"], "is one video"),
        (["A", "nowhere.mp4"], "nowhere.mp4"),
        (["A", "BAD"], "bad.mp4"),
        (["A", "B", "-o", "x.avi"], "a grid is written as .mp4"),
        (["A", "B", "--rows", "speed"], "no such axis"),
        (["A", "B", "--rows", "fps", "--cols", "fps"], "name two axes"),
        (["A", "PLAIN", "--rows", "fps"], "not known of"),
        (["A", "B", "--crop", "20x20"], "is for contact sheets"),
        (["A", "B", "-o", "x.png", "--crop", "20by20"], "20by20"),
        (["A", "B", "-o", "x.png", "--crop", "20x20+1"], "WxH+X+Y"),
        (["A", "B", "-o", "x.png", "--moments", "0"], "whole number from 1 to 100"),
        (["A", "B", "-o", "x.png", "--moments", "2", "--at", "1"], "how many, or which"),
        (["A", "B", "-o", "x.png", "--at", "7"], "ends at"),
        (["A", "B", "-o", "x.png", "--rows", "fps"], "--rows fps: is for grids"),
        (["A", "B", "-o", "x.png", "--shortest"], "--shortest: is for grids"),
        (["A", "B", "-o", "x.png", "--audio", "none"], "--audio none: is for grids"),
        (["A", "B", "-o", "x.png", "--crf", "20"], "--crf 20: is for grids"),
        (["A", "B", "--crf", "90"], "--crf"),
        (["A", "B", "--encoder", "h264_videotoolbox"], "lacks it; use libx264"),
        (["A", "B", "-o", "x.gif", "--crf", "20"], "--crf 20: gif has no such quality"),
        (["A", "B", "--source", "-o", "CLIP", "--force"], "is one of the videos"),
        (["A", "OTHER", "--source"], "of several clips"),
        (["A", "B", "--within", "10x10"], "too small for a grid"),
        (["A", "B", "-o", "A", "--force"], "is one of the videos"),
        (["A", "B", "-o", "HERE"], "is a folder"),
        (["PLAIN", "PLAIN", "--source"], "name the clip as one of the videos"),
        (["HERE"], "results.json"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    words: list[str], said: str, folder: Path, compare: Command, tmp_path: Path,
    make_clip: MakeClip, capsys: Capture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    here = tmp_path / "here.mp4"
    here.mkdir()
    (here / "bad.mp4").write_bytes(b"no video")
    monkeypatch.chdir(here)
    names = {
        "A": folder / "res3-10.mp4",
        "B": folder / "res1-10.mp4",
        "PLAIN": numbered(make_clip, "30", 0.5),
        "BAD": here / "bad.mp4",
        "CLIP": Path(load(folder).clips[0].path),
        "OTHER": other_clip(folder),
        "HERE": here,
    }
    before = sorted(tmp_path.rglob("*"))
    assert compare(*(names.get(word, word) for word in words)) in {1, 2}
    line = errors(capsys)
    assert said in line
    assert sorted(tmp_path.rglob("*")) == before


def test_what_exists_is_kept(folder: Path, compare: Command, tmp_path: Path) -> None:
    output = tmp_path / "grid.mp4"
    output.write_bytes(b"precious")
    assert compare(folder, "-o", output) == 1
    assert output.read_bytes() == b"precious"
    assert compare(folder, "-o", output, "--force") == 0
    assert output.stat().st_size > 1000


def test_a_damaged_view_is_one_line(
    folder: Path, results: Results, compare: Command, tmp_path: Path, capsys: Capture
) -> None:
    data = results.as_dict()
    data["cells"][1]["view"]["crop"] = "a corner"
    (folder / NAME).write_text(json.dumps(data))
    assert compare(folder, "--source", "-o", tmp_path / "x.mp4") == 2
    assert "'a corner' is no part of a picture" in errors(capsys)

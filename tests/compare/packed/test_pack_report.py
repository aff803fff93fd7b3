"""A report that is sent: whole, light, the same twice, and of nobody's folders."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from render.choice import choice_file
from render.choice.ranking import choose
from render.cli.app import run
from render.compare.packed import single_page
from render.compare.packed.copies import PackPart
from render.compare.packed.copy_store import find_copies
from render.compare.packed.light_copy import light_size
from render.compare.packed.pack_events import CopyMade, CopyProgress, LeftOut, ReportPacked
from render.compare.packed.pack_report import pack_report
from render.compare.report.page import write_report
from render.devices.profile import load_profile
from render.errors import ClipError, OutputError, UsageError
from render.execution.abandoned import find_abandoned
from render.files.journal import COPIES, STATE
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.media.tags import read_tags
from render.results.results import Failure, Results, load, save
from render.target import Size
from tests.compare.report.conftest import Opened, Report

HOSTILE = {"10": 'a"b<c>: d.mp4', "30": "\u00fc" * 120 + "\udcff.mp4"}
ELSEWHERE = "An Ümlaut, 50% & more #1"


def sent(folder: Path, path: Path, **asked: object) -> list[object]:
    return list(pack_report(folder, path, **asked))  # type: ignore[arg-type]


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def sweep(report: Report, tmp_path: Path) -> Results:
    """Two previews with names that not every disk takes, the plain clip, a grid, a sheet; with
    paths wherever results hold words."""
    results = report(("10", "30"), ("res3",), name=lambda rate, _: HOSTILE[rate])
    shutil.copy(tmp_path / HOSTILE["30"], tmp_path / "clip-source.mp4")
    shutil.copy(tmp_path / HOSTILE["30"], tmp_path / "grid.mp4")
    (tmp_path / "sheet.png").write_bytes(b"a picture")
    home = "/home/some body"
    run_ = results.runs[0].model_copy(
        update={"command": ("render", f"{home}/a.mp4", f"--style=udnie,{home}/x.st", "-o", "../s")}
    )
    gone = Failure(
        clip=f"{home}/b.mp4", cell=None, kind="clip", message=f"{home}/b.mp4: see {tmp_path}/log"
    )
    cells = [
        cell.model_copy(
            update={
                "notes": (f"decoded by {tmp_path}", "lies in /srv/secret/x"),
                "target": cell.target.model_copy(update={"style_file": f"{home}/x.st"}),
            }
        )
        for cell in results.cells
    ]
    clip = results.clips[0].model_copy(
        update={"name": "../x", "path": f"{home}/a.mp4", "preview": "clip-source.mp4"}
    )
    changed = results.model_copy(
        update={
            "runs": (run_,), "failures": (gone,), "cells": tuple(cells), "clips": (clip,),
            "grids": ("grid.mp4",), "sheets": ("sheet.png",),
        }
    )  # fmt: skip
    save(changed, tmp_path)
    choice = choose(changed, load_profile("A12"))
    choice_file.save(choice_file.as_dict(choice, changed), tmp_path)
    return changed


def empty(folder: Path) -> None:
    """The sender's folder is not where it is opened."""
    shutil.rmtree(folder)
    folder.mkdir()


def unpacked(path: Path) -> Path:
    """Where the page lies, unpacked elsewhere; the one folder that it came in."""
    place = path.parent / ELSEWHERE
    with zipfile.ZipFile(path) as archive:
        archive.extractall(place)
    (top,) = place.iterdir()
    return top


def plays(page: Opened) -> None:
    """Every video is loaded, and shows the frame that it is sent to."""
    for moment in (0.5, 0.93, 0.2):
        page.page.evaluate(f"render.clock.seek({moment})")
        page.settle()
        assert page.numbers() == [int(moment * rate + 1e-6) for rate in (30, 10, 30)]
    assert page.page.locator(".player.failed").count() == 0
    page.page.select_option("#sound", index=1)
    page.until("render.sound.follower.media.readyState >= 2")
    assert page.text("#choice-title").startswith("Build ")
    assert "Light copy: these videos (160x90) were re-encoded" in page.text("#copy")


def test_the_zip_plays_elsewhere(
    sweep: Results, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    opened: Callable[..., Opened],
) -> None:  # fmt: skip
    path = tmp_path_factory.mktemp("sent") / "out.zip"
    sent(tmp_path, path)
    empty(tmp_path)
    page = opened(unpacked(path))
    plays(page)
    assert "grid.mp4 (not in this copy), sheet.png, results.json" in page.text("#about-body")


def test_the_single_page_plays_elsewhere(
    sweep: Results, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    opened: Callable[..., Opened],
) -> None:  # fmt: skip
    place = tmp_path_factory.mktemp("sent") / ELSEWHERE
    sent(tmp_path, place / "index.html")
    empty(tmp_path)
    assert [each.name for each in place.iterdir()] == ["index.html"]
    text = (place / "index.html").read_text("utf-8")
    assert "media-src blob:;" in text and b"/srv" not in text.encode()
    page = opened(place)
    plays(page)
    assert {url.partition(":")[0] for url in page.requests} <= {"file", "data", "blob"}
    assert len([url for url in page.requests if url.startswith("file:")]) == 1


def test_it_tells_of_no_folder_and_is_the_same_twice(
    sweep: Results, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("sent")
    first = sent(tmp_path, place / "1.zip", also=(PackPart.GRIDS,))
    assert not [event for event in first if isinstance(event, LeftOut)]
    kept = find_copies(tmp_path)
    assert kept is not None and kept.copies == 3  # clip and grid are one file here
    kept.remove()
    sent(tmp_path, place / "2.zip", also=(PackPart.GRIDS,))
    assert (place / "1.zip").read_bytes() == (place / "2.zip").read_bytes()
    found = members(place / "1.zip")
    for secret in (str(tmp_path.parent), str(tmp_path), "some body", "/srv", "/home", "../s"):
        assert not [name for name, data in found.items() if secret.encode() in data], secret
    assert (place / "1.zip").read_bytes().count(b"/home") == 0
    (top,) = {name.partition("/")[0] for name in found}
    assert all(name.isascii() and not set(name) & set('<>:"\\|?*') for name in found)
    assert max(map(len, found)) < 200 and f"{top}/index.html" in found
    told = json.loads(found[f"{top}/results.json"])["light_copies"]
    assert set(told["videos"]) == {*HOSTILE.values(), "clip-source.mp4", "grid.mp4"}
    for video in told["videos"].values():
        assert len(found[f"{top}/{video['file']}"]) == video["bytes"]
        assert 0.9 < video["ssim"] <= 1 and (video["psnr"] is None or video["psnr"] > 30)
    # As a folder of render's it can be read again.
    (place / "again").mkdir()
    (place / "again/results.json").write_bytes(found[f"{top}/results.json"])
    again = load(place / "again")
    assert [cell.id for cell in again.cells] == list(HOSTILE.values())
    assert again.clips[0].path == "a.mp4"
    assert again.runs[0].command == ("render", "a.mp4", "--style=udnie,x.st", "-o", "s")


def test_copies_are_what_every_browser_plays(
    report: Report, tmp_path: Path, ff: FFmpeg, run_ffmpeg: Callable[..., object]
) -> None:
    report(("15",), ("res3",), seconds=0.4)
    preview = tmp_path / "res3-15.mp4"
    plain = preview.rename(tmp_path / "plain.mp4")
    words = [f"{key}=/home/somebody" for key in ("title", "comment", "description")]
    tags = [part for word in words for part in ("-metadata", word, "-metadata:s:v:0", word)]
    run_ffmpeg("-i", plain, "-c", "copy", *tags, preview)
    assert b"/home/somebody" in preview.read_bytes()
    sent(tmp_path, tmp_path / "out.zip")
    (copy,) = (tmp_path / STATE / COPIES).glob("*.mp4")
    clip = probe(copy, ff)
    assert (clip.video.codec, clip.video.pixel_format) == ("h264", "yuv420p")
    assert clip.video.header_frames == 6 and clip.video.rate == 15
    assert clip.audio is not None and clip.audio.codec == "aac"
    data = copy.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"somebody" not in data and b"Lavf" not in data
    assert read_tags(copy)["comment"] == "render: a light copy, 160x90, crf 25"


@pytest.mark.parametrize(
    ("size", "short", "light"),
    [
        ("1080x1920", 540, "540x960"), ("1920x1080", 540, "960x540"), ("853x480", 540, "852x480"),
        ("1080x1920", 720, "720x1280"), ("64x36", 540, "64x36"), ("3x4000", 540, "4x4000"),
    ],
)  # fmt: skip
def test_the_size_of_a_copy(size: str, short: int, light: str) -> None:
    assert str(light_size(Size.parse(size), short)) == light


def test_what_is_kept_is_not_made_again(report: Report, tmp_path: Path) -> None:
    report(("10", "15"), ("res3",), seconds=0.4)
    kept = [
        event.kept for event in sent(tmp_path, tmp_path / "1.zip") if isinstance(event, CopyMade)
    ]
    shutil.copy(tmp_path / "res3-10.mp4", tmp_path / "res3-15.mp4")
    kept += [
        event.kept for event in sent(tmp_path, tmp_path / "2.zip") if isinstance(event, CopyMade)
    ]
    assert kept == [False, False, True, False]
    assert find_abandoned(tmp_path) == ()
    there = find_copies(tmp_path)
    assert there is not None and there.copies == 2  # that of the old preview is gone


def test_clean_takes_the_copies(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(("10",), ("res3",), seconds=0.4)
    sent(tmp_path, tmp_path / "1.zip")
    assert run(["clean", str(tmp_path), "--dry-run"]) == 0
    assert find_copies(tmp_path) is not None
    assert run(["clean", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out.count("light copies of a packed report: 1, ") == 2
    assert find_copies(tmp_path) is None and (tmp_path / "res3-10.mp4").exists()
    assert (tmp_path / "1.zip").exists()


def test_what_is_not_there_is_said(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(("10", "15", "30"), ("res3",), seconds=0.4)
    (tmp_path / "res3-10.mp4").unlink()
    broken = tmp_path / "res3-15.mp4"
    broken.write_bytes(broken.read_bytes()[:-900])
    assert run(["report", str(tmp_path), "--pack", str(tmp_path / "out.zip"), "--json"]) == 1
    said = capsys.readouterr()
    assert "note: 1 file is gone and not in it: res3-10.mp4" in said.err
    assert "error: " in said.err and "res3-15.mp4" in said.err
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["event"] for line in lines] == [
        "left-out", "failed", "left-out", "copy", "packed", "done"
    ]  # fmt: skip
    assert lines[-1]["exit_status"] == 1 and lines[-2]["videos"] == 1
    (page,) = [data for name, data in members(tmp_path / "out.zip").items() if "index" in name]
    assert page.count(b'{"there": false, "why": "not in this copy"}') == 2


def test_nothing_there_is_nothing_to_send(report: Report, tmp_path: Path) -> None:
    report(("10",), ("res3",), seconds=0.4)
    (tmp_path / "res3-10.mp4").unlink()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match="none of its previews is there"):
        sent(tmp_path, tmp_path / "new" / "out.zip")
    (tmp_path / "res3-10.mp4").write_bytes(b"no video")
    with pytest.raises(ClipError, match="res3-10"):
        sent(tmp_path, tmp_path / "new" / "out.zip")
    (tmp_path / "res3-10.mp4").unlink()
    assert sorted(tmp_path.iterdir()) == before


def test_a_page_that_would_be_too_large_is_refused(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    report(("10", "30"), ("res3",), seconds=0.4)
    monkeypatch.setattr(single_page, "MOST", 201_000)
    path = tmp_path / "sent" / "page.html"
    assert run(["report", str(tmp_path), "--single", str(path)]) == 1
    said = capsys.readouterr().err
    assert "would be about 1 MB, and a page holds at most 0 MB; --pack FILE.zip writes" in said
    assert not path.parent.exists()


@pytest.mark.parametrize("name", ["out.zip", "page.html"])
def test_whenever_it_is_stopped_nothing_half_written_stays(
    name: str, report: Report, tmp_path: Path
) -> None:
    report(("10",), ("res3",), seconds=0.4)
    path = tmp_path / "sent" / name
    for stop in range(1, 100):
        shutil.rmtree(tmp_path / STATE / COPIES, ignore_errors=True)
        with contextlib.closing(pack_report(tmp_path, path)) as packing:
            events = list(itertools.islice(packing, stop))
            assert not path.exists() or isinstance(events[-1], ReportPacked)
        if isinstance(events[-1], ReportPacked):
            break
        assert not path.parent.exists()
        assert not list((tmp_path / STATE).rglob(".render*"))
    assert stop > 2 and path.exists()


def test_what_exists_is_not_overwritten_by_itself(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(("10",), ("res3",), seconds=0.4)
    path = tmp_path / "out.zip"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists already; force=True overwrites it"):
        sent(tmp_path, path)
    assert run(["report", str(tmp_path), "--pack", str(path)]) == 1
    assert "out.zip: exists already; --force overwrites it" in capsys.readouterr().err
    assert path.read_text() == "mine" and find_copies(tmp_path) is None
    assert run(["report", str(tmp_path), "--pack", str(path), "--force"]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert members(path)


def test_what_programs_read(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(("10",), ("res3",), seconds=0.4)
    path = tmp_path / "page.html"
    assert run(["report", str(tmp_path), "--json"]) == 0
    assert run(["report", str(tmp_path), "--single", str(path), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["report", "done", "copy", "packed", "done"]
    assert lines[0]["path"] == str(tmp_path / "index.html")
    assert {"name", "bytes", "ssim", "psnr"} <= set(lines[2]) and lines[2]["kept"] is False
    facts = {"path": str(path), "bytes": path.stat().st_size, "videos": 1}
    assert facts.items() <= lines[3].items()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pack", "out.tar"], "--pack out.tar: name a file that ends in .zip"),
        (["--single", "out.zip"], "--single out.zip: name a file that ends in .html"),
        (["--pack", "a.zip", "--single", "b.html"], "one at a time"),
        (["--with", "grids"], "--with grids: is for --pack"),
        (["--pack", "a.zip", "--with", "songs"], "--with songs: knows grids, sheets"),
        (["--force"], "--force: is for"),
        (["--pack", "a.zip"], "results.json"),
    ],
)
def test_bad_input(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", str(tmp_path), *words]) == 2
    assert said in capsys.readouterr().err.splitlines()[0]
    assert list(tmp_path.iterdir()) == []


def test_results_of_the_first_version_pack(report: Report, tmp_path: Path) -> None:
    report(("10",), ("res3",), seconds=0.4)
    written = Path(__file__).parents[2] / "results" / "written.json"
    shutil.copy(written, tmp_path / "results.json")
    shutil.rmtree(tmp_path / STATE, ignore_errors=True)
    results = load(tmp_path)
    for name in [*(cell.id for cell in results.cells), "clip-source.mp4"]:
        shutil.copy(tmp_path / "res3-10.mp4", tmp_path / name)
    events = sent(tmp_path, tmp_path / "out.zip")
    assert sum(isinstance(event, CopyMade) for event in events) == 4
    assert isinstance(events[-1], ReportPacked) and events[-1].videos == 4
    assert any(isinstance(event, CopyProgress) for event in events)
    assert write_report(results, tmp_path)
    assert (tmp_path / "out.zip").stat().st_size == events[-1].bytes

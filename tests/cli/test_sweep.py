"""A sweep from the command line: previews, figures, grid, sheet and report in one folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from render.cli.app import run
from render.events import Event
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.planning.plan import Plan
from render.results.results import NAME, load
from render.target import Size

pytestmark = pytest.mark.torch

Command = Callable[..., int]
Capture = pytest.CaptureFixture[str]
SMALL = (
    *("--size", "64x36,96x54", "--upscale", "192x108", "--duration", "0.8", "--audio", "none"),
    *("--network", "res1"),
)


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.delenv("RENDER_FFMPEG", raising=False)
    return lambda *words: run([str(word) for word in words])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_folder_holds_all_that_was_asked_for(
    render: Command, moving: Path, tmp_path: Path, ff: FFmpeg, capsys: Capture
) -> None:
    out = tmp_path / "sweep"
    asked = ("--grid", "--sheet", "--report")
    assert render(moving, "--fps", "5,10", *SMALL, *asked, "-o", out) == 0
    captured = capsys.readouterr()
    previews = [
        f"moving-composition-vii-res1-{size}-{fps}-up192x108.mp4"
        for fps in (5, 10)
        for size in ("64x36", "96x54")
    ]
    made = ["moving-grid.mp4", "moving-sheet.png", "index.html"]
    assert captured.out.splitlines() == [str(out / name) for name in (*previews, *made)]
    assert names(out) == sorted([*previews, *made, NAME, "moving-source.mp4", ".render"])
    results = load(out)
    assert [cell.id for cell in results.cells] == previews
    assert results.grids == ("moving-grid.mp4",) and results.sheets == ("moving-sheet.png",)
    (clip,) = results.clips
    assert clip.reference == previews[-1] and clip.preview == "moving-source.mp4"
    assert clip.sampling is not None and clip.sampling.mode == "fast"
    for cell in results.cells:
        figures = cell.figures
        assert figures is not None and figures.reference == previews[-1]
        assert figures.get("lpips") is not None and figures.get("ssim") is not None
        assert (figures.get("lpips") == 0) == (cell.id == previews[-1])
        assert cell.video.frames == (4 if cell.target.fps == 5 else 8)
    assert results.runs[0].wall is not None and results.runs[0].wall > 0
    assert probe(out / "moving-grid.mp4", ff).video.displayed == Size(2 * 192 + 8, 2 * 108 + 8 + 20)
    assert probe(out / "moving-source.mp4", ff).video.displayed == Size(192, 108)
    assert "GMAC/S" in captured.err and "* the reference" in captured.err


def test_styles_alone_are_not_compared_and_stand_in_one_grid_with_all_clips(
    render: Command, moving: Path, tmp_path: Path, ff: FFmpeg, capsys: Capture
) -> None:
    other = tmp_path / "other.mp4"
    shutil.copy(moving, other)
    styles = ("--style", "udnie,the-scream", "--network", "res3-w16", "--fps", "5")
    small = ("--size", "64x36", "--upscale", "none", "--duration", "0.4", "--audio", "none")
    grid = ("--grid", "--sheet", "--rows", "clip", "--cols", "style")
    out = tmp_path / "out"
    assert render(moving, other, *styles, *small, *grid, "--on", "A12", "-o", out) == 0
    said = capsys.readouterr().err
    assert "no figures: no two previews here are of one clip in one style and strength" in said
    assert "reference" not in said and "figures:" not in said.replace("no figures:", "")
    results = load(out)
    assert all(cell.figures is None for cell in results.cells)
    assert results.grids == ("grid.mp4",) and results.sheets == ("sheet.png",)
    assert probe(out / "grid.mp4", ff).video.displayed == Size(2 * 64 + 8, 2 * 36 + 8 + 20)


def test_a_later_run_adds_to_the_folder(
    render: Command,
    moving: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["render", "first"])
    assert render(moving, "--fps", "5", *SMALL, "--metrics", "none", "-o", tmp_path) == 0
    assert all(cell.figures is None for cell in load(tmp_path).cells)
    monkeypatch.setattr("sys.argv", ["render", "second"])
    assert render(moving, "--fps", "10", *SMALL, "--json", "-o", tmp_path) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[0] == "{"]
    assert [line["event"] for line in lines if line["event"] not in ("started", "progress")] == [
        "plan", "preview", "preview", "results", "done"
    ]  # fmt: skip
    assert lines[-2]["path"] == str(tmp_path / NAME)
    results = load(tmp_path)
    assert [cell.target.fps for cell in results.cells] == [5, 5, 10, 10]
    assert all(cell.figures is not None for cell in results.cells)
    assert len(results.runs) == 2 and len(results.clips) == 1


def test_one_preview_alone_is_not_recorded(render: Command, moving: Path, tmp_path: Path) -> None:
    one = ("--fps", "5", "--size", "64x36", "--network", "res1", "--duration", "0.4")
    assert render(moving, *one, "-o", tmp_path) == 0
    assert [path.suffix for path in tmp_path.iterdir()] == [".mp4"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fps", "5", "--size", "64x36", "--grid"], "--grid: needs several previews"),
        (["--fps", "5", "--size", "64x36", "--sheet"], "--sheet: needs several previews"),
        (["--fps", "5,10", *SMALL, "--reference", "res9,1x1"], "no cell fits"),
        (["--fps", "5,10", *SMALL, "--grid", "--rows", "speed"], "no such axis"),
        (["--fps", "5,10", *SMALL, "--grid", "--rows", "fps", "--cols", "fps"], "name two axes"),
        (["--fps", "5,10", *SMALL, "--metrics", "all"], "not one of none, fast, full, later"),
        (["--fps", "5,10", *SMALL[:-1], "res3,res2"], "res2"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_rendered(
    words: list[str], said: str, render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert render(moving, *words, "-o", tmp_path / "out") in {1, 2}
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = (line for line in captured.err.splitlines() if line.startswith("error:"))
    assert said in line
    assert list(tmp_path.iterdir()) == []


def test_damaged_results_stop_a_sweep_before_it_starts(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / NAME).write_text("{")
    assert render(moving, "--fps", "5,10", *SMALL, "-o", tmp_path) == 2
    assert "results.json: is damaged" in capsys.readouterr().err
    assert names(tmp_path) == [NAME]


def test_a_grid_that_cannot_be_written_costs_no_preview(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "moving-grid.mp4").write_bytes(b"a holiday")
    asked = ("--grid", "--sheet", "--metrics", "none")
    assert render(moving, "--fps", "5,10", *SMALL, *asked, "-o", tmp_path) == 1
    captured = capsys.readouterr()
    assert "moving-grid.mp4: exists already" in captured.err
    assert captured.out.splitlines()[-1] == str(tmp_path / "moving-sheet.png")
    assert (tmp_path / "moving-grid.mp4").read_bytes() == b"a holiday"
    assert len(load(tmp_path).cells) == 4


def test_a_device_chooses_and_marks(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDER_DEVICES", str(tmp_path / "none"))
    out = tmp_path / "sweep"
    asked = ("--on", "A12", "--grid", "--report")
    assert render(moving, "--fps", "5,30", "--size", "96x54", *SMALL[2:], *asked, "-o", out) == 0
    captured = capsys.readouterr()
    assert str(out / "choice.json") in captured.out.splitlines()
    choice = json.loads((out / "choice.json").read_text())
    assert f"to take: {choice['headline']}" in captured.err
    assert "A12 MS" in captured.err
    data = (out / "index.html").read_text()
    assert choice["headline"] in data


def test_a_phone_of_today_leads_to_a_target_an_interval_and_a_command(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDER_DEVICES", str(tmp_path / "none"))
    monkeypatch.setenv("COLUMNS", "80")
    out, small = tmp_path / "sweep", ("--size", "96x54", *SMALL[2:])
    one = ("--fps", "10", *small, "--on", "A16", "--report", "-o", out)
    assert render(moving, *one) == 0
    said = capsys.readouterr().err
    flat = " ".join(said.split())
    assert "to take: 10 fps, 54x96, res1 on A16" in flat
    assert "It is the only target here, so nothing was chosen" in flat
    assert "estimated) of the 100.0 ms that 10 fps leaves, if all of it runs on the" in flat
    assert "render devices import timings.json --as A16" in said
    command = "render devices import timings.json --as A16"
    assert command in (out / "index.html").read_text()
    marked = ("--on", "A16", "--like", "A12", "--report", "--json")
    assert render(moving, "--fps", "5", *small, *marked, "-o", out) == 0
    choice = json.loads((out / "choice.json").read_text())
    assert choice["device"] == "A16 (like A12)" and choice["like"] == "A12"
    assert choice["certain"]["command"] == command
    assert "A16 (like A12)" in (out / "index.html").read_text()


def test_a_device_needs_figures(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    words = ("--fps", "5,10", *SMALL, "--on", "A12", "--metrics", "none", "-o", tmp_path / "out")
    assert render(moving, *words) == 2
    assert "--on: chooses by the figures" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_phone_s_preview_beside_the_plain_one(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture, ff: FFmpeg
) -> None:
    out = tmp_path / "sweep"
    words = ("--fps", "10", "--size", "96x54", *SMALL[2:], "--latency", "none,40±10,150")
    assert render(moving, *words, "--grid", "--report", "--json", "-o", out) == 0
    captured = capsys.readouterr()
    events = [json.loads(line) for line in captured.out.splitlines()]
    previews = [event for event in events if event["event"] == "preview"]
    assert [event["target"]["on"] for event in previews] == [None, "40±10 ms", "150 ms"]
    assert [event["fps"] for event in previews] == ["10", "60", "60"]
    slow = previews[-1]["playback"]
    assert slow["median_ms"] == 150 and slow["dropped"] > 0 and previews[0]["playback"] is None
    assert slow["skipped"] + slow["shown"] + slow["dropped"] + slow["in_flight"] == slow["frames"]
    # Those that play on a phone are not held against the others: they are late.
    results = load(out)
    assert all(cell.figures is None for cell in results.cells)
    grid = probe(out / "moving-grid.mp4", ff)
    assert grid.video.rate == 60
    assert "SHOWN/S" in captured.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--play-on", "A1"), "there is no device 'A1'"),
        (("--like", "A12"), "--like: needs a phone; name one with --on or --play-on"),
        (("--play-on", "A14", "--like", "A1"), "--like 'A1': there is no device 'A1'"),
        (("--play-on", "A14", "--heat"), "--heat: nothing is published of how A14 slows down"),
        (("--play-on", "A18 Pro", "--heat"), "but not after how many minutes; give --sustained"),
        (
            ("--play-on", "A14", "--heat", "--sustained", "90@3"),
            "say one of --heat and --sustained",
        ),
        (("--latency", "66", "--heat"), "--heat: --latency has none published"),
        (("--heat",), "--heat: needs a phone"),
        (("--latency", "fast"), "write milliseconds"),
        (("--latency", "66,"), "an empty place"),
        (("--warm", "3"), "--warm: needs a phone"),
        (("--latency", "66", "--sustained", "90"), "write MS@MINUTES"),
        (("--latency", "66", "--warm", "soon"), "no number from 0"),
        (("--latency", "66", "--late", "never"), "not one of newest, discard"),
        (("--latency", "66", "--seed", "x"), "no whole number"),
    ],
)
def test_a_phone_that_is_none_is_one_line(
    words: tuple[str, ...], said: str, render: Command, moving: Path, tmp_path: Path,
    capsys: Capture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("RENDER_DEVICES", str(tmp_path / "none"))
    assert render(moving, *words, "-o", tmp_path / "out") == 2
    errors = [e for e in capsys.readouterr().err.splitlines() if e.startswith("error:")]
    assert len(errors) == 1 and said in errors[0]
    assert not (tmp_path / "out").exists()


def test_every_failed_step_is_an_event_and_counts(
    render: Command,
    moving: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from render.execution.execute import run as made

    def run(plan: Plan, _executor: object) -> Generator[Event, None, None]:
        # Folders where files are to be.
        for name in (NAME, "moving-grid.mp4", "index.html"):
            (tmp_path / name / "in the way").mkdir(parents=True)
        yield from made(plan)

    monkeypatch.setattr("render.execution.execute.run", run)
    words = (
        *("--fps", "5,10", "--size", "64x36", "--network", "res1", "--upscale", "none"),
        *("--duration", "0.4", "--audio", "none", "--metrics", "none", "--grid", "--report"),
    )
    gone = tmp_path / "gone.mp4"
    assert render(moving, gone, *words, "--json", "-o", tmp_path) == 1
    captured = capsys.readouterr()
    *found, done = map(json.loads, captured.out.splitlines())
    failed = [each for each in found if each["event"] == "failed"]
    assert [each["step"] for each in failed] == ["preview", "results", "grid", "report"]
    assert all(each["kind"] and each["message"] for each in failed)
    assert done["event"] == "done"
    assert (done["previews"], done["failed"], done["exit_status"]) == (2, 4, 1)
    # Nothing is said to be there that is not.
    assert not {"results", "grid", "report"} & {each["event"] for each in found}
    assert captured.err.count("results.json: cannot be written") == 1

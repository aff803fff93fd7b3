"""`render.sweep`: all that the command does, from Python."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import pytest

import render
from render import (
    CellDone,
    CellKept,
    CellMeasured,
    LeftoversCleared,
    Metrics,
    Outputs,
    Planned,
    Request,
    ResultsReady,
    StepFailed,
    StepMade,
    StepProgress,
    StepSkipped,
    StepStarted,
    SweepDone,
    SweepEvent,
    SweepStep,
)
from render.cli.read_request import make_request
from render.media.encoding import AudioMode, Encoder, Encoding

pytestmark = pytest.mark.torch

Capture = pytest.CaptureFixture[str]
Sweep = Callable[..., list[SweepEvent]]
One = TypeVar("One", bound=SweepEvent)
PLAIN = Outputs(metrics=Metrics.NONE)
ALL = replace(PLAIN, grid=True, sheet=True, report=True)


def small(clip: Path, folder: Path, *rates: str) -> Request:
    looks = tuple(
        render.Preset().with_options(fps=fps, size="48x86", network="res1", upscale="none").look()
        for fps in rates or ("4", "8")
    )
    return Request(clips=(clip,), looks=looks, duration=Fraction(1, 2), output=folder)


def of(kind: type[One], events: list[SweepEvent]) -> list[One]:
    return [event for event in events if isinstance(event, kind)]


def until(kind: type[SweepEvent], request: Request, outputs: Outputs) -> list[SweepEvent]:
    """What happens until the first of that kind, after which nobody asks any more."""
    events = render.sweep(request, outputs)
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, kind):
            break
    events.close()
    return seen


def test_a_request_has_the_command_s_defaults() -> None:
    clips = (Path("clip.mp4"),)
    nothing = dict.fromkeys(("preset", "cells", "start", "duration", "device", "engine", "output"))
    as_typed = make_request(clips, {}, force=False, strict=False, ffmpeg=None, **nothing)  # type: ignore[arg-type]
    assert Request(clips=clips) == replace(as_typed, encoding=None)
    assert Request(clips=clips).coding == as_typed.coding


def test_a_sweep_from_plan_to_report(moving: Path, tmp_path: Path, capfd: Capture) -> None:
    out = tmp_path / "out"
    events = list(render.sweep(small(moving, out), ALL))
    first, last = events[0], events[-1]
    assert isinstance(first, Planned) and first.folder == out and len(first.plan.cells) == 2
    assert isinstance(last, SweepDone) and last.results == render.load_results(out)
    assert last.results.runs[0].command == ("render.sweep",)
    made = of(StepMade, events)
    assert [(each.step.value, each.path.name, each.kept) for each in made] == [
        ("grid", "moving-grid.mp4", False),
        ("sheet", "moving-sheet.png", False),
        ("source", "moving-source.mp4", False),
        ("report", "index.html", False),
    ]
    assert made[0].about == "180x68 at 8 fps, 1 x 2 cells of 86x48"
    began = list(dict.fromkeys(each.step for each in of(StepStarted, events)))
    assert began == [each.step for each in made]
    worked = {each.step for each in of(StepProgress, events)}
    assert worked == {SweepStep.GRID, SweepStep.SHEET, SweepStep.SOURCE}
    (ready,) = of(ResultsReady, events)
    assert ready.path == out / "results.json"
    assert capfd.readouterr() == ("", "")


def test_a_plan_may_be_looked_at_before(moving: Path, tmp_path: Path) -> None:
    plan = render.plan(small(moving, tmp_path / "out", "4"))
    assert not (tmp_path / "out").exists()
    events = list(render.sweep(plan))
    assert isinstance(events[0], Planned) and events[0].plan is plan and events[0].folder is None
    assert events[-1] == SweepDone(None)
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".mp4"]


def test_who_stops_after_the_plan_has_written_nothing(moving: Path, tmp_path: Path) -> None:
    until(Planned, small(moving, tmp_path / "out"), ALL)
    assert list(tmp_path.iterdir()) == []


def test_who_stops_early_goes_on_later(moving: Path, tmp_path: Path) -> None:
    request = small(moving, tmp_path)
    until(CellDone, request, PLAIN)
    (first,) = render.load_results(tmp_path).cells
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".render-")]
    events = list(render.sweep(request, PLAIN))
    # The other one may have been put in place meanwhile, though nobody heard of it.
    kept = [event.preview.path.name for event in of(CellKept, events)]
    assert first.id in kept and len(kept) + len(of(CellDone, events)) == 2
    assert len(render.load_results(tmp_path).cells) == 2


def test_what_runs_that_were_killed_left_is_told(moving: Path, tmp_path: Path) -> None:
    (tmp_path / ".render-0123456789ab-1.mp4").write_bytes(b"half")
    seen = until(LeftoversCleared, small(moving, tmp_path), PLAIN)
    assert seen[-1] == LeftoversCleared(tmp_path, removed=1, unsure=0)


def test_a_finished_sweep_again_makes_nothing_again(moving: Path, tmp_path: Path) -> None:
    request = small(moving, tmp_path / "out")
    list(render.sweep(request, ALL))
    names = ("moving-grid.mp4", "moving-sheet.png", "moving-source.mp4")
    before = {name: (tmp_path / "out" / name).stat() for name in names}
    # In another place, which is the same.
    (tmp_path / "link").symlink_to(tmp_path / "out")
    events = list(render.sweep(replace(request, output=tmp_path / "link"), ALL))
    made = {each.path.name: each.kept for each in of(StepMade, events)}
    assert made == {**dict.fromkeys(names, True), "index.html": False}
    assert {name: (tmp_path / "out" / name).stat() for name in names} == before
    assert not of(StepProgress, events)


@pytest.mark.parametrize("change", ["more", "force", "spoilt", "clip"])
def test_what_is_not_of_the_same_is_made_anew(change: str, moving: Path, tmp_path: Path) -> None:
    clip, out = tmp_path / "moving.mp4", tmp_path / "out"
    shutil.copy(moving, clip)
    request, outputs = small(clip, out), replace(PLAIN, grid=True, source=True)
    list(render.sweep(request, outputs))
    if change == "more":
        request = small(clip, out, "4", "8", "16")
    elif change == "force":
        request = replace(request, force=True)
    elif change == "spoilt":
        (out / "moving-grid.mp4").write_bytes(b"a grid no more")
    else:  # the clip in the grid is another; its previews stay what they are
        plan = render.plan(request)
        clip.write_bytes(clip.read_bytes() + b"\0")
    events = list(render.sweep(plan if change == "clip" else request, outputs))
    (grid,) = of(StepMade, events)
    assert not grid.kept
    assert (out / "moving-grid.mp4").stat().st_size > 1000


def test_a_source_video_that_cannot_be_costs_no_report(moving: Path, tmp_path: Path) -> None:
    (tmp_path / "moving-source.mp4").write_bytes(b"a holiday")
    events = list(render.sweep(small(moving, tmp_path), replace(PLAIN, report=True)))
    (failed,) = of(StepFailed, events)
    assert failed.step is SweepStep.SOURCE
    # The library knows no command line.
    assert str(failed.error).endswith("moving-source.mp4: exists already; force=True overwrites it")
    assert [each.step for each in of(StepMade, events)] == [SweepStep.REPORT]
    assert (tmp_path / "moving-source.mp4").read_bytes() == b"a holiday"


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (Outputs(grid=True), "grid: needs several previews of one clip; ask for several rates"),
        (Outputs(metrics=Metrics.NONE, on=render.load_profile("A12")), "on: chooses by the fig"),
    ],
)
def test_what_cannot_be_is_said_before_anything(
    outputs: Outputs, said: str, moving: Path, tmp_path: Path
) -> None:
    with pytest.raises(render.UsageError) as error:
        next(render.sweep(small(moving, tmp_path / "out", "4"), outputs))
    assert str(error.value).startswith(said) and "--" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_measuring_goes_on_where_it_was_stopped(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("whole", "cut"):
        list(render.sweep(small(moving, tmp_path / name), PLAIN))
    outputs = Outputs(metrics=Metrics.FAST)
    whole = list(render.sweep(small(moving, tmp_path / "whole"), outputs))
    steps = of(StepProgress, whole)
    assert [each.path.parent.name for each in of(CellMeasured, whole)] == ["whole"] * 2
    assert len(steps) == 3  # pictures of both, and a stretch of the one that is no reference

    request = small(moving, tmp_path / "cut")
    seen = until(StepProgress, request, outputs)
    assert not of(CellMeasured, seen)
    seen = until(CellMeasured, request, outputs)
    assert len(of(StepProgress, seen)) == 1  # the other one's pictures
    rest = list(render.sweep(request, outputs))
    assert len(of(StepProgress, rest)) == 1 and len(of(CellMeasured, rest)) == 1
    found = [
        [cell.figures for cell in render.load_results(tmp_path / name).cells]
        for name in ("whole", "cut")
    ]
    assert None not in found[0]
    assert found[0] == found[1]
    assert not of(StepStarted, list(render.sweep(request, PLAIN)))


def test_figures_may_come_after_the_report(moving: Path, tmp_path: Path, capfd: Capture) -> None:
    """Killed between, it goes on: the previews, the first page and what is measured stay."""
    request = small(moving, tmp_path / "later")
    later = Outputs(report=True, metrics=Metrics.LATER)
    page = tmp_path / "later" / "index.html"
    seen = until(CellMeasured, request, later)
    (first,) = [each for each in of(StepMade, seen) if each.step is SweepStep.REPORT]
    without = page.read_text()
    assert first.path == page and not of(ResultsReady, seen)

    events = list(render.sweep(request, later))
    assert len(of(CellMeasured, events)) == 1
    steps = [each.step for each in of(StepStarted, events)]
    assert steps.index(SweepStep.REPORT) < steps.index(SweepStep.FIGURES) < len(steps) - 1
    assert steps[-1] is SweepStep.REPORT
    results = render.load_results(tmp_path / "later")
    assert all(cell.figures is not None and cell.figures.get("jod") for cell in results.cells)
    assert results.clips[0].sampling is not None and results.clips[0].sampling.mode == "fast"
    assert page.read_text() != without

    # The command names the page once.
    from render.cli.show_sweep import ShowSweep

    shown = ShowSweep(json=False, debug=False, on=None)
    for event in events:
        shown.event(event)
    shown.finish()
    out, err = capfd.readouterr()
    assert out.splitlines().count(str(page)) == 1
    assert "now with the figures" in err


def test_styles_that_are_not_compared_are_no_failure(moving: Path, tmp_path: Path) -> None:
    looks = tuple(
        replace(small(moving, tmp_path, "4").looks[0], style=style)
        for style in ("udnie", "the-scream")
    )
    events = list(render.sweep(replace(small(moving, tmp_path), looks=looks)))
    (skipped,) = of(StepSkipped, events)
    assert skipped.step is SweepStep.FIGURES and "in one style" in skipped.why


@pytest.mark.parametrize("encoder", [Encoder.GIF, Encoder.PRORES_LT])
def test_no_report_of_what_no_browser_plays(encoder: Encoder, moving: Path, tmp_path: Path) -> None:
    asked = replace(small(moving, tmp_path), encoding=Encoding(encoder, 18, AudioMode.NONE))
    with pytest.raises(render.UsageError, match=f"report: browsers play no {encoder.value}"):
        list(render.sweep(asked, ALL))
    assert list(tmp_path.iterdir()) == []

"""``results.json``: what a run came to, what an earlier one wrote, and what is no results."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from render.errors import ClipError, OutputError, UsageError
from render.events import CellDone, CellFailed
from render.networks.spec import NetworkSpec
from render.planning.plan import Cell
from render.results.record import Call, Recorder
from render.results.results import NAME, SCHEMA, Results, View, load, save
from render.target import Size
from tests.cli.conftest import make_cell, make_plan, make_preview

CALL = Call(("render", "a.mp4", "--fps", "10,15"), datetime(2026, 11, 23, 8, 30, tzinfo=UTC))

OTHER = replace(CALL, command=("render", "b.mp4"))


def cell(folder: Path, name: str, clip: str = "a.mp4", **changes: Any) -> Cell:
    return replace(make_cell(Path("/clips") / clip), output=folder / name, **changes)


def record(folder: Path, *cells: Cell, call: Call = CALL) -> Results:
    recorder = Recorder(make_plan(*cells), folder, call)
    for one in cells:
        one.output.write_bytes(b"a preview")
        recorder.event(CellDone(one, make_preview(one)))
    return recorder.save(wall=12.5)


def test_a_run_is_written_as_it_was(tmp_path: Path) -> None:
    slow, fast = (cell(tmp_path, f"{fps}.mp4", rate=Fraction(fps)) for fps in (10, 15))
    written = record(tmp_path, slow, fast)
    data = json.loads((tmp_path / NAME).read_text())
    assert data["schema"] == SCHEMA == next(iter(data.values()))
    assert load(tmp_path) == written
    assert [c.id for c in written.cells] == ["10.mp4", "15.mp4"]
    first = written.cells[0]
    assert (first.target.fps, first.target.fps_float) == (10, 10.0)
    assert first.target.size == Size(853, 480)
    assert first.cost.macs == NetworkSpec.parse("res3").macs(Size(853, 480))
    assert first.cost.macs_second == 10 * first.cost.macs
    assert first.cost.ms == 250
    assert (first.video.frames, first.video.stylized, first.video.bytes) == (75, 73, 3_100_000)
    assert first.notes == ("a note of the plan",)
    assert first.view == View.of(slow.placement)
    (run,) = written.runs
    assert run.command == CALL.command and run.at == "2026-11-23T08:30:00+00:00"
    assert run.wall == 12.5 and run.versions["render"] and run.versions["av"]
    (clip,) = written.clips
    assert (clip.path, clip.name, clip.fps) == ("/clips/a.mp4", "a.mp4", Fraction(30000, 1001))


def test_a_preview_is_recorded_before_anybody_hears_of_it(tmp_path: Path) -> None:
    one, other = cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4")
    recorder = Recorder(make_plan(one, other), tmp_path, CALL)
    for number, each in enumerate((one, other), 1):
        each.output.write_bytes(b"a preview")
        recorder.event(CellDone(each, make_preview(each)))
        # Nothing is saved after this where the run is killed.
        assert len(load(tmp_path).cells) == number


def test_results_that_cannot_be_written_stop_no_run(tmp_path: Path) -> None:
    one = cell(tmp_path, "a.mp4")
    recorder = Recorder(make_plan(one), tmp_path, CALL)
    (tmp_path / NAME / "in the way").mkdir(parents=True)
    recorder.event(CellDone(one, make_preview(one)))
    with pytest.raises(OutputError, match=r"results\.json: cannot be written"):
        recorder.save()


def test_a_later_run_adds_and_replaces(tmp_path: Path) -> None:
    record(tmp_path, cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4"))
    later = Call(("render", "later"), CALL.at)
    other = cell(tmp_path, "c.mp4", clip="other.mp4")
    written = record(tmp_path, cell(tmp_path, "b.mp4"), other, call=later)
    assert [c.id for c in written.cells] == ["a.mp4", "b.mp4", "c.mp4"]
    assert [written.runs[c.run].command for c in written.cells] == [
        CALL.command, later.command, later.command
    ]  # fmt: skip
    assert [written.clips[c.clip].name for c in written.cells] == ["a.mp4", "a.mp4", "other.mp4"]


def test_previews_that_are_gone_are_forgotten_with_their_run_and_clip(tmp_path: Path) -> None:
    record(tmp_path, cell(tmp_path, "a.mp4", clip="gone.mp4"))
    (tmp_path / "a.mp4").unlink()
    written = record(tmp_path, cell(tmp_path, "b.mp4"))
    assert [c.id for c in written.cells] == ["b.mp4"]
    assert [c.name for c in written.clips] == ["a.mp4"]
    assert len(written.runs) == 1
    assert (written.cells[0].clip, written.cells[0].run) == (0, 0)


def test_parts_of_a_clip_are_not_compared_with_each_other(tmp_path: Path) -> None:
    later = cell(tmp_path, "b.mp4", start=Fraction(13, 10), duration=Fraction(2))
    written = record(tmp_path, cell(tmp_path, "a.mp4"), later)
    assert [(c.start, c.part) for c in written.clips] == [(0, None), (Fraction(13, 10), 2)]
    assert [c.clip for c in written.cells] == [0, 1]


def test_failures_are_the_last_run_s(tmp_path: Path) -> None:
    good, bad = cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4")
    good.output.write_bytes(b"a preview")
    recorder = Recorder(make_plan(good, bad), tmp_path, CALL)
    recorder.event(CellDone(good, make_preview(good)))
    recorder.event(CellFailed(bad.clip.path, bad, ClipError("torn")))
    recorder.event(CellFailed(Path("x.mp4"), None, ClipError("no video")))
    failed = recorder.save().failures
    assert [(f.cell, f.message) for f in failed] == [("b.mp4", "torn"), (None, "no video")]
    assert record(tmp_path, bad).failures == ()


def test_nothing_is_written_where_nothing_was_rendered(tmp_path: Path) -> None:
    Recorder(make_plan(cell(tmp_path, "a.mp4")), tmp_path, CALL).save()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "damaged"),
        ("[1]", "no file of render's results"),
        ('{"cells": []}', "no file of render's results"),
        ('{"schema": 99}', "newer render"),
        ('{"schema": 1, "cells": [{"id": 3}]}', "cells.0"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_what_is_no_results_is_said_before_anything_runs(
    text: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_text(text)
    for read in (
        lambda: load(tmp_path),
        lambda: Recorder(make_plan(cell(tmp_path, "a.mp4")), tmp_path, CALL),
    ):
        with pytest.raises(UsageError, match=NAME) as error:
            read()
        assert words in str(error.value) and "\n" not in str(error.value)


def test_positions_are_checked(tmp_path: Path) -> None:
    written = record(tmp_path, cell(tmp_path, "a.mp4"))
    save(written.model_copy(update={"clips": ()}), tmp_path)
    with pytest.raises(UsageError, match="belongs to no clip"):
        load(tmp_path)


def test_unknown_keys_of_a_later_render_are_left_alone(tmp_path: Path) -> None:
    written = record(tmp_path, cell(tmp_path, "a.mp4"))
    data = written.as_dict() | {"weather": "fine"}
    (tmp_path / NAME).write_text(json.dumps(data))
    assert load(tmp_path) == written


def test_a_folder_without_results_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no results\.json"):
        load(tmp_path)


def test_rates_that_only_a_header_says_are_kept(tmp_path: Path) -> None:
    odd = Fraction(2147483647, 71582788)
    one = cell(tmp_path, "a.mp4")
    video = replace(one.clip.video, rate=odd)
    written = record(tmp_path, replace(one, clip=replace(one.clip, video=video)))
    assert load(tmp_path) == written
    assert written.clips[0].fps == odd

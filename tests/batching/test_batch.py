"""Many rows with real clips: kept, changed, failed, stopped, put off, and told apart."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import shutil
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import render
from render.batching import batch_record, row_work
from render.batching.batch import plan_rows
from render.batching.batch_events import (
    BatchBegan,
    BatchDone,
    RowBegan,
    RowPutOff,
    RowThrough,
)
from render.batching.row import Row, RowState
from render.errors import ClipError, EngineError, OutputError, UsageError
from render.events import CellFailed
from render.execution.executor import Job, WorkEvent
from render.execution.local import LocalExecutor
from render.execution.segment_store import SegmentStore
from render.execution.tasks import TasksHere
from render.planning.plan import Plan
from render.planning.request import Request
from render.presets.preset import Preset
from tests.conftest import X264, MakeClip

pytestmark = pytest.mark.torch
SMALL = {"size": "64x36", "network": "res3-w16", "upscale": "none", "fps": "5", "audio": "none"}
LOOK = Preset().with_options(**SMALL).look()
ALL = {"rows.jsonl", "summary.json"}


@pytest.fixture(scope="module")
def clip(make_clip: MakeClip) -> Path:
    return make_clip("tiny.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=0.4", *X264)


@pytest.fixture(scope="module")
def other(make_clip: MakeClip) -> Path:
    return make_clip("other.mp4", "-f", "lavfi", "-i", "smptebars=s=64x36:r=10:d=0.4", *X264)


def row(path: Path, number: int = 1, **changes: Any) -> Row:
    return Row(f"clips.csv:{number}", Request(clips=(path,), looks=(LOOK,), **changes))


def rows_of(folder: Path, clip: Path, names: Iterable[str]) -> list[Row]:
    folder.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(clip, folder / name)
    return [row(folder / name, number) for number, name in enumerate(names, 2)]


def through(events: Iterable[Any]) -> dict[str, RowThrough]:
    return {one.row.where: one for one in events if isinstance(one, RowThrough)}


def states(rows: Sequence[Row], output: Path, **options: Any) -> list[str]:
    found = through(render.batch(rows, output, **options))
    return [found[one.where].state.value for one in rows]


def lines(output: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in (output / "rows.jsonl").read_text().splitlines()]


def previews(output: Path) -> dict[str, bytes]:
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in sorted(output.rglob("*.mp4"))
    }


def test_rows_that_are_done_are_kept_unseen_and_others_are_made(
    clip: Path, other: Path, tmp_path: Path
) -> None:
    rows = rows_of(tmp_path / "in", clip, ("a.mp4", "b.mp4", "c.mp4"))
    (tmp_path / "in" / "bad.mp4").write_bytes(b"no video" * 99)
    bad = Row("clips.csv:5", UsageError("`fps`: abc: no number"), "d.mp4")
    rows = [*rows, bad, row(tmp_path / "in" / "bad.mp4", 6), row(tmp_path / "in" / "none.mp4", 7)]
    out = tmp_path / "out"
    events = list(render.batch(rows, out))
    assert events[0] == BatchBegan(6, out)
    first = next(event for event in events if isinstance(event, RowThrough))
    assert first.row is bad  # before anything takes long
    found = through(events)
    assert [found[one.where].state for one in rows] == [RowState.DONE] * 3 + [RowState.FAILED] * 3
    assert found["clips.csv:2"].previews == tuple((out / "a").glob("*.mp4"))
    done = events[-1]
    assert isinstance(done, BatchDone)
    assert (done.summary.rows, done.summary.done, done.summary.failed) == (6, 3, 3)
    assert done.failures[0].row.where == "clips.csv:5"
    said = lines(out)
    assert len(said) == 6 and {line["state"] for line in said} == {"done", "failed"}
    by_row = {line["row"]: line for line in said}
    assert "there is no such file" in by_row["clips.csv:7"]["error"]
    assert by_row["clips.csv:3"]["previews"] == [name for name in previews(out) if name[0] == "b"]
    summary = json.loads((out / "summary.json").read_text())
    assert summary["done"] == 3 and len(summary["failures"]) == 3
    assert {path.name for path in out.iterdir()} == {"a", "b", "c", *ALL}

    # Whoever looked into these clips would not find a video in them.
    before = previews(out)
    a = tmp_path / "in" / "a.mp4"
    stat = a.stat()
    a.write_bytes(b"\0" * stat.st_size)
    os.utime(a, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    # Another clip, a preview that is gone, and one that is put right.
    shutil.copy(other, tmp_path / "in" / "b.mp4")
    for path in (out / "c").glob("*.mp4"):
        path.unlink()
    shutil.copy(other, tmp_path / "in" / "bad.mp4")
    events = list(render.batch(rows, out))
    found = through(events)
    assert [found[one.where].state.value for one in rows] == [
        *("kept", "done", "done", "failed", "done", "failed")
    ]
    began = {one.row.where: one.changed for one in events if isinstance(one, RowBegan)}
    assert began["clips.csv:3"] and not began["clips.csv:6"] and "clips.csv:2" not in began
    after = previews(out)
    (a_name, b_name, c_name) = before
    assert after[a_name] == before[a_name] and after[c_name] == before[c_name]
    assert after[b_name] != before[b_name]
    assert len(lines(out)) == 6  # of this run


def test_a_row_whose_options_change_is_made_again_in_its_place(clip: Path, tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "in", clip, ("a.mp4",))
    out = tmp_path / "out"
    assert states(rows, out) == ["done"]
    ((name, first),) = previews(out).items()
    sparing = [
        replace(one, request=replace(one.request, encoding=render.Encoding(
            render.Encoder.X264, 40, render.AudioMode.NONE)))
        for one in rows
    ]  # fmt: skip
    (planned,) = plan_rows(sparing, out)
    assert planned.plan is not None and len(planned.plan.todo) == 1
    assert not planned.plan.refusals and previews(out) == {name: first}
    assert states(sparing, out) == ["done"]
    ((again, second),) = previews(out).items()
    assert again == name and second != first
    (planned,) = plan_rows(sparing, out)
    assert planned.kept is not None
    # What is no preview of ours stays, whatever changes.
    (out / name).write_bytes(b"a film of somebody's")
    found = through(render.batch(rows, out))["clips.csv:2"]
    assert found.state is RowState.FAILED and "exists already" in str(found.errors[0])
    assert (out / name).read_bytes() == b"a film of somebody's"
    forced = [replace(one, request=replace(one.request, force=True)) for one in rows]
    assert states(forced, out) == ["done"]
    assert previews(out) == {name: first}


def test_the_same_bytes_however_often_it_is_stopped(clip: Path, tmp_path: Path) -> None:
    names = [f"{n}.mp4" for n in range(5)]
    rows = rows_of(tmp_path / "in", clip, names)
    assert states(rows, tmp_path / "whole", at_once=1) == ["done"] * 5
    out = tmp_path / "out"
    for count in (1, 3):
        with contextlib.closing(render.batch(rows, out, at_once=3)) as events:
            ended = (event for event in events if isinstance(event, RowThrough))
            assert len(list(itertools.islice(ended, count))) == count
        assert not (out / "summary.json").exists()
        assert not list(out.rglob(".render-*"))
    found = states(rows, out, at_once=2)
    assert set(found) == {"done", "kept"} and found.count("kept") >= 3
    assert previews(out) == previews(tmp_path / "whole")


def test_marks_that_lie_or_are_lost_cost_a_look_and_no_more(clip: Path, tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "in", clip, ("a.mp4", "b.mp4", "c.mp4"))
    out = tmp_path / "out"
    states(rows, out)
    marks = [out / name / ".render" / "row.json" for name in "abc"]
    marks[0].unlink()
    marks[1].write_text('{"schema": 1, "clip": 3')
    data = json.loads(marks[2].read_text())
    marks[2].write_text(json.dumps(data | {"previews": [["../b/x.mp4"]]}))
    before = previews(out)
    events = list(render.batch(rows, out))
    assert {one.state for one in through(events).values()} == {RowState.KEPT}
    assert sum(isinstance(event, RowBegan) for event in events) == 3
    assert previews(out) == before
    assert not [event for event in render.batch(rows, out) if isinstance(event, RowBegan)]


def test_what_may_be_over_is_tried_once_more_after_the_others(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(tmp_path / "in", clip, ("a.mp4", "b.mp4", "c.mp4"))
    real, times = row_work.sweep, dict.fromkeys("abc", 0)

    def full(plan: Plan, *given: Any, **options: Any) -> Generator[Any, None, None]:
        name = plan.cells[0].clip.path.stem
        times[name] += 1
        if name == "b" or (name == "a" and times["a"] == 1):
            raise OutputError("out: cannot be written (No space left on device)", transient=True)
        yield from real(plan, *given, **options)

    monkeypatch.setattr(row_work, "sweep", full)
    events = list(render.batch(rows, tmp_path / "out", at_once=1))
    told = [
        (type(event).__name__, event.row.where[-1])
        for event in events
        if isinstance(event, RowThrough | RowPutOff)
    ]
    assert told == [
        *(("RowPutOff", "2"), ("RowPutOff", "3"), ("RowThrough", "4")),
        *(("RowThrough", "2"), ("RowThrough", "3")),
    ]
    assert [one.state.value for one in through(events).values()] == ["done", "done", "failed"]
    assert times == {"a": 2, "b": 2, "c": 1}


def test_a_bug_ends_the_batch_and_is_no_failure_of_a_row(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(tmp_path / "in", clip, ("a.mp4", "b.mp4"))

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(row_work, "sweep", broken)
    with pytest.raises(ZeroDivisionError):
        list(render.batch(rows, tmp_path / "out"))


def test_what_is_loaded_stays_for_the_next_row_unless_an_engine_failed(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(tmp_path / "in", clip, ("a.mp4", "b.mp4", "c.mp4", "d.mp4"))
    used: list[Any] = []

    def sweep(
        plan: Plan, *_: Any, executor: LocalExecutor, **__: Any
    ) -> Generator[Any, None, None]:
        used.append(executor)
        error = EngineError("cuda: out of memory") if len(used) == 2 else ClipError("is damaged")
        yield CellFailed(plan.cells[0].clip.path, None, error)

    monkeypatch.setattr(row_work, "sweep", sweep)
    assert states(rows, tmp_path / "out", at_once=1) == ["failed"] * 4
    first, second, third, fourth = used
    assert first is second and third is fourth and first is not third


class Shared:
    """Whoever works segments off for all rows, from several threads."""

    tasks = TasksHere()

    def __init__(self) -> None:
        self.plans: list[Plan] = []

    def work(
        self, jobs: Iterable[Job], plan: Plan, store: SegmentStore
    ) -> Generator[WorkEvent, None, None]:
        self.plans.append(plan)
        yield from LocalExecutor().work(jobs, plan, store)


def test_one_executor_works_all_rows_off(clip: Path, tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "in", clip, ("a.mp4", "b.mp4", "c.mp4"))
    executor = Shared()
    assert states(rows, tmp_path / "out", at_once=3, executor=executor) == ["done"] * 3
    assert sorted(plan.cells[0].clip.path.stem for plan in executor.plans) == ["a", "b", "c"]


def test_outputs_are_each_row_s_and_a_page_that_is_gone_is_made_again(
    clip: Path, tmp_path: Path
) -> None:
    (one,) = rows_of(tmp_path / "in", clip, ("a.mp4",))
    looks = tuple(Preset().with_options(**SMALL | {"fps": fps}).look() for fps in ("5", "10"))
    rows = [replace(one, request=replace(one.request, looks=looks))]
    out, outputs = tmp_path / "out", render.Outputs(sheet=True, metrics=render.Metrics.NONE)
    assert states(rows, out, outputs=outputs) == ["done"]
    sheet = out / "a" / "a-sheet.png"
    assert sheet.is_file() and (out / "a" / "results.json").is_file()
    assert states(rows, out, outputs=outputs) == ["kept"]
    sheet.unlink()
    list(render.batch(rows, out, outputs))
    assert sheet.is_file()


def test_what_cannot_be_done_is_said_before_anything_is(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for error, words, rows, place, options in (
        (UsageError, "no rows", [], out, {}),
        (UsageError, "at_once", [row(clip)], out, {"at_once": 0}),
        (UsageError, "a folder, not one file", [row(clip)], tmp_path / "x.mp4", {}),
        (UsageError, "rendered by itself", [row(clip)], out,
         {"outputs": render.Outputs(rows="clip")}),
        (OutputError, "cannot be written", [row(clip)], clip / "below", {}),
    ):  # fmt: skip
        with pytest.raises(error, match=words):
            next(render.batch(rows, place, **options))
    assert list(tmp_path.iterdir()) == []


def test_rows_that_can_be_no_clip(clip: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    two = Row("two", Request(clips=(clip, clip), looks=(LOOK,)))
    rows = [
        *(row(tmp_path, 2), row(tmp_path / "pipe.mp4", 3), two, row(tmp_path / ("x" * 300), 4)),
        row(clip, 5, start=Fraction(9)),
    ]
    found = through(render.batch(rows, tmp_path / "out"))
    said = [str(found[one.where].errors[0]) for one in rows]
    for words, text in zip(
        ("is a folder; a row is one clip", "is no regular file", "2 clips in one row",
         "too long", "is past its end"),
        said, strict=True,
    ):  # fmt: skip
        assert words in text
    assert {path.name for path in (tmp_path / "out").iterdir()} == ALL


def test_files_that_are_not_ours_and_runs_of_others(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("rows.jsonl", "summary.json"):
        (out / name).write_text('{"schema": 1, "event": "plan"}\n')
        with pytest.raises(UsageError, match="is no record of a batch"):
            next(render.batch([row(clip, force=True)], out))
        assert (out / name).read_text() == '{"schema": 1, "event": "plan"}\n'
        (out / name).unlink()
    with (out / "rows.jsonl").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another run of a manifest writes here"):
            next(render.batch([row(clip)], out))


def test_lines_that_cannot_be_written_come_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = batch_record.BatchRecord(tmp_path)
    real, full = os.write, True

    def write(file: int, data: bytes) -> int:
        if full:
            raise OSError(28, "No space left on device")
        return real(file, data[:7])

    def failed(number: int) -> RowThrough:
        error = ClipError("is no video")
        return RowThrough(Row(f"c:{number}", error), RowState.FAILED, None, errors=(error,))

    monkeypatch.setattr(batch_record.os, "write", write)
    with contextlib.closing(record):
        record.row(failed(2))
        assert (tmp_path / "rows.jsonl").read_bytes() == b""
        with pytest.raises(OutputError, match=r"rows\.jsonl: cannot be written: No space left"):
            record.finish(1.0)
        full = False
        record.row(failed(3))
        assert record.finish(1.0).failed == 2
    assert [line["row"] for line in lines(tmp_path)] == ["c:2", "c:3"]

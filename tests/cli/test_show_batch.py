"""What people read of a batch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from render.batching.batch_events import (
    BatchBegan,
    BatchDone,
    BatchSummary,
    RowBegan,
    RowPutOff,
    RowStep,
    RowThrough,
)
from render.batching.row import Row, RowState
from render.cli.show_batch import ShowBatch
from render.errors import ClipError, Hint, OutputError
from render.events import CellDone, CellStarted, WorkersAwaited
from render.sweeping.sweep_events import Planned
from tests.cli.conftest import make_cell, make_plan, make_preview

Captured = pytest.CaptureFixture[str]
OUT = Path("out")


def failed(number: int) -> RowThrough:
    error = ClipError(f"{number}.mp4: is no video")
    return RowThrough(Row(f"c.csv:{number}", error, f"{number}.mp4"), RowState.FAILED, None,
                      errors=(error,))  # fmt: skip


def done(*failures: RowThrough, kept: int = 0) -> BatchDone:
    rows = 1 + kept + len(failures)
    summary = BatchSummary(rows, 1, kept, len(failures), 1 + kept, 2.5)
    return BatchDone(summary, failures, OUT / "rows.jsonl", OUT / "summary.json")


def test_words_for_people(capsys: Captured) -> None:
    show = ShowBatch("c.csv", json=False, debug=False)
    cell = make_cell(Path("a.mp4"))
    row, put_off = (
        Row("c.csv:2", ClipError(""), "a.mp4"),
        Row("c.csv:3", ClipError(""), "b\x1b.mp4"),
    )
    failures = [failed(number) for number in range(10, 33)]
    show.event(BatchBegan(26, OUT))
    for event in (RowBegan(row, False), RowStep(row, Planned(make_plan(cell), None))):
        show.event(event)
    for _ in range(2):
        show.event(RowStep(row, WorkersAwaited(1, 2)))
        show.event(RowStep(row, CellStarted(cell)))
    show.event(RowStep(row, CellDone(cell, make_preview(cell))))
    paths = (OUT / "a" / "a.mp4",)
    show.event(RowThrough(row, RowState.DONE, OUT / "a", paths, ("70 of 75 frames",), (), 1.0))
    taken = OutputError("x.mp4: exists already", hint=Hint.OVERWRITE)
    show.event(RowPutOff(put_off, taken))
    show.event(RowThrough(put_off, RowState.KEPT, OUT / "b", (OUT / "b" / "b.mp4",)))
    for failure in failures:
        show.event(failure)
    show.event(done(*failures, kept=1))
    assert show.finish() == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["out/a/a.mp4", "out/b/b.mp4"]
    said = [line for line in captured.err.splitlines() if not line.startswith("c.csv:  ")]
    assert said.count("torch on cpu: the only one there") == 1
    assert sum(line.startswith("note: waiting for workers") for line in said) == 1
    assert (
        "note: c.csv:3: x.mp4: exists already; --force overwrites it; tried once more after the "
        "others" in said
    )
    assert "error: c.csv:10: 10.mp4: is no video" in said
    assert said.count("failed: c.csv:29: 29.mp4: is no video") == 1
    assert "failed: c.csv:30: 30.mp4: is no video" not in said and "… and 3 more" in said
    counts, warned = said[-2:]
    assert counts.startswith("1 done, 1 kept, 23 failed, in ")
    assert counts.endswith("(out/rows.jsonl lists them)")
    assert warned == "1 row has warnings, which that file has too"
    assert "frames" not in warned and "\x1b" not in captured.err


def test_a_run_that_is_stopped_says_how_far_it_came(capsys: Captured) -> None:
    show = ShowBatch("c.csv", json=False, debug=False)
    show.event(BatchBegan(26, OUT))
    show.stopped()
    assert "stopped" not in capsys.readouterr().err
    show.event(failed(2))
    show.stopped()
    said = "stopped: 1 of 26 rows are through (1 failed); the same command goes on"
    assert said in capsys.readouterr().err


def test_lines_for_programs_name_their_row(capsys: Captured) -> None:
    show = ShowBatch("c.csv", json=True, debug=False)
    cell, row = make_cell(Path("a.mp4")), Row("c.csv:2", ClipError(""), "a.mp4")
    show.event(BatchBegan(1, OUT))
    for event in (
        RowBegan(row, True),
        RowStep(row, Planned(make_plan(cell), None)),
        RowStep(row, CellStarted(cell)),
        RowStep(row, CellDone(cell, make_preview(cell))),
        RowThrough(row, RowState.DONE, OUT / "a", (cell.output,), (), (), 1.0),
        done(),
    ):
        show.event(event)
    assert show.finish() == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(event["event"], event.get("row")) for event in events] == [
        ("batch", None), ("row-began", "c.csv:2"), ("started", "c.csv:2"),
        ("preview", "c.csv:2"), ("row", "c.csv:2"), ("done", None),
    ]  # fmt: skip

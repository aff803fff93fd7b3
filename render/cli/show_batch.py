"""A batch's events → a line a failure, one bar over all rows, and the exit status."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from render.batching.batch_events import (
    BatchBegan,
    BatchDone,
    BatchEvent,
    RowBegan,
    RowPutOff,
    RowStep,
    RowThrough,
)
from render.batching.row import Row, RowState
from render.cli.count import Count
from render.cli.debug import explain
from render.cli.events_json import EventLines, line, step_line
from render.cli.hints import explained
from render.cli.output import detail, labelled, put, safe, say
from render.cli.show import aside
from render.cli.words import took
from render.errors import RenderError
from render.events import CacheTrouble, Event, WorkerLost, WorkersAwaited, WorkersBlind
from render.sweeping.sweep_events import Planned, SweepEvent

_LISTED = 20
"""Rows that failed, told once more at the end; a file lists them all."""


class ShowBatch:
    """Shows what happens while a batch runs; ``title`` is what people call it."""

    def __init__(self, title: str, *, json: bool, debug: bool) -> None:
        self._title, self._json, self._debug = title, json, debug
        self._began = time.monotonic()
        self._count = Count("row", sys.stderr)
        self._rows = 0
        self._states = dict.fromkeys(RowState, 0)
        self._warned = 0
        self._lines: dict[str, EventLines] = {}
        self._in_work: list[Row] = []
        self._told: set[str] = set()
        self._begun = False
        self._done: BatchDone | None = None
        # A terminal has the bar; whoever reads stdout wants every path.
        self._names = not json and not sys.stdout.isatty()

    def event(self, event: BatchEvent) -> None:
        """Show one event."""
        match event:
            case BatchBegan(rows, output):
                self._rows = rows
                self._put("batch", rows=rows, output=str(output))
            case RowBegan(row, changed):
                self._begun = True
                self._in_work.append(row)
                if changed:
                    detail(f"{row.where}: has changed since; its previews are made anew")
                self._put("row-began", **_which(row), changed=changed)
            case RowStep(row, step):
                self._step(row, step)
                return
            case RowPutOff(row, error):
                self._ended(row)
                note = f"{row.where}: {explained(error)}; tried once more after the others"
                say(labelled("note", note, sys.stderr))
                said = {"kind": error.kind, "message": explained(error)}
                self._put("row-put-off", **_which(row), **said)
            case RowThrough():
                self._through(event)
            case BatchDone():
                self._done = event
        self._show()

    def finish(self) -> int:
        """The last words, and the exit status."""
        done = self._done
        assert done is not None, "a batch ends with that"
        self._count.close()
        summary, status = done.summary, 1 if done.summary.failed else 0
        for through in done.failures[:_LISTED]:
            said = f"{through.row.where}: {_said(through.row, through.errors[0])}"
            say(labelled("failed", said, sys.stderr))
        if (more := len(done.failures) - _LISTED) > 0:
            say(f"… and {more} more")
        wall = took(time.monotonic() - self._began)
        say(f"{self._counted()}, in {wall} ({safe(str(done.rows_file))} lists them)")
        if self._warned:
            rows = "1 row has" if self._warned == 1 else f"{self._warned} rows have"
            say(f"{rows} warnings, which that file has too")
        self._put(
            "done",
            rows=summary.rows,
            done=summary.done,
            previews=summary.previews,
            kept=summary.kept,
            failed=summary.failed,
            wall=summary.seconds,
            exit_status=status,
        )
        return status

    def stopped(self) -> None:
        """What is kept of a run that was interrupted, and how to go on."""
        self._count.close()
        through = sum(self._states.values())
        if through:
            rows = f"{through} of {self._rows} rows are through ({self._counted()})"
            say(f"stopped: {rows}; the same command goes on")

    def close(self) -> None:
        """Take the progress off the screen."""
        self._count.close()

    def _step(self, row: Row, step: SweepEvent) -> None:
        """Of all that goes on in a row only what is of the whole run is said, once."""
        match step:
            case Planned(plan):
                if plan.todo:
                    choice = plan.engine
                    self._once(f"{choice.engine.value} on {choice.device.value}: {choice.why}")
                self._lines[row.where] = EventLines(plan, row=row.where)
            case CacheTrouble() | WorkerLost() | WorkersAwaited():
                self._once(labelled("note", aside(step), sys.stderr))
            case WorkersBlind():  # so they are for every row's folder
                self._once(labelled("note", aside(step), sys.stderr), "blind")
        if self._json and not isinstance(step, Planned):
            if isinstance(step, Event):
                text = self._lines[row.where].event(step)
            else:
                text = step_line(step, row=row.where)
            if text is not None:
                put(text)

    def _once(self, text: str, what: str = "") -> None:
        """``what``: of all that is said of it, the first."""
        if (what or text) not in self._told:
            self._told.add(what or text)
            say(text)

    def _through(self, event: RowThrough) -> None:
        row = event.row
        self._ended(row)
        self._states[event.state] += 1
        self._warned += bool(event.warnings)
        for warning in event.warnings:
            detail(f"{row.where}: {safe(row.clip)}: warning: {warning}")
        for error in event.errors:
            if self._debug:
                explain(error)
            say(labelled("error", f"{row.where}: {_said(row, error)}", sys.stderr))
        if event.state is RowState.DONE:
            detail(f"{row.where}: {safe(row.clip)}: done in {took(event.seconds)}")
        if self._names:
            for path in event.previews:
                put(str(row.shown(path)))
        self._put(
            "row",
            **_which(row),
            state=event.state.value,
            folder=None if event.folder is None else str(event.folder),
            previews=[str(path) for path in event.previews],
            warnings=list(event.warnings),
            errors=[{"kind": one.kind, "message": explained(one)} for one in event.errors],
            seconds=round(event.seconds, 3),
        )

    def _ended(self, row: Row) -> None:
        self._lines.pop(row.where, None)
        self._in_work = [one for one in self._in_work if one is not row]

    def _show(self) -> None:
        through, failed = sum(self._states.values()), self._states[RowState.FAILED]
        if not self._begun:  # how fast kept rows go by says nothing of the others
            self._count.wait(self._title, f"{through} of {self._rows} rows looked at")
            return
        words = [f"{failed} failed"] if failed else []
        words += [Path(one.clip).name for one in self._in_work[:1]]
        self._count.show(self._title, through, self._rows, ", ".join(words))

    def _counted(self) -> str:
        """``490 done, 500 kept, 10 failed``."""
        found = [f"{count} {state.value}" for state, count in self._states.items() if count]
        return ", ".join(found)

    def _put(self, event: str, **facts: object) -> None:
        if self._json:
            put(line(event, **facts))


def _which(row: Row) -> dict[str, object]:
    return {"row": row.where, "clip": row.clip}


def _said(row: Row, error: RenderError) -> str:
    """With the clip, unless the error names it."""
    said = explained(error)
    return said if not row.clip or row.clip in said else f"{row.clip}: {said}"

"""Rows → previews, each row a sweep of its own, several at once, as one stream of events."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from render.batching.batch_events import (
    BatchBegan,
    BatchDone,
    BatchEvent,
    RowPutOff,
    RowThrough,
)
from render.batching.batch_record import ROWS, SUMMARY, BatchRecord
from render.batching.batch_there import RecordThere, url_of
from render.batching.row import Row, RowState
from render.batching.row_folders import PlacedRow, placed
from render.batching.row_threads import RowThreads
from render.batching.row_work import RowEvent, RowWork, Workplace
from render.errors import RenderError, UsageError
from render.files.names import is_file
from render.media.encoding import SUFFIXES
from render.planning.plan import Plan
from render.sweeping.outputs import Outputs, check_apart
from render.sweeping.sweep import ALONE

if TYPE_CHECKING:
    from render.execution.executor import Executor

AT_ONCE = 2
"""Rows in work at a time: while one is rendered the next one is probed."""
MOST_AT_ONCE = 64


def batch(
    rows: Iterable[Row],
    output: Path,
    outputs: Outputs = ALONE,
    *,
    at_once: int = AT_ONCE,
    executor: Executor | None = None,
    command: Sequence[str] = ("render.batch",),
) -> Generator[BatchEvent, None, None]:
    """Render each row's clip as its request says, into a folder of its own in ``output``, with
    ``outputs`` beside its previews.

    Rows that fail are events, and the others go on; one that failed by what may be over is tried
    once more after them. Rows that were done before, of the same clip and the same request, are
    kept without a look into the clip; where clip or request have changed, their previews are made
    anew. ``at_once`` rows are in work at a time, and take as much memory as so many runs. Whoever
    stops asking leaves everything recorded, and the same call goes on. ``executor`` is who works
    the segments off, for all rows; this machine without one.

    In ``output``, ``rows.jsonl`` has a line for each row that has ended, ``summary.json`` the
    counts. Where the rows' requests say ``publish``, a URL, each row's files go to a folder there,
    called as its own, and these two go along last. Raises UsageError for what cannot be done,
    OutputError for a folder that cannot be written, before anything is; and for these two where
    they cannot be sent.
    """
    rows = tuple(rows)
    _check(rows, output, outputs, at_once)
    began = time.monotonic()
    work = RowWork(outputs, command)
    url = url_of(rows)
    there = None if url is None else RecordThere(url, output)
    record = BatchRecord(output)
    with contextlib.closing(record):
        yield BatchBegan(len(rows), output)
        with contextlib.closing(_worked(_placed(rows, output), work, executor, at_once)) as events:
            for event in events:
                if isinstance(event, RowThrough):
                    record.row(event)
                yield event
        summary = record.finish(time.monotonic() - began)
    yield BatchDone(summary, tuple(record.failures), record.rows_file, record.summary_file)
    if there is not None:
        with contextlib.closing(there):
            there.send()


@dataclass(frozen=True, slots=True)
class RowPlanned:
    """What would become of a row: its ``plan``, or what is ``kept`` of it, or why nothing."""

    row: Row
    plan: Plan | None = None
    kept: RowThrough | None = None
    error: RenderError | None = None


def plan_rows(
    rows: Iterable[Row], output: Path, outputs: Outputs = ALONE, *, at_once: int = AT_ONCE
) -> Iterator[RowPlanned]:
    """What `batch` would do, in the order of the rows; writes nothing. Raises as that."""
    rows = tuple(rows)
    _check(rows, output, outputs, at_once)
    work = RowWork(outputs, ("render.plan_rows",))

    def planned(one: PlacedRow) -> RowPlanned:
        if one.error is not None:
            return RowPlanned(one.row, error=one.error)
        try:
            found = work.look(one)
            if isinstance(found, RowThrough):
                return RowPlanned(one.row, kept=found)
            return RowPlanned(one.row, plan=work.plan(one, found[0]))
        except RenderError as error:
            return RowPlanned(one.row, error=error)

    pool = ThreadPoolExecutor(at_once, thread_name_prefix="row")
    try:
        yield from pool.map(planned, _placed(rows, output))
    finally:
        pool.shutdown(cancel_futures=True)


def _check(rows: Sequence[Row], output: Path, outputs: Outputs, at_once: int) -> None:
    if not rows:
        raise UsageError("no rows: name at least one clip")
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise UsageError(f"must be 1 to {MOST_AT_ONCE}", option="at_once")
    if is_file(output, SUFFIXES, "previews of many clips need a folder, not one file"):
        raise UsageError(f"-o {output}: previews of many clips need a folder, not one file")
    check_apart(outputs)


def _placed(rows: Sequence[Row], output: Path) -> list[PlacedRow]:
    return placed(rows, output, (ROWS, SUMMARY))


def _worked(
    rows: Iterable[PlacedRow], work: RowWork, executor: Executor | None, at_once: int
) -> Generator[RowEvent, None, None]:
    """What is wrong from the start comes first: whoever waits for hours hears of it now."""
    rows = list(rows)
    sound = [(each, True) for each in rows if each.error is None]
    for each in rows:
        if each.error is not None:
            yield RowThrough(each.row, RowState.FAILED, None, errors=(each.error,))

    def worker() -> Callable[[tuple[PlacedRow, bool]], Generator[RowEvent, None, None]]:
        workplace = Workplace(executor)

        def work_off(one: tuple[PlacedRow, bool]) -> Generator[RowEvent, None, None]:
            row, again = one
            with contextlib.closing(work.events(row, workplace, again=again)) as events:
                for event in events:
                    if isinstance(event, RowPutOff):
                        threads.again((row, False))
                    yield event

        return work_off

    threads: RowThreads[tuple[PlacedRow, bool], RowEvent] = RowThreads(sound, worker, at_once)
    with contextlib.closing(threads):
        yield from threads.events()

"""What happens during a batch, beside what happens in each row's sweep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from render.batching.row import Row, RowState
from render.errors import RenderError
from render.sweeping.sweep_events import SweepEvent


@dataclass(frozen=True, slots=True)
class BatchBegan:
    """The first event: so many rows, whose folders are in ``output``."""

    rows: int
    output: Path


@dataclass(frozen=True, slots=True)
class RowBegan:
    """A row is planned; the events of its sweep follow, among those of others. ``changed``: it was
    done before, and its clip or its options are others now."""

    row: Row
    changed: bool


@dataclass(frozen=True, slots=True)
class RowStep:
    """An event of a row's sweep."""

    row: Row
    event: SweepEvent


@dataclass(frozen=True, slots=True)
class RowPutOff:
    """A row failed by what may be over (a full disk, a child that was killed): it is tried once
    more, after the others."""

    row: Row
    error: RenderError


@dataclass(frozen=True, slots=True)
class RowThrough:
    """What a row came to. ``folder`` holds its previews, None where it got none; ``errors`` are all
    that failed of it, ``warnings`` what is to be known of its previews."""

    row: Row
    state: RowState
    folder: Path | None
    previews: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[RenderError, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch came to: rows by their state, previews that are there, seconds of it all."""

    rows: int
    done: int
    kept: int
    failed: int
    previews: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BatchDone:
    """The last event. ``failures`` are the rows that failed, ``rows_file`` lists every row, and
    ``summary_file`` has the counts."""

    summary: BatchSummary
    failures: tuple[RowThrough, ...]
    rows_file: Path
    summary_file: Path


BatchEvent: TypeAlias = BatchBegan | RowBegan | RowStep | RowPutOff | RowThrough | BatchDone

"""The seam where segments are worked off: this machine, or many.

Work goes in as `Job`s. What comes of it goes to two places: finished segments into the store, which
alone is believed, and word of it into the stream of events. So an executor may lose a segment, or
finish one twice: what is missing in the store at its end is asked for again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from render.events import (
    CacheTrouble,
    CellFailed,
    CellProgress,
    CellStarted,
    DraftMeasured,
    WorkerLost,
    WorkersAwaited,
)
from render.execution.segment_store import SegmentStore
from render.execution.tasks import Tasks
from render.planning.plan import Cell, Plan
from render.planning.schedule import Pass


@dataclass(frozen=True, slots=True)
class Job:
    """Work that can be done by itself: segments ``first`` up to, without, ``stop`` (None: up to the
    end) of all cells of a pass, as far as they are not there yet; ``there`` says which are known to
    be, beside those in the store of whoever does it."""

    one: Pass
    first: int = 0
    stop: int | None = None
    there: Mapping[Cell, frozenset[int]] = field(default_factory=dict, hash=False)

    def holds(self, index: int) -> bool:
        return self.first <= index and (self.stop is None or index < self.stop)


@dataclass(frozen=True, slots=True)
class SegmentDone:
    """A segment of a cell is in the store; ``index`` is None where its clip was seen to the end."""

    cell: Cell
    index: int | None


WorkEvent: TypeAlias = (
    CellStarted
    | CellProgress
    | CellFailed
    | SegmentDone
    | DraftMeasured
    | CacheTrouble
    | WorkerLost
    | WorkersAwaited
)


class Executor(Protocol):
    """Works jobs off, one after another or at once, in any order."""

    def work(
        self, jobs: Iterable[Job], plan: Plan, store: SegmentStore
    ) -> Generator[WorkEvent, None, None]:
        """Put every segment of ``jobs`` that ``store`` wants there, and every cell's count where
        the job goes to the clip's end.

        A cell that fails yields ``CellFailed``, and the others go on. Closing the iterator, or an
        exception thrown into it, ends all work and leaves nothing half-written.
        """
        ...

    @property
    def tasks(self) -> Tasks:
        """Who does the tasks after the previews."""
        ...

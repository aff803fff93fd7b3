"""Complete cells → their previews, some at once, while others are still rendered."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from render.errors import OutputError, RenderError
from render.events import Preview
from render.execution.preview import finish
from render.execution.segment_store import CellSegments
from render.media.process import kill_of
from render.media.watch import PATIENCE, Patience
from render.planning.plan import Cell, Plan

# Joining copies, and codes sound: one core each, and the disk.
_AT_ONCE = 4
_LOOKING = 0.05  # seconds


class Joining:
    """Joins cells in threads of its own; they are done in the order in which they began."""

    def __init__(self, plan: Plan, patience: Patience = PATIENCE) -> None:
        self._plan, self._patience = plan, patience
        self._threads: set[int] = set()
        self._pool = ThreadPoolExecutor(
            _AT_ONCE, "join", initializer=lambda: self._threads.add(threading.get_ident())
        )
        self._going: deque[tuple[Cell, Future[Preview]]] = deque()

    def __contains__(self, cell: Cell) -> bool:
        return any(one is cell or one == cell for one, _ in self._going)

    def begin(self, segments: CellSegments) -> None:
        """Join a cell whose segments are all there, unless that is going on."""
        if segments.cell not in self:
            future = self._pool.submit(finish, segments, self._plan, self._patience)
            self._going.append((segments.cell, future))

    def done(self, *, wait: bool = False) -> Iterator[tuple[Cell, Preview | RenderError]]:
        """Those that are done, or why they are not; to ``wait`` is for all."""
        while self._going and (wait or self._going[0][1].done()):
            cell, future = self._going[0]
            try:
                result: Preview | RenderError = future.result()
            except RenderError as error:
                result = error
            except OSError as error:
                result = _unwritable(cell, error)
            self._going.popleft()
            yield cell, result

    def close(self) -> None:
        """End what is going on; nothing half-written stays."""
        futures = [future for _, future in self._going if not future.cancel()]
        while wait(futures, timeout=_LOOKING).not_done:
            kill_of(self._threads)
        self._pool.shutdown()


def _unwritable(cell: Cell, error: OSError) -> OutputError:
    failure = OutputError(f"{cell.output}: cannot be written: {error.strerror or error}")
    failure.__cause__ = error
    return failure

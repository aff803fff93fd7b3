"""A cell's line in a thread of its own: an encoder that is slow holds up nobody else."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeAlias

from render.errors import RenderError
from render.execution.cell_line import FLUSH, CellLine
from render.execution.segment_store import Segment
from render.media.colour import Planes
from render.planning.plan import Cell

_LOOKING = 0.1  # seconds from one look to the next whether the thread lives


@dataclass(frozen=True, slots=True)
class Told:
    """What a line has come to.

    Attributes:
        frames: of the clip so far. segment: finished now. error: why there will be no more.
        ended: that all is coded that was to be.
    """

    cell: Cell
    frames: int
    segment: Segment | None = None
    error: BaseException | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _End:
    """No more is to come; ``whole``: the clip is over, not only this job."""

    whole: bool


_Item: TypeAlias = tuple[Planes | None, range] | _End


class LineThread:
    """Takes what a cell shows, at most ``depth`` pictures ahead of its encoder, and tells of it in
    ``told``. The last thing that it tells is an error or the end."""

    def __init__(self, line: CellLine, told: SimpleQueue[Told], depth: int) -> None:
        self.line = line
        self._told = told
        self._items: queue.Queue[_Item] = queue.Queue(depth)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)
        self._thread.start()

    def show(self, picture: Planes | None, ticks: range) -> None:
        """The next ``ticks`` show ``picture``; waits while the line is full."""
        self._put((picture, ticks))

    def end(self, *, whole: bool) -> None:
        """Finish what is in work; ``whole``: the clip is over."""
        self._put(_End(whole))

    def _put(self, item: _Item) -> None:
        while self._thread.is_alive():
            try:
                self._items.put(item, timeout=_LOOKING)
            except queue.Full:
                continue
            return

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                item = self._items.get()
                if isinstance(item, _End):
                    if not self._stopped.is_set():
                        self._finish(whole=item.whole)
                    return
                picture, ticks = item
                done = self.line.show(picture, ticks) or self.line.finished()
                self._tell(done)
        except BaseException as error:  # told, and raised where the line is led
            self._tell(error=error)

    def _finish(self, *, whole: bool) -> None:
        self._tell(self.line.end() if whole else self.line.stop())
        self._tell(self.line.wait(), ended=True)

    def _tell(
        self,
        segment: Segment | None = None,
        error: BaseException | None = None,
        *,
        ended: bool = False,
    ) -> None:
        if not self._stopped.is_set():
            self._told.put(Told(self.line.cell, self.line.frames, segment, error, ended))

    def close(self) -> None:
        """End it, and the encoder of what is not finished."""
        self._stopped.set()
        until = time.monotonic() + FLUSH
        while self._thread.is_alive():
            self.line.kill(flushing=time.monotonic() > until)
            with contextlib.suppress(queue.Full):
                self._items.put_nowait(_End(whole=False))
            self._thread.join(_LOOKING / 10)
        self.line.close()


def failure(error: BaseException) -> RenderError | MemoryError | OSError:
    """What a line told, as what a cell fails of; what is our own fault is raised."""
    if isinstance(error, RenderError | MemoryError | OSError):
        return error
    raise error

"""How far the cells of a run are, which a sweep renders side by side."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

from render.cli.live import Live
from render.cli.status import Status
from render.planning.plan import Cell, Plan

_LOADING = "loading the network"


class Progress:
    """``2/3 butterfly.mp4: 45 of about 339 frames, 1.8 fps``: the cells in hand by name, the frames
    of all that is to be rendered."""

    def __init__(
        self,
        plan: Plan,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        *,
        ticks: bool = True,
    ) -> None:
        self._live = Live(stream, clock, ticks=ticks)
        self._cells = len(plan.todo)
        # Estimates give way to what was.
        self._expected = {cell: cell.about_frames for cell in plan.todo}
        self._frames: dict[Cell, int] = {}
        self._open: list[Cell] = []
        self._shown: tuple[Cell, ...] = ()
        self._status: Status | None = None

    def wait(self, words: str) -> None:
        """Say what goes on before there is anything to count."""
        now = self._live.clock()
        self._live.show(Status(words, now, now), anew=True)

    def start(self, cell: Cell, there: int) -> None:
        """``there`` of its frames are done already."""
        self._frames[cell] = there
        self._open.append(cell)
        self._shown = tuple(self._open)
        now, done = self._live.clock(), self._done
        if self._status is None or self._status.before:
            self._status = Status(
                self._title, now, now, unit="frame", done=done, first=done, about=True,
                before=_LOADING,
            )  # fmt: skip
        else:  # not counted to the speed
            self._status = replace(self._status, done=done, first=self._status.first + there)
        self._show()

    def advance(self, cell: Cell, frames: int) -> None:
        self._frames[cell] = frames
        self._show()

    def end(self, cell: Cell, frames: int) -> None:
        """``frames`` is what the cell came to, 0 where it failed."""
        if cell in self._open:
            self._open.remove(cell)
        self._frames[cell] = self._expected[cell] = frames
        self._show()

    def close(self) -> None:
        """Take it off the screen."""
        self._live.close()

    def _show(self) -> None:
        now, done, status = self._live.clock(), self._done, self._status
        if status is None:  # a cell that failed before anything began
            return
        if status.before and done != status.done:
            # Counted from the first frame on: what loading took says nothing of what is left.
            status = replace(status, began=now, changed=now, done=done, first=done, before="")
        self._status = status.at(done, now, title=self._title, total=self._total)
        self._live.show(self._status)

    @property
    def _done(self) -> int:
        return sum(self._frames.values())

    @property
    def _total(self) -> int | None:
        """None where nobody knows of one cell."""
        counts = [count for count in self._expected.values() if count is not None]
        return sum(counts) if len(counts) == len(self._expected) else None

    @property
    def _title(self) -> str:
        """``1-9/27 clip.mp4``."""
        name = self._shown[0].clip.place.name if self._shown else ""
        if self._cells == 1:
            return name
        last = len(self._frames)
        first = last - len(self._shown) + 1
        numbers = f"{first}" if first == last else f"{first}-{last}"
        return f"{numbers}/{self._cells} {name}"

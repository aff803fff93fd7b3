"""Progress on stderr: a bar on a terminal, plain lines now and then elsewhere."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TextIO

from render.cli.output import safe
from render.cli.words import took
from render.plan import Cell, Plan

_FIRST = 5.0
_EVERY = 10.0


class Progress(Protocol):
    """What a front end needs of either form."""

    def start(self, cell: Cell) -> None: ...

    def advance(self, cell: Cell, frames: int) -> None: ...

    def end(self, cell: Cell, frames: int) -> None:
        """``frames`` is what the cell came to, 0 where it failed."""
        ...

    def say(self, line: str) -> None:
        """A line beside the progress."""
        ...

    def aside(self) -> AbstractContextManager[None]:
        """While something else is written to what may be the same terminal."""
        ...

    def close(self) -> None: ...


def make_progress(plan: Plan, stream: TextIO) -> Progress:
    """The form that suits ``stream``."""
    return Bar(plan, stream) if can_draw(stream) else Lines(plan, stream)


def can_draw(stream: TextIO) -> bool:
    """Whether it is a terminal that knows its size: in one without (containers, some CI) tqdm stays
    silent."""
    if not stream.isatty():
        return False
    try:
        size = os.get_terminal_size(stream.fileno())
    except OSError:
        return True
    return size.columns > 1 and size.lines > 1


class Lines:
    """``2/3 butterfly.mp4: 45 of about 113 frames, 1.8 fps, about 38 s left``."""

    def __init__(
        self, plan: Plan, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cells = len(plan.cells)
        self._stream = stream
        self._clock = clock
        self._number = 0
        self._next = 0.0
        self._first: tuple[float, int] | None = None

    def start(self, cell: Cell) -> None:
        self._number += 1
        self._next = self._clock() + _FIRST
        self._first = None

    def advance(self, cell: Cell, frames: int) -> None:
        now = self._clock()
        # Counted from the first frame on: what loading took says nothing of what is left.
        if self._first is None:
            self._first = now, frames
        if now >= self._next:
            self._next = now + _EVERY
            self.say(self._line(cell, frames, now))

    def _line(self, cell: Cell, frames: int, now: float) -> str:
        batch = f"{self._number}/{self._cells} " if self._cells > 1 else ""
        about = cell.about_frames
        line = f"{batch}{safe(cell.clip.path.name)}: {frames}"
        line += f" of about {about} frames" if about else " frames"
        began, before = self._first or (now, frames)
        if now > began and frames > before:
            speed = (frames - before) / (now - began)
            line += f", {speed:.1f} fps"
            if about and about > frames:
                line += f", about {took((about - frames) / speed)} left"
        return line

    def end(self, cell: Cell, frames: int) -> None:
        pass

    def say(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            print(line, file=self._stream, flush=True)

    def aside(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()

    def close(self) -> None:
        pass


class Bar:
    """tqdm over all frames of the batch."""

    def __init__(self, plan: Plan, stream: TextIO) -> None:
        from tqdm import tqdm

        # tqdm would start a thread that only wakes bars which have not moved for ten seconds.
        tqdm.monitor_interval = 0
        counts = [cell.about_frames for cell in plan.cells]
        known = [count for count in counts if count is not None]
        self._tqdm = tqdm
        self._stream = stream
        self._cells = len(counts)
        self._number = 0
        self._before = 0.0
        self._bar = tqdm(
            total=sum(known) if len(known) == len(counts) and counts else None,
            file=stream,
            unit=" frames",
            dynamic_ncols=True,
            smoothing=0.1,
            leave=False,
            disable=not counts,
            bar_format=(
                "{desc}: {percentage:3.0f}%|{bar}| {n_fmt} of about {total_fmt} frames, "
                "{rate_noinv_fmt}, {remaining} left"
            ),
        )
        if self._bar.total is None:
            self._bar.bar_format = "{desc}: {n_fmt} frames, {rate_noinv_fmt}, {elapsed}"

    def start(self, cell: Cell) -> None:
        self._number += 1
        self._before = self._bar.n
        batch = f"{self._number}/{self._cells} " if self._cells > 1 else ""
        self._bar.set_description_str(f"{batch}{safe(cell.clip.path.name)}")

    def advance(self, cell: Cell, frames: int) -> None:
        self._bar.update(self._before + frames - self._bar.n)

    def end(self, cell: Cell, frames: int) -> None:
        # Estimates give way to what was.
        if self._bar.total is not None and cell.about_frames is not None:
            self._bar.total += frames - cell.about_frames
        self._bar.update(self._before + frames - self._bar.n)
        self._bar.refresh()

    def say(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._tqdm.write(line, file=self._stream)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        with self._tqdm.external_write_mode(file=self._stream):
            yield

    def close(self) -> None:
        self._bar.close()

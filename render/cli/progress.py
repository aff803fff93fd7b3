"""Progress on stderr: a bar on a terminal, plain lines now and then elsewhere."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TextIO

from render.cli.bar import columns, cut, shaped
from render.cli.output import safe, shown, tell
from render.cli.streams import surviving
from render.cli.verbosity import Verbosity, says
from render.cli.words import took
from render.planning.plan import Cell, Plan

_FIRST = 5.0
_EVERY = 10.0
_TAILS = (
    "{n_fmt} of about {total_fmt} frames, {rate_noinv_fmt}, {remaining} left",
    "{n_fmt} of about {total_fmt} frames, {remaining} left",
    "{remaining} left",
)


class ProgressDisplay(Protocol):
    """What a front end needs of either form."""

    def start(self, cell: Cell, there: int) -> None:
        """``there`` of its frames are done already."""
        ...

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


def make_progress(plan: Plan, stream: TextIO) -> ProgressDisplay:
    """The form that suits ``stream``."""
    return Bar(plan, stream) if can_draw(stream) else Lines(plan, stream)


def can_draw(stream: TextIO) -> bool:
    """Whether a bar is wanted, on a terminal that knows its size: in one without (containers, some
    CI) tqdm stays silent."""
    if not stream.isatty() or not says(Verbosity.USUAL):
        return False
    try:
        size = os.get_terminal_size(stream.fileno())
    except OSError:
        return True
    return size.columns > 1 and size.lines > 1


class _InHand:
    """The cells that are being rendered, which a sweep does side by side, and how far each is."""

    def __init__(self, plan: Plan) -> None:
        self._cells = len(plan.todo)
        self._frames: dict[Cell, int] = {}
        self._open: set[Cell] = set()
        self._last = 0

    def start(self, cell: Cell, there: int) -> None:
        if not self._open:
            self._frames.clear()
        self._last += 1
        self._frames[cell] = there
        self._open.add(cell)

    def advance(self, cell: Cell, frames: int) -> int:
        """How many frames more than before."""
        more = frames - self._frames[cell]
        self._frames[cell] = frames
        return more

    def end(self, cell: Cell, frames: int) -> int:
        self._open.discard(cell)
        return self.advance(cell, frames)

    @property
    def frames(self) -> int:
        return sum(self._frames.values())

    @property
    def about(self) -> int | None:
        counts = [cell.about_frames for cell in self._frames]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    @property
    def title(self) -> str:
        """``1-9/27 clip.mp4``."""
        name = safe(next(iter(self._frames)).clip.path.name) if self._frames else ""
        if self._cells == 1:
            return name
        first = self._last - len(self._frames) + 1
        numbers = f"{first}" if first == self._last else f"{first}-{self._last}"
        return f"{numbers}/{self._cells} {name}"


class Lines:
    """``2/3 butterfly.mp4: 45 of about 113 frames, 1.8 fps, about 38 s left``."""

    def __init__(
        self, plan: Plan, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._hand = _InHand(plan)
        self._stream = stream
        self._clock = clock
        self._next = 0.0
        self._first: tuple[float, int] | None = None

    def start(self, cell: Cell, there: int) -> None:
        self._hand.start(cell, there)
        self._next = self._clock() + _FIRST
        self._first = None

    def advance(self, cell: Cell, frames: int) -> None:
        self._hand.advance(cell, frames)
        now = self._clock()
        # Counted from the first frame on: what loading took says nothing of what is left.
        if self._first is None:
            self._first = now, self._hand.frames
        if now >= self._next:
            self._next = now + _EVERY
            self.say(self._line(now))

    def _line(self, now: float) -> str:
        frames, about = self._hand.frames, self._hand.about
        line = f"{self._hand.title}: {frames}"
        line += f" of about {about} frames" if about else " frames"
        began, before = self._first or (now, frames)
        if now > began and frames > before:
            speed = (frames - before) / (now - began)
            line += f", {speed:.1f} fps"
            if about and about > frames:
                line += f", about {took((about - frames) / speed)} left"
        return line

    def end(self, cell: Cell, frames: int) -> None:
        self._hand.end(cell, frames)

    def say(self, line: str) -> None:
        tell(line, self._stream)

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
        counts = [cell.about_frames for cell in plan.todo]
        known = [count for count in counts if count is not None]
        self._tqdm = tqdm
        self._stream = stream
        self._hand = _InHand(plan)
        self._bar = tqdm(
            total=sum(known) if len(known) == len(counts) and counts else None,
            file=stream,
            unit=" frames",
            dynamic_ncols=True,
            smoothing=0.1,
            leave=False,
            disable=not counts,
            bar_format="{desc}",
        )

    def start(self, cell: Cell, there: int) -> None:
        self._hand.start(cell, there)
        # Not counted to the speed.
        self._bar.initial += there
        self._bar.n += there
        self._shape()
        self._bar.refresh()

    def _shape(self) -> None:
        wide, title, total = columns(self._stream), self._hand.title, self._bar.total
        if total is None:
            self._bar.bar_format = "{desc}: {n_fmt} frames, {rate_noinv_fmt}, {elapsed}"
            self._bar.desc = cut(title, max(8, wide - 40))
        else:
            self._bar.bar_format = shaped(wide, title, _TAILS, int(total))

    def advance(self, cell: Cell, frames: int) -> None:
        self._shape()
        self._bar.update(self._hand.advance(cell, frames))

    def end(self, cell: Cell, frames: int) -> None:
        # Estimates give way to what was.
        if self._bar.total is not None and cell.about_frames is not None:
            self._bar.total += frames - cell.about_frames
        self._bar.update(self._hand.end(cell, frames))
        self._bar.refresh()

    def say(self, line: str) -> None:
        with surviving(self._stream):
            self._tqdm.write(shown(line), file=self._stream)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        with self._tqdm.external_write_mode(file=self._stream):
            yield

    def close(self) -> None:
        self._bar.close()

"""Progress of work that counts up to a known number: steps, cells. Frames of previews have
``progress.py``."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Generator, Iterator
from typing import TextIO, TypeVar

from render.cli.live import Live
from render.cli.output import tell
from render.cli.signals import heed
from render.cli.status import Status

_Step = TypeVar("_Step")
_Result = TypeVar("_Result")


def followed(steps: Generator[_Step, None, _Result], show: Callable[[_Step], None]) -> _Result:
    """Go through the steps, each shown; what comes of them. Whatever ends us, also a signal, closes
    them: what is half-written goes then."""
    with contextlib.closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                result: _Result = end.value
                return result
            show(step)


class Count:
    """A bar on a terminal, a line now and then elsewhere; begins anew with each title."""

    def __init__(
        self,
        unit: str,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        *,
        ticks: bool = True,
    ) -> None:
        self._unit, self._stream = unit, stream
        self._live = Live(stream, clock, ticks=ticks)
        self._title: str | None = None
        self._status: Status | None = None

    def wait(self, title: str, words: str = "") -> None:
        """Say what is going on while there is nothing to count; what is shown next takes its
        place."""
        heed()
        now = self._live.clock()
        self._title = None
        self._live.show(Status(title, now, now, words), anew=True)

    def show(
        self, title: str, done: int, total: int | None, words: str = "", now_at: str = ""
    ) -> None:
        """``done`` of ``total``; ``words`` stand behind it, ``now_at`` says what is in hand."""
        heed()
        now, named = self._live.clock(), f"{title} {now_at}".strip()
        if anew := title != self._title or self._status is None:
            self._title = title
            self._status = Status(named, now, now, unit=self._unit, done=done, first=done)
        assert self._status is not None
        self._status = self._status.at(done, now, title=named, total=total, words=words)
        self._live.show(self._status, anew=anew)

    def say(self, line: str) -> None:
        """A line beside the progress."""
        tell(line, self._stream)

    def close(self) -> None:
        """Take it off the screen."""
        self._live.close()
        self._title = self._status = None


@contextlib.contextmanager
def waiting(words: str, stream: TextIO | None = None) -> Iterator[None]:
    """Say what is going on inside, which tells nothing itself."""
    count = Count("", stream or sys.stderr)
    count.wait(words)
    try:
        yield
    finally:
        count.close()

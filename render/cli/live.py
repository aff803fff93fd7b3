"""What is going on, shown so that it never stands still: one line at the foot of a terminal, or
plain lines now and then elsewhere.

A thread draws it, since much that takes long (loading a library, compiling a network, a child
process) tells nothing on its way. All other words go through `render.cli.output`, which asks this
line to step aside.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Never, TextIO

from tqdm import tqdm

from render.cli import output
from render.cli.bar import columns, drawn, plain
from render.cli.status import Status
from render.cli.streams import surviving
from render.cli.verbosity import Verbosity, says

_TICK = 0.2
_FIRST = 5.0
_EVERY = 10.0
_SELDOM = 60.0
# For the ^C that a terminal echoes behind it.
_ROOM = 3
# tqdm's own thread only wakes bars that have not moved for ten seconds.
tqdm.monitor_interval = 0


def can_draw(stream: TextIO) -> bool:
    """Whether it is a terminal that knows its size: some (containers, some CI) do not."""
    if not stream.isatty():
        return False
    try:
        size = os.get_terminal_size(stream.fileno())
    except OSError:
        return True
    return size.columns > 1 and size.lines > 1


class Live:
    """Shows a status until the next one, or until it is closed. One at a time: the last that was
    shown. ``ticks``: whether a thread draws it anew."""

    def __init__(
        self, stream: TextIO, clock: Callable[[], float] = time.monotonic, *, ticks: bool = True
    ) -> None:
        self._stream, self.clock, self._ticks = stream, clock, ticks
        self._draws, self._wanted = can_draw(stream), says(Verbosity.USUAL)
        self._fine = "utf" in (getattr(stream, "encoding", None) or "").lower()
        # Whoever is interrupted inside leaves it; the same thread may come again.
        self._lock = threading.RLock()
        self._status: Status | None = None
        self._over: threading.Event | None = None
        self._line: tqdm[Never] | None = None  # on the screen
        self._at = 0.0  # when it was drawn last, or a line is due
        self._pause, self._told = _FIRST, -1

    def show(self, status: Status, *, anew: bool = False) -> None:
        """This is what is going on now; ``anew``: and not what was shown before, further on."""
        if not self._wanted:
            return
        with self._lock:
            before, self._status = self._status, status
            if before is None:
                output.begin_live(self)
                self._start()
            if before is None or anew:
                self._begin(status)
            elif self._draws and self.clock() - self._at < _TICK and not status.ends:
                return  # the next tick draws it
            self._tick(at_once=True)

    def close(self) -> None:
        """Nothing goes on any more."""
        with self._lock:
            if self._over is not None:
                self._over.set()
                self._over = None
            if self._status is not None:
                self._status = None
                self._erase()
                output.end_live(self)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """While something else is written to what may be the same terminal."""
        with self._lock:
            self._erase()
            yield
            if self._draws and self._status is not None:
                self._tick(at_once=True)

    def _begin(self, status: Status) -> None:
        self._pause, self._told = _FIRST, status.done
        self._at = self.clock() + _FIRST

    def _start(self) -> None:
        if self._ticks:
            self._over = threading.Event()
            threading.Thread(
                target=self._run, args=(self._over,), name="progress", daemon=True
            ).start()

    def _run(self, over: threading.Event) -> None:
        while not over.wait(_TICK):
            with self._lock:
                if self._status is not None and not over.is_set():
                    self._tick()

    def _tick(self, *, at_once: bool = False) -> None:
        status, now = self._status, self.clock()
        assert status is not None
        if self._draws:
            self._draw(drawn(status, columns(self._stream) - _ROOM, now, fine=self._fine))
            self._at = now
        elif now >= self._at and (at_once or self._is_late(now)):
            moved, self._told = status.done != self._told, status.done
            # Where nothing moves, nobody wants to read so every ten seconds.
            self._pause = _EVERY if moved else min(_SELDOM, 2 * max(self._pause, _EVERY / 2))
            self._at = now + self._pause
            with surviving(self._stream):
                print(output.shown(plain(status, now)), file=self._stream, flush=True)

    def _is_late(self, now: float) -> bool:
        """Whether a line is due that nobody's report has brought."""
        return now >= self._at + _TICK

    def _draw(self, text: str) -> None:
        with surviving(self._stream):
            if self._line is None:
                self._line = tqdm(file=self._stream, bar_format="{desc}", leave=False)
            # Blanks that take the terminal's ^C along when it goes.
            self._line.display(text + " " * (_ROOM - 1))

    def _erase(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with surviving(self._stream):
                line.close()

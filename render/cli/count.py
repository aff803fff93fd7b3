"""Progress of work that counts up to a known number: steps, cells. Frames have ``progress.py``."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Never, TextIO

from render.cli.output import safe
from render.cli.progress import can_draw
from render.cli.words import took

if TYPE_CHECKING:
    from tqdm import tqdm

_FIRST = 5.0
_EVERY = 10.0


class Count:
    """A tqdm bar on a terminal, a line every ten seconds elsewhere; begins anew with each title."""

    def __init__(self, unit: str, stream: TextIO) -> None:
        self._unit = unit
        self._stream = stream
        self._draws = can_draw(stream)
        self._title: str | None = None
        self._bar: tqdm[Never] | None = None
        self._began = self._next = 0.0
        self._first = 0

    def show(self, title: str, done: int, total: int, words: str = "", now_at: str = "") -> None:
        """``done`` of ``total``; ``words`` stand behind it, ``now_at`` says what is in hand."""
        if title != self._title:
            self.close()
            self._title, self._first = title, done
            self._began = time.monotonic()
            self._next = self._began + _FIRST
            if self._draws:
                self._bar = self._new_bar(title, done, total)
        if self._bar is not None:
            self._bar.set_description_str(safe(f"{title} {now_at}".strip()), refresh=False)
            self._bar.set_postfix_str(words, refresh=False)
            self._bar.update(done - self._bar.n)
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _EVERY
            self.say(self._line(done, total, words, now))

    def say(self, line: str) -> None:
        """A line beside the progress."""
        with contextlib.suppress(BrokenPipeError):
            if self._bar is not None:
                self._bar.write(line, file=self._stream)
            else:
                print(line, file=self._stream, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = self._title = None

    def _new_bar(self, title: str, done: int, total: int) -> tqdm[Never]:
        from tqdm import tqdm

        # tqdm would start a thread that only wakes bars which have not moved for ten seconds.
        tqdm.monitor_interval = 0
        return tqdm(
            desc=safe(title), initial=done, total=total, unit=self._unit, file=self._stream,
            dynamic_ncols=True,
        )  # fmt: skip

    def _line(self, done: int, total: int, words: str, now: float) -> str:
        line = f"{safe(self._title or '')}: {done} of {total} {self._unit}s"
        if done > self._first:
            left = (now - self._began) / (done - self._first) * (total - done)
            line += f", about {took(left)} left"
        return line + (f"; {words}" if words else "")

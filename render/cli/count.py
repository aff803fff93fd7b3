"""Progress of work that counts up to a known number: steps, cells. Frames have ``progress.py``."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Never, TextIO, TypeVar

from render.cli.bar import columns, cut, shaped
from render.cli.output import safe, shown, tell
from render.cli.progress import can_draw
from render.cli.signals import heed
from render.cli.streams import surviving
from render.cli.words import took

if TYPE_CHECKING:
    from tqdm import tqdm

_FIRST = 5.0
_EVERY = 10.0


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
    """A tqdm bar on a terminal, a line every ten seconds elsewhere; begins anew with each title."""

    def __init__(self, unit: str, stream: TextIO) -> None:
        self._unit = unit
        self._stream = stream
        self._draws = can_draw(stream)
        self._title: str | None = None
        self._bar: tqdm[Never] | None = None
        self._began = self._next = 0.0
        self._first = 0
        self._tails = (
            f"{{n_fmt}} of {{total_fmt}} {unit}s, {{remaining}} left",
            "{remaining} left",
        )

    def wait(self, title: str, words: str) -> None:
        """Say what is going on before there is anything to count, on a terminal; what is shown next
        takes its place."""
        self.close()
        if not self._draws:
            return
        from tqdm import tqdm

        tqdm.monitor_interval = 0
        said = cut(safe(f"{title}: {words} …"), columns(self._stream) - 1)
        self._bar = tqdm(file=self._stream, desc=said, bar_format="{desc}", leave=False)

    def show(self, title: str, done: int, total: int, words: str = "", now_at: str = "") -> None:
        """``done`` of ``total``; ``words`` stand behind it, ``now_at`` says what is in hand."""
        heed()
        if title != self._title:
            self.close()
            self._title, self._first = title, done
            self._began = time.monotonic()
            self._next = self._began + _FIRST
            if self._draws:
                self._bar = self._new_bar(title, done, total)
        if self._bar is not None:
            named = safe(f"{title} {now_at}".strip())
            wide = columns(self._stream)
            self._bar.bar_format = shaped(wide, named, self._tails, total, safe(words))
            self._bar.update(done - self._bar.n)
            self._bar.refresh()
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _EVERY
            self.say(self._line(done, total, words, now))

    def say(self, line: str) -> None:
        """A line beside the progress."""
        if self._bar is None:
            tell(line, self._stream)
            return
        with surviving(self._stream):
            self._bar.write(shown(line), file=self._stream)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = self._title = None

    def _new_bar(self, title: str, done: int, total: int) -> tqdm[Never]:
        from tqdm import tqdm

        # tqdm would start a thread that only wakes bars which have not moved for ten seconds.
        tqdm.monitor_interval = 0
        return tqdm(
            initial=done, total=total, unit=self._unit, file=self._stream, dynamic_ncols=True,
            bar_format=shaped(columns(self._stream), safe(title), self._tails, total),
        )  # fmt: skip

    def _line(self, done: int, total: int, words: str, now: float) -> str:
        line = f"{safe(self._title or '')}: {done} of {total} {self._unit}s"
        if done > self._first:
            left = (now - self._began) / (done - self._first) * (total - done)
            line += f", about {took(left)} left"
        return line + (f"; {words}" if words else "")

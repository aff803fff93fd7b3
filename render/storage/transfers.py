"""Several transfers at once, followed from one thread, which may stop asking at any time."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from fsspec.callbacks import Callback

_Result = TypeVar("_Result")
_ENDING = 1.0  # seconds


class StoppedError(Exception):
    """Nobody wants the transfer any more."""


class Moved:
    """How much of a transfer has come; ``of`` is all of it, or None. Its thread writes, others
    read."""

    def __init__(self, stop: threading.Event) -> None:
        self.bytes = 0
        self.of: int | None = None
        self._stop = stop

    def check(self) -> None:
        """Raises StoppedError once nobody wants it."""
        if self._stop.is_set():
            raise StoppedError

    def callback(self) -> Callback:
        """What fsspec tells of a transfer."""
        from fsspec.callbacks import Callback

        moved = self

        class Told(Callback):  # type: ignore[misc]
            def set_size(self, size: int | None) -> None:
                moved.of = size

            def relative_update(self, inc: int = 1) -> None:
                moved.check()
                moved.bytes += inc

        return Told()


@dataclass(frozen=True, slots=True)
class Through(Generic[_Result]):
    """A transfer that has ended, well or by ``error``."""

    number: int
    result: _Result | None
    error: Exception | None


class Transfers(Generic[_Result]):
    """Works off what is given to `add`, ``at_once`` at a time.

    Its threads end with the process: a store that does not answer cannot hold up whoever leaves.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._todo: queue.SimpleQueue[tuple[int, Callable[[Moved], _Result]] | None] = (
            queue.SimpleQueue()
        )
        self._through: queue.SimpleQueue[Through[_Result]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._added = 0
        self._taken = 0
        self.moved: dict[int, Moved] = {}

    def add(self, transfer: Callable[[Moved], _Result]) -> int:
        """Its number."""
        number = self._added
        self._added += 1
        self._todo.put((number, transfer))
        if len(self._threads) < min(self._at_once, self._added):
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        return number

    @property
    def pending(self) -> int:
        """How many have not been taken by `through`."""
        return self._added - self._taken

    def through(self, wait: float = 0.0) -> Iterator[Through[_Result]]:
        """What has ended; ``wait`` so many seconds for the first."""
        timeout = wait
        while self.pending:
            try:
                one = self._through.get(timeout > 0, timeout or None)
            except queue.Empty:
                return
            timeout = 0.0
            self._taken += 1
            yield one

    def close(self) -> None:
        """Begin no more, and end what is in hand at its next step, in a moment or never."""
        self._stop.set()
        for _ in self._threads:
            self._todo.put(None)
        until = time.monotonic() + _ENDING
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (one := self._todo.get()) is not None:
            number, transfer = one
            moved = self.moved[number] = Moved(self._stop)
            result, failure = None, None
            with contextlib.suppress(StoppedError):
                try:
                    moved.check()
                    result = transfer(moved)
                except StoppedError:
                    raise
                except Exception as error:  # told where they are followed
                    failure = error
            self.moved.pop(number, None)
            self._through.put(Through(number, result, failure))

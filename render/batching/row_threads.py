"""Rows worked off by several threads, as one stream of events."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

from render.media.process import kill_of

Work = TypeVar("Work")
Event = TypeVar("Event")

_AHEAD = 64
"""Events that wait to be asked for; then the threads wait."""
_LOOKING = 0.05  # seconds


class RowThreads(Generic[Work, Event]):
    """``at_once`` threads, each with a ``worker`` of its own: what a piece of work → its events.
    Work that is given back by `again` comes after all other."""

    def __init__(
        self,
        waiting: Iterable[Work],
        worker: Callable[[], Callable[[Work], Generator[Event, None, None]]],
        at_once: int,
    ) -> None:
        self._waiting = deque(waiting)
        self._worker = worker
        self._told: Queue[Event | _Ended] = Queue(_AHEAD)
        self._over = threading.Event()
        count = min(at_once, len(self._waiting))
        self._threads = [
            threading.Thread(target=self._run, name=f"row-{n + 1}", daemon=True)
            for n in range(count)
        ]

    def again(self, work: Work) -> None:
        """Called by its worker."""
        self._waiting.append(work)

    def events(self) -> Iterator[Event]:
        """Until all is done. What ends a thread that is no event of its work is raised here."""
        for thread in self._threads:
            thread.start()
        going = len(self._threads)
        while going:
            told = self._told.get()
            if isinstance(told, _Ended):
                going -= 1
                if told.error is not None:
                    raise told.error
            else:
                yield told

    def close(self) -> None:
        """End what is going on, and wait for it; nothing half-written stays."""
        self._over.set()
        started = [thread for thread in self._threads if thread.ident is not None]
        while any(thread.is_alive() for thread in started):
            kill_of({thread.ident for thread in started if thread.ident is not None})
            with contextlib.suppress(Empty):
                self._told.get(timeout=_LOOKING)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            worker = self._worker()
            while not self._over.is_set():
                try:
                    work = self._waiting.popleft()
                except IndexError:
                    break
                with contextlib.closing(worker(work)) as events:
                    for event in events:
                        if not self._tell(event):
                            return
        except BaseException as problem:
            error = problem
        self._tell(_Ended(error))

    def _tell(self, told: Event | _Ended) -> bool:
        """False where nobody asks any more."""
        while not self._over.is_set():
            with contextlib.suppress(Full):
                self._told.put(told, timeout=_LOOKING)
                return True
        return False


class _Ended:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error

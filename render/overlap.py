"""Where work overlaps: a bounded queue between two stages."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")


class _Done:
    """The end of the stream, with the error that ended it, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[Item], depth: int) -> Generator[Item, None, None]:
    """``items``, produced by a thread that runs at most ``depth`` of them ahead.

    An error in the thread is raised here, where the items are used. Closing this iterator stops the
    thread at its next item; what blocks inside ``items`` (a pipe) must be ended by its owner first.
    """
    ready: queue.Queue[Item | _Done] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(item: Item | _Done) -> bool:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(item, timeout=0.1)
                return True
        return False

    def produce() -> None:
        try:
            for item in items:
                if not put(item):
                    return
        except BaseException as error:
            put(_Done(error))
        else:
            put(_Done())

    thread = threading.Thread(target=produce, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _Done):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()
        thread.join(timeout=30)

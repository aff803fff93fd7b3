"""Where work overlaps: a bounded queue between two stages."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Key = TypeVar("Key")
Result = TypeVar("Result")


class _Done:
    """The end of the stream, with the error that ended it, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(
    items: Iterable[Item], depth: int, release: Callable[[], None] = lambda: None
) -> Generator[Item, None, None]:
    """``items``, produced by a thread that runs at most ``depth`` of them ahead.

    An error in the thread is raised here, where the items are used. Closing this iterator, or an
    exception that reaches it (a signal's), stops the thread at its next item. ``release`` is called
    before that is waited for: it ends what may block inside ``items`` (a pipe).
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
        release()
        thread.join(timeout=30)


# Repeats that may wait for the picture that they repeat.
_MOST_WAITING = 64


def in_order(
    items: Iterable[Item],
    key: Callable[[Item], Key],
    work: Callable[[Key], Result],
    workers: int,
    window: int = 0,
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with ``work(key(item))``, in the items' order, ``workers`` of those at once (one:
    here, in the caller's thread).

    ``window`` is how many results may wait for an earlier one, beyond those in work: where works
    differ in length, without it the workers would wait for the longest.

    An item whose key is the same object as the last one's takes its result; the work is not done
    again. An error is raised where its result would have come. Closing this iterator waits for the
    work in hand, and drops what has not begun.
    """
    if workers == 1:
        yield from _one_by_one(items, key, work)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="in-order")
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    last: tuple[Key, Future[Result]] | None = None
    try:
        for item in items:
            this = key(item)
            if last is None or last[0] is not this:
                last = (this, pool.submit(work, this))
            waiting.append((item, last[1]))
            while _different(waiting) > workers + window or len(waiting) > _MOST_WAITING + window:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _one_by_one(
    items: Iterable[Item], key: Callable[[Item], Key], work: Callable[[Key], Result]
) -> Generator[tuple[Item, Result], None, None]:
    last: tuple[Key, Result] | None = None
    for item in items:
        this = key(item)
        if last is None or last[0] is not this:
            last = (this, work(this))
        yield item, last[1]


def _different(waiting: Iterable[tuple[Item, Future[Result]]]) -> int:
    return len({id(future) for _, future in waiting})

"""Interruption: a signal becomes an exception in the main thread, so that cleaning up runs."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# One Ctrl-C can come twice (a shell sends it to the group, a wrapper passes it on).
_ECHO = 1.0


class Interrupted(KeyboardInterrupt):
    """A signal asked us to stop. A KeyboardInterrupt, since nothing that handles failures swallows
    those; ``exit_status`` is the shell's 128 + signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_status = 128 + number


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Raise ``Interrupted`` at the first signal; a later one ends the process at once.

    Signals that are ignored on entry (``nohup``, a shell's background job) stay ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Python lets no other thread set handlers
        return
    came: list[float] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if not came:
            came.append(time.monotonic())
            raise Interrupted(number)
        if time.monotonic() - came[0] > _ECHO:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {n: signal.getsignal(n) for n in numbers}
    before = {n: old for n, old in before.items() if old not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)

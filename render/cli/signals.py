"""Interruption: a signal becomes one exception in the main thread, at a moment that stands it.

A handler that raises hits whatever happens to run, and three things do not survive that: an import
(libraries take the exception for a package that is missing), what cleans up (files stay), and a
destructor (Python says what it raised, and goes on). There it waits until they are through. Where
the exception is lost all the same, such as in C++ that calls back, `heed` raises it anew.

A second signal ends the process at once, and takes its children and temporary files along.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from enum import Enum, auto
from types import FrameType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# One Ctrl-C can come twice (a shell sends it to the group, a wrapper passes it on).
_ECHO = 1.0
# How often we look whether what is in the way is through.
_AGAIN = 0.02
_IMPORTS = "<frozen importlib"
_CLEANING = ("__exit__", "__del__")
# Until it has noted its child, nobody would end that.
_STARTING = ("render.media.process", "Process.__init__")
_FILES = "render.files."


class Interrupted(KeyboardInterrupt):
    """A signal asked us to stop. A KeyboardInterrupt, since nothing that handles failures swallows
    those; ``exit_status`` is the shell's 128 + signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_status = 128 + number


def catch() -> None:
    """For a process of our own, first of all: its signals are ours from now on, to its end."""
    _WATCH.catch()
    sys.unraisablehook = _WATCH.unraisable
    # The first to be registered is called last. What follows takes Python itself apart, where
    # nothing of ours can run: a signal then ends the process without a word.
    atexit.register(_WATCH.default)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Raise ``Interrupted`` inside for a signal that comes, or came since `catch`."""
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield  # Python lets no other thread set handlers
    elif _WATCH.catches:
        with _WATCH.working():
            yield
    else:
        _WATCH.catch()
        try:
            with _WATCH.working():
                yield
        finally:
            _WATCH.let_go()


def heed() -> None:
    """Raise ``Interrupted`` if a signal has come: for loops over work, before what came of it is
    believed."""
    _WATCH.heed()


def came() -> int | None:
    """The signal that has come, unless it was welcome."""
    return None if _WATCH.welcome else _WATCH.number


def welcome() -> None:
    """The signal that came is how this command ends, and no interruption. What comes after it
    still ends the process at once."""
    _WATCH.welcome = True


def leave_nothing() -> None:
    """End what children there still are and remove what temporary files, for the very end."""
    for module, name in (
        ("render.media.process", "kill_all"),
        ("render.files.temporary", "remove_all"),
    ):
        # What was never imported has nothing to leave, and nothing is imported now.
        act = getattr(sys.modules.get(module), name, None)
        if act is not None:
            act()


class _Phase(Enum):
    STARTING = auto()  # what comes is noted
    WORKING = auto()  # it is raised
    ENDING = auto()  # there is nothing left to stop: it ends the process


class _Watch:
    """Signals that came, and what is still to be done about them."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.welcome = False
        self._came = 0.0
        self._twice = False
        self._phase = _Phase.STARTING
        self._before: dict[int, Any] = {}

    @property
    def catches(self) -> bool:
        return bool(self._before)

    def catch(self) -> None:
        """Take those that are not ignored (as by ``nohup``, or in a shell's background)."""
        self.number, self._twice, self._phase = None, False, _Phase.STARTING
        self.welcome = False
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            old = signal.getsignal(number)
            if old not in (signal.SIG_IGN, None):
                self._before[number] = old
                signal.signal(number, self._handle)

    def let_go(self) -> None:
        """They go where they went before."""
        for number, old in self._before.items():
            signal.signal(number, old)
        self._before.clear()

    def default(self) -> None:
        """They go where they would go without us."""
        for number in self._before:
            signal.signal(number, signal.SIG_DFL)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """While the exception may be raised."""
        self._phase = _Phase.WORKING
        try:
            self.heed()
            yield
        finally:
            self._phase = _Phase.ENDING
            signal.setitimer(signal.ITIMER_REAL, 0)

    def heed(self) -> None:
        if self.number is not None and self._phase is _Phase.WORKING:
            raise Interrupted(self.number)

    def unraisable(self, what: sys.UnraisableHookArgs) -> None:
        """Python's hook for what destructors and callbacks raise."""
        if isinstance(what.exc_value, Interrupted):
            self._look_again()
        else:
            sys.__unraisablehook__(what)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.number is None:
            self.number, self._came = number, now
            self._twice = self._phase is _Phase.ENDING
        elif now - self._came > _ECHO:
            self.number, self._twice = number, True
        else:
            return
        self._act(frame)

    def _act(self, frame: FrameType | None) -> None:
        """What is due, if what the main thread is in allows it; else look again soon."""
        if self._twice:
            if not any(map(_moves_files, _outwards(frame))):
                self._end()
        elif self._phase is not _Phase.WORKING:
            signal.setitimer(signal.ITIMER_REAL, 0)
            return
        elif not any(map(_stands_none, _outwards(frame))):
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.heed()
        self._look_again()

    def _look_again(self) -> None:
        signal.signal(signal.SIGALRM, lambda _, frame: self._act(frame))
        signal.setitimer(signal.ITIMER_REAL, _AGAIN, _AGAIN)

    def _end(self) -> None:
        with contextlib.suppress(BaseException):
            leave_nothing()
        os._exit(128 + (self.number or 0))


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _stands_none(frame: FrameType) -> bool:
    """Whether an exception from outside would do harm there."""
    code = frame.f_code
    return (
        code.co_filename.startswith(_IMPORTS)
        or code.co_name in _CLEANING
        or (_module(frame), code.co_qualname) == _STARTING
        or _moves_files(frame)
    )


def _moves_files(frame: FrameType) -> bool:
    """Where a file is put in place in steps, which take no time."""
    return _module(frame).startswith(_FILES)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


_WATCH = _Watch()

"""The thread's signal stack, kept as it was while OpenVINO loads.

On Linux its plugin gives the thread that loads it another stack for signals, and frees that when
the plugin goes, in whichever thread and order. The next Ctrl-C is then delivered to memory that is
gone: a segmentation fault. Nobody here needs it: without, signals use the thread's usual stack.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator


class _Stack(ctypes.Structure):
    """Linux's ``stack_t``."""

    _fields_ = (("base", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


@contextlib.contextmanager
def kept_signal_stack() -> Iterator[None]:
    """What is done inside does not change this thread's stack for signals."""
    if sys.platform != "linux":
        yield
        return
    before = _Stack()
    libc = ctypes.CDLL(None)
    libc.sigaltstack(None, ctypes.byref(before))
    try:
        yield
    finally:
        libc.sigaltstack(ctypes.byref(before), None)

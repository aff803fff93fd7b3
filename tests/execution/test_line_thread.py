"""Encoders side by side: none waits for another, and all end when they are told to."""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue
from typing import Any, cast

import numpy as np
import pytest

from render.errors import OutputError, RenderError
from render.execution.cell_line import CellLine
from render.execution.line_thread import LineThread, Told, failure
from render.media.colour import Planes
from render.planning.plan import Cell
from render.target import Size

PLANES = Planes(Size(2, 2), np.zeros(6, np.uint8))


class Line:
    """Stands for a cell's line; it waits in each picture for ``go``."""

    def __init__(self, go: threading.Event) -> None:
        self.cell = cast(Cell, object())
        self.frames = 0
        self.killed = self.closed = False
        self.error: Exception | None = None
        self.ends: list[str] = []
        self._go = go

    def show(self, picture: Planes | None, ticks: range) -> None:
        while not self._go.wait(0.01):
            if self.killed:
                raise OutputError("killed")
        if self.error is not None:
            raise self.error
        self.frames += len(ticks)

    def finished(self) -> None: ...

    def wait(self) -> None: ...

    def end(self) -> None:
        self.ends.append("end")

    def stop(self) -> None:
        self.ends.append("stop")

    def kill(self, *, flushing: bool = False) -> None:
        self.killed = True

    def close(self) -> None:
        self.closed = True


def thread_of(line: Line, told: SimpleQueue[Told]) -> LineThread:
    return LineThread(cast(CellLine, line), told, depth=2)


def last(told: SimpleQueue[Told]) -> Told:
    """The one that says that it is over."""
    while True:
        one = told.get(timeout=20)
        if one.ended or one.error is not None:
            return one


@pytest.fixture
def go() -> Any:
    event = threading.Event()
    yield event
    event.set()


def test_one_that_waits_holds_up_no_other(go: threading.Event) -> None:
    told: SimpleQueue[Told] = SimpleQueue()
    free = threading.Event()
    free.set()
    slow, quick = Line(go), Line(free)
    one, other = thread_of(slow, told), thread_of(quick, told)
    one.show(PLANES, range(1))
    for n in range(50):
        other.show(PLANES, range(n, n + 1))
    other.end(whole=True)
    assert last(told) == Told(quick.cell, 50, ended=True)
    assert slow.frames == 0
    go.set()
    one.end(whole=False)
    assert last(told) == Told(slow.cell, 1, ended=True)
    assert (quick.ends, slow.ends) == (["end"], ["stop"])
    for each in (one, other):
        each.close()


def test_what_it_may_hold_is_bounded(go: threading.Event) -> None:
    line = Line(go)
    thread = thread_of(line, SimpleQueue())
    given = 0

    def give() -> None:
        nonlocal given
        for n in range(9):
            thread.show(PLANES, range(n, n + 1))
            given += 1

    giver = threading.Thread(target=give)
    giver.start()
    giver.join(0.5)
    assert given <= 3  # one in work, two waiting
    go.set()
    giver.join(20)
    assert given == 9
    thread.close()


@pytest.mark.parametrize("error", [OutputError("full"), MemoryError(), OSError(5, "gone")])
def test_what_fails_is_told_and_ends_it(go: threading.Event, error: Exception) -> None:
    told: SimpleQueue[Told] = SimpleQueue()
    line = Line(go)
    line.error = error
    go.set()
    thread = thread_of(line, told)
    for n in range(9):  # nobody takes them any more, and nobody waits for that
        thread.show(PLANES, range(n, n + 1))
    thread.end(whole=True)
    found = last(told).error
    assert found is error and failure(error) is error
    assert isinstance(error, RenderError | MemoryError | OSError) and not line.ends
    thread.close()
    assert line.closed


def test_what_is_our_own_fault_is_raised(go: threading.Event) -> None:
    told: SimpleQueue[Told] = SimpleQueue()
    line = Line(go)
    line.error = AssertionError("ours")
    go.set()
    thread = thread_of(line, told)
    thread.show(PLANES, range(1))
    found = last(told).error
    assert found is not None
    with pytest.raises(AssertionError, match="ours"):
        failure(found)
    thread.close()


def test_closing_ends_what_waits_and_tells_no_more(go: threading.Event) -> None:
    told: SimpleQueue[Told] = SimpleQueue()
    line = Line(go)
    thread = thread_of(line, told)
    thread.show(PLANES, range(1))
    began = time.monotonic()
    thread.close()
    assert time.monotonic() - began < 10
    assert line.killed and line.closed and not line.ends
    with pytest.raises(Empty):
        told.get_nowait()

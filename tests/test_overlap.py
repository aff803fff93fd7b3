"""The bounded queue between stages: order, bounds, errors, and an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from render.errors import ClipError
from render.overlap import ahead


def threads() -> int:
    return sum(t.name == "ahead" for t in threading.enumerate())


def test_items_come_in_order_and_the_thread_ends() -> None:
    assert list(ahead(range(100), 3)) == list(range(100))
    assert threads() == 0


def test_it_runs_ahead_no_further_than_its_depth() -> None:
    made = 0

    def source() -> Iterator[int]:
        nonlocal made
        while True:
            made += 1
            yield made

    items = ahead(source(), 3)
    assert next(items) == 1
    time.sleep(0.3)
    assert made <= 1 + 3 + 1
    items.close()


def test_an_error_is_raised_where_the_items_are_used() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ClipError("broken at 1")

    items = ahead(source(), 3)
    assert next(items) == 1
    with pytest.raises(ClipError, match="broken at 1"):
        next(items)
    assert threads() == 0


def test_closing_early_stops_the_thread() -> None:
    items = ahead(iter(int, 1), 3)
    next(items)
    items.close()
    assert threads() == 0


def test_both_sides_work_at_once() -> None:
    def slow() -> Iterator[int]:
        for n in range(10):
            time.sleep(0.03)
            yield n

    began = time.perf_counter()
    for _ in ahead(slow(), 3):
        time.sleep(0.03)
    # One after the other it would be 0.6 s; the bound is loose, sleeping is exact enough for it.
    assert time.perf_counter() - began < 0.55

"""The bounded queue between stages: order, bounds, errors, and an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from render.errors import ClipError
from render.execution.prefetch import ahead, in_order


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


def test_what_blocks_the_thread_is_released_before_it_is_waited_for() -> None:
    pipe = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        pipe.wait()

    items = ahead(source(), 3, pipe.set)
    next(items)
    items.close()
    assert pipe.is_set()
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


def test_in_order_keeps_the_order_whatever_takes_long() -> None:
    def work(n: int) -> int:
        time.sleep(0.02 if n % 2 else 0.001)
        return n * n

    results = list(in_order(range(20), lambda n: n, work, 3))
    assert results == [(n, n * n) for n in range(20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_in_order_does_repeats_once(workers: int) -> None:
    done: list[str] = []
    items = ["a", "a", "b", "b", "b", "a"]
    results = list(
        in_order(items, lambda item: item, lambda item: done.append(item) or item, workers)
    )
    assert [result for _, result in results] == items
    assert sorted(done) == ["a", "a", "b"]


def test_in_order_raises_in_its_place_and_can_be_closed() -> None:
    def work(n: int) -> int:
        if n == 2:
            raise ClipError("broken at 2")
        return n

    results = in_order(range(9), lambda n: n, work, 2)
    assert [next(results)[1], next(results)[1]] == [0, 1]
    with pytest.raises(ClipError):
        next(results)
    endless = in_order(iter(int, 1), lambda n: object(), lambda _: 1, 2)
    next(endless)
    endless.close()
    assert not any(t.name.startswith("in-order") for t in threading.enumerate())


def test_a_long_work_does_not_hold_up_the_short_ones_within_the_window() -> None:
    def took(window: int) -> float:
        began = time.monotonic()
        lengths = [0.2, 0.05, 0.05, 0.05, 0.05]
        found = list(in_order(lengths, lambda n: [n], lambda n: time.sleep(n[0]), 2, window))
        assert [item for item, _ in found] == lengths
        return time.monotonic() - began

    begun: list[int] = []
    results = in_order(range(9), lambda n: n, begun.append, 2, 3)
    next(results)
    time.sleep(0.1)
    assert len(begun) <= 1 + 2 + 3 + 1  # never further ahead than that
    results.close()
    assert took(3) < 0.3

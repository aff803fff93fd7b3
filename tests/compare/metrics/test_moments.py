"""Which ticks may be compared: exact times, no rounding."""

from __future__ import annotations

from fractions import Fraction as F  # noqa: N817

import pytest

from render.compare.metrics.moments import (
    Moment,
    Ticks,
    choose,
    common_gap,
    runs,
    shared,
    ticks_of,
)
from render.compare.metrics.windows import windows

pytestmark = pytest.mark.torch

NTSC = F(30000, 1001)


def clock(rate: F | int, seconds: F | int = 2, start: F | int = 0) -> Ticks:
    return Ticks(F(start), F(rate), int(F(seconds) * F(rate)))


def pairs(moments: list[Moment]) -> list[tuple[int, int]]:
    return [(m.tick, m.reference) for m in moments]


def test_ten_and_fifteen_meet_every_fifth_of_a_second() -> None:
    found = shared(clock(10, 1), clock(15, 1))
    assert pairs(found) == [(0, 0), (2, 3), (4, 6), (6, 9), (8, 12)]
    assert pairs(shared(clock(15, 1), clock(10, 1))) == [(b, a) for a, b in pairs(found)]


def test_a_whole_multiple_meets_at_every_tick_of_the_slower() -> None:
    assert pairs(shared(clock(10), clock(30))) == [(n, 3 * n) for n in range(20)]
    assert pairs(shared(clock(NTSC), clock(NTSC / 2))) == [(2 * n, n) for n in range(29)]


def test_a_clip_of_thirty_adds_no_moment_to_ten_and_fifteen() -> None:
    assert shared(clock(10), clock(15), F(30)) == shared(clock(10), clock(15))


def test_fifteen_of_a_broadcast_clip_meets_its_pictures_though_never_its_times() -> None:
    assert pairs(shared(clock(15), clock(NTSC))) == [(0, 0)]
    found = shared(clock(15), clock(NTSC), NTSC)
    assert len(found) == 30
    assert all(abs(m.tick / F(15) - m.reference / NTSC) < 1 / NTSC for m in found)


def test_previews_that_begin_elsewhere_meet_where_they_overlap() -> None:
    late = clock(10, 2, start=F(1, 2))
    assert pairs(shared(late, clock(10)))[:2] == [(0, 5), (1, 6)]
    assert shared(clock(10, 1), clock(10, 1, start=3)) == []
    assert shared(clock(10, 1), clock(10, 1, start=F(1, 20))) == []


def test_a_few_are_chosen_evenly_and_at_fifths_of_a_second() -> None:
    cell = clock(10, 10)
    all_ = shared(cell, clock(30, 10))
    chosen = choose(all_, cell, 5)
    assert [m.tick for m in chosen] == [10, 30, 50, 70, 90]
    assert len(chosen) == 5 and all(m.tick % 2 == 0 for m in chosen)
    # Other rates are compared at the same moments.
    fast = clock(30, 10)
    same = choose(shared(fast, fast), fast, 5)
    assert [fast.time(m.tick) for m in same] == [cell.time(m.tick) for m in chosen]
    assert choose(all_[:3], cell, 5) == all_[:3]
    assert choose([], cell, 5) == []


def test_the_last_ones_are_left_to_pairs() -> None:
    cell = clock(10, 1)
    chosen = choose(shared(cell, cell), cell, 99, F(1, 5))
    assert chosen[-1].tick == 7
    short = clock(10, F(1, 10))
    assert len(choose(shared(short, short), short, 9, F(1, 5))) == 1


@pytest.mark.parametrize(
    ("rates", "gap"),
    [
        ((10, 15, 30), F(1, 5)),
        ((30,), F(1, 5)),
        ((12, 24), F(1, 6)),
        ((10, 24), F(1, 5)),
        ((15, NTSC), F(1, 5)),
        ((3, 30), F(1, 3)),
        ((1, 30), F(1)),
        ((F(1, 2), 30), None),
        ((7, 30), F(2, 7)),
    ],
)
def test_the_fixed_gap_is_one_for_all_rates(rates: tuple[F | int, ...], gap: F | None) -> None:
    found = common_gap(F(rate) for rate in rates)
    if gap is None or found is None:
        assert found is gap
        return
    assert found == pytest.approx(gap, rel=0.002)
    for rate in map(F, rates):
        assert abs(ticks_of(found, rate) / rate - found) <= found / 20


def test_what_is_read_at_one_go() -> None:
    moments = [F(9), F(0), F(1), F(1), F(5, 2), F(10)]
    assert list(runs(moments, F(3))) == [[0, 1, F(5, 2)], [9, 10]]
    assert list(runs([], F(3))) == []


def test_stretches_are_even_and_whole() -> None:
    assert windows(clock(30, 5), 1, 1.0) == (range(60, 90),)
    assert windows(clock(10, 10), 2, 2.0) == (range(15, 35), range(65, 85))
    assert windows(clock(10, 1), 4, 2.0) == (range(10),)
    assert windows(clock(10, 5), 4, 2.0) == (range(2, 22), range(27, 47))
    assert windows(Ticks(F(0), F(1), 1), 1, 1.0) == ()
    for n in range(2, 90):
        for window in windows(Ticks(F(0), F(10), n), 3, 1.0):
            assert window.start >= 0 and window.stop <= n and len(window) >= min(n, 10)


def test_what_is_on_show_at_a_moment() -> None:
    cell = Ticks(F(1), F(10), 5)
    assert [cell.on_show(F(m)) for m in (F(9, 10), 1, F(119, 100), F(6, 5), F(3, 2))] == [
        None,
        0,
        1,
        2,
        None,
    ]

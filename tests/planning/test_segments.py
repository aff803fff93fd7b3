"""Where previews are cut: at fixed times, every frame in one segment."""

from __future__ import annotations

from fractions import Fraction

import pytest

from render.planning.segments import LENGTH, Cut

RATES = [Fraction(rate) for rate in ("1/2", "5", "15", "24000/1001", "30000/1001", "60", "1000/7")]


@pytest.mark.parametrize("rate", RATES)
def test_every_frame_is_in_one_segment(rate: Fraction) -> None:
    cut = Cut.at(rate, LENGTH)
    held = [n for index in range(6) for n in cut.span(index)]
    assert held == list(range(len(held)))
    for index in range(6):
        assert cut.span(index)
        assert {cut.index_of(frame) for frame in cut.span(index)} == {index}
    for frames in (0, 1, 7, len(held) - 1, len(held)):
        assert [cut.index_of(n) for n in range(frames)] == sorted(
            cut.index_of(n) for n in range(frames)
        )
        assert cut.count(frames) == len({cut.index_of(n) for n in range(frames)})


@pytest.mark.parametrize("rate", RATES[1:])
def test_cuts_lie_at_the_same_times_whatever_the_rate(rate: Fraction) -> None:
    for index in range(1, 50):
        first = Cut.at(rate, LENGTH).span(index).start
        assert first / rate >= index * LENGTH > (first - 1) / rate


def test_a_segment_holds_a_few_frames_at_least() -> None:
    assert len(Cut.at(Fraction(1, 2), LENGTH).span(3)) == 8


def test_frames_fall_into_parts() -> None:
    cut = Cut.at(Fraction(15), LENGTH)
    assert cut.parts(range(28, 33)) == [(0, range(28, 30)), (1, range(30, 33))]
    assert cut.parts(range(4, 4)) == []
    assert cut.parts(range(200)) == [(n, range(30 * n, min(30 * n + 30, 200))) for n in range(7)]

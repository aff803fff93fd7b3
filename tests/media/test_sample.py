"""What a tick shows, from timestamps alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from render.media.frame import Frame
from render.media.sample import LOOK_AHEAD, picture_at, pictures_at, sample


def clip(times: Sequence[Fraction | float | int], end: Fraction | float | int) -> list[Frame]:
    """Frames whose pictures hold their own number; the last one closes the clip at ``end``."""
    frames = [
        Frame(Fraction(t).limit_denominator(10**6), np.full((1, 1, 3), i, np.uint8))
        for i, t in enumerate(times)
    ]
    return [*frames, Frame(Fraction(end).limit_denominator(10**6), frames[-1].picture)]


def shown(frames: list[Frame], rate: Fraction | int, **span: Fraction) -> list[int]:
    return [int(f.picture[0, 0, 0]) for f in sample(frames, Fraction(rate), **span)]


def regular(rate: Fraction | int, count: int) -> list[Frame]:
    return clip([n / Fraction(rate) for n in range(count)], count / Fraction(rate))


def test_a_clip_at_its_own_rate_is_itself() -> None:
    assert shown(regular(30, 60), 30) == list(range(60))


def test_halving_takes_every_other() -> None:
    assert shown(regular(30, 60), 15) == list(range(0, 60, 2))


def test_doubling_shows_each_twice_and_the_same_object() -> None:
    frames = list(sample(regular(15, 4), Fraction(30)))
    assert [int(f.picture[0, 0, 0]) for f in frames] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert frames[0].picture is frames[1].picture
    assert [f.time for f in frames] == [Fraction(n, 30) for n in range(8)]


def test_millisecond_timestamps_neither_repeat_nor_skip() -> None:
    times = [Fraction(round(n * 1000 / 30), 1000) for n in range(90)]
    assert shown(clip(times, 3), 30) == list(range(90))
    assert shown(clip(times, 3), 15) == list(range(0, 90, 2))


def test_jitter_below_half_an_interval_neither_repeats_nor_skips() -> None:
    rng = np.random.default_rng(0)
    times = [n / 30 + float(rng.uniform(-0.012, 0.012)) for n in range(90)]
    times[0] = 0.0
    assert shown(clip(times, 3), 30) == list(range(90))


def test_a_long_gap_holds_and_never_looks_far_ahead() -> None:
    # A screen recording: nothing moves from 0.1 s to 2 s.
    frames = clip([0, 0.1, 2.0], 2.1)
    at = shown(frames, 10)
    assert at[1:20] == [1] * 19  # 0.1 .. 1.9 s
    assert at[20] == 2
    late = clip([0, 1 + float(LOOK_AHEAD) * 1.01], 3)
    assert shown(late, 1)[1] == 0
    near = clip([0, 1 + float(LOOK_AHEAD) * 0.99], 3)
    assert shown(near, 1)[1] == 1


@pytest.mark.parametrize("source", [24, 25, Fraction(30000, 1001), 30, 50, 60, 120])
def test_what_a_moment_shows_does_not_depend_on_the_rate(source: Fraction | int) -> None:
    frames = regular(source, int(source * 2))
    at_30 = shown(frames, 30)
    n = len(at_30)
    assert shown(frames, 10)[: n // 3] == at_30[::3][: n // 3]
    assert shown(frames, 15)[: n // 2] == at_30[::2][: n // 2]


def test_the_first_picture_is_shown_from_0_even_if_it_comes_later() -> None:
    assert shown(clip([1.0, 1.5], 2.0), 4) == [0, 0, 0, 0, 0, 0, 1, 1]


def test_one_picture_is_one_frame_at_least() -> None:
    assert shown(clip([0], Fraction(1, 100)), 15) == [0]


def test_a_range_starts_with_the_picture_on_show_and_ends_before_its_end() -> None:
    frames = regular(10, 30)
    assert shown(frames, 5, start=Fraction(1), duration=Fraction(1)) == [10, 12, 14, 16, 18]
    held = clip([0, 0.1, 2.0], 3)
    assert shown(held, 2, start=Fraction(1), duration=Fraction(2)) == [1, 1, 2, 2]


def test_a_range_stamps_from_zero() -> None:
    frames = list(sample(regular(10, 30), Fraction(5), start=Fraction(1)))
    assert [f.time for f in frames[:3]] == [0, Fraction(1, 5), Fraction(2, 5)]


def test_timestamps_that_stand_still_show_the_later_picture() -> None:
    assert shown(clip([0, 0.5, 0.5, 1.0], 1.5), 2) == [0, 2, 3]


def test_no_picture_no_frames() -> None:
    assert list(sample([], Fraction(15))) == []


@pytest.mark.parametrize("source", [Fraction(24000, 1001), Fraction(30000, 1001), 15, 50, 240])
def test_of_even_timestamps_the_rule_needs_no_pictures(source: Fraction | int) -> None:
    """Estimates and figures reckon with it; frames are chosen by `sample`."""
    even, count = Fraction(source), int(source)
    for rate in (Fraction(10), Fraction(25), Fraction(30000, 1001), Fraction(60)):
        for start in (Fraction(0), Fraction(1, 7)):
            found = shown(regular(even, count), rate, start=start)
            expected = list(pictures_at(range(len(found)), rate, start, even))
            # Near its end the last picture of a clip stays.
            assert found == [min(number, count - 1) for number in expected]
            assert expected[3] == picture_at(start + 3 / rate, even)

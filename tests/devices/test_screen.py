"""The display: every refresh shows one picture, the last that was finished."""

from __future__ import annotations

from fractions import Fraction

import pytest

from render.devices.latency import Latency
from render.devices.playback import Late, Playback, shows
from render.devices.screen import Schedule, Screen


def shown(playback: Playback, frames: int, step: int = 1) -> list[int]:
    """The camera's frame at every refresh; ``step`` frames hold one picture of the clip each."""
    screen: Screen[int] = Screen(playback)
    schedule = Schedule(playback)
    told: list[tuple[int, int]] = []
    for first in range(0, frames, step):
        some = range(first, min(first + step, frames))
        seen = schedule.of(some)
        told += screen.show(seen[0].frame if seen else None, some)
    told += screen.end()
    assert all(times > 0 for _, times in told)
    return [picture for picture, times in told for _ in range(times)]


def test_a_constant_latency_by_hand() -> None:
    playback = Playback("test", Latency(40), Fraction(30))
    assert shown(playback, 7) == [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize("late", list(Late))
@pytest.mark.parametrize("pace", [10, 15, 30])
@pytest.mark.parametrize("latency", [Latency(3), Latency(66), Latency.spread(66, 20), Latency(300)])
@pytest.mark.parametrize("frames", [1, 2, 31, 200])
def test_it_shows_what_the_figures_say(
    latency: Latency, pace: int, late: Late, frames: int
) -> None:
    playback = Playback("test", latency, Fraction(pace), late=late, seed=5)
    found = shown(playback, frames)
    told = shows(playback, frames)
    assert len(found) == 2 * frames
    for refresh, frame in told.sequence:
        assert found[refresh] == frame
    changes = [n for n in range(1, len(found)) if found[n] != found[n - 1]]
    # The first picture is there from the start.
    assert changes == [refresh for refresh, _ in told.sequence][1:]


def test_frames_that_hold_one_picture_share_it() -> None:
    playback = Playback("test", Latency(40), Fraction(30))
    found = shown(playback, 12, step=3)
    assert len(found) == 24
    assert list(dict.fromkeys(found)) == [0, 3, 6, 9]


@pytest.mark.parametrize("latency", [Latency(3), Latency(66), Latency.spread(66, 20)])
def test_it_says_before_when_a_picture_will_be_seen(latency: Latency) -> None:
    playback = Playback("test", latency, Fraction(15), seed=3)
    schedule = Schedule(playback)
    found = shown(playback, 200)
    told = [seen for seen in schedule.of(range(200)) if seen.refreshes.start < len(found)]
    assert [found[n] for seen in told for n in seen.refreshes if n < len(found)] == found
    for seen in told:
        assert {found[n] for n in seen.refreshes if n < len(found)} == {seen.frame}
    # One after another, without a gap.
    assert [n for seen in told for n in seen.refreshes][: len(found)] == list(range(len(found)))

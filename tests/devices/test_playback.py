"""What a phone would show: an event simulation that can be reckoned by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise

import pytest

from render.devices.latency import Latency
from render.devices.playback import (
    Late,
    Playback,
    camera_for,
    inferences,
    pictures,
    refreshes_of,
    shows,
    wanted,
)

F = Fraction


def constant(ms: float, pace: int = 30, **more: object) -> Playback:
    return Playback("test", Latency(ms), F(pace), **more)  # type: ignore[arg-type]


def test_a_constant_40_ms_shows_five_of_six_frames() -> None:
    found = shows(constant(40), 30)
    # 40 ms after 40 ms: 0, 1, 2, 3, 4; at 200 ms frame 6 is there, and 5 has lost its place.
    assert [frame for _, frame in found.sequence][:8] == [0, 1, 2, 3, 4, 6, 7, 8]
    # Finished at 40, 80, 120, 160, 200, 240 ms; the display refreshes every 16.7.
    assert [refresh for refresh, _ in found.sequence][:6] == [3, 5, 8, 10, 12, 15]
    assert found.dropped == 4 and found.skipped == 0
    hundred = shows(constant(40), 30 * 60)
    assert hundred.fps == pytest.approx(25, abs=0.05)
    assert hundred.dropped_share == pytest.approx(1 / 6, abs=0.001)
    assert hundred.median_lag == pytest.approx(4 / 60)  # of 50, 50, 66.7, 66.7, 66.7 ms


def test_a_tick_is_shown_on_time_when_the_network_is_in_time() -> None:
    found = shows(constant(66, pace=15), 300)
    assert [frame for _, frame in found.sequence] == list(range(0, 298, 2))
    assert found.dropped == 0 and found.skipped == 150
    assert found.fps == pytest.approx(15, abs=0.2)
    assert found.median_lag == pytest.approx(4 / 60)  # 66 ms, and then the next refresh
    assert found.longest_freeze == pytest.approx(4 / 60)


def test_a_network_slower_than_the_target_holds_its_own_pace() -> None:
    found = shows(constant(100, pace=15), 3000)
    assert found.fps == pytest.approx(10, abs=0.05)
    assert found.dropped_share == pytest.approx(1 / 3, abs=0.01)


def test_a_late_frame_costs_a_turn_where_late_ones_are_discarded() -> None:
    # A hair over the 66.7 ms of 15 fps: whoever waits loses nothing, whoever discards every other.
    waits = shows(constant(67, pace=15), 3000)
    discards = shows(constant(67, pace=15, late=Late.DISCARD), 3000)
    assert waits.fps == pytest.approx(1000 / 67, abs=0.05)
    assert discards.fps == pytest.approx(7.5, abs=0.05)
    assert discards.dropped_share == pytest.approx(0.5, abs=0.01)
    assert discards.p95_lag is not None and waits.p95_lag is not None
    assert discards.p95_lag < waits.p95_lag  # what it shows is fresh


def test_discarded_frames_never_wait() -> None:
    playback = Playback("test", Latency.spread(40, 15), F(30), late=Late.DISCARD)
    for one in islice(inferences(playback), 500):
        assert one.started == one.frame / playback.camera


@pytest.mark.parametrize("late", list(Late))
@pytest.mark.parametrize("pace", [F(30), F(15), F(10), F(24), F(30000, 1001), F(1, 2), F(60)])
@pytest.mark.parametrize("latency", [Latency(5), Latency.spread(40, 20), Latency.spread(150, 60)])
@pytest.mark.parametrize("frames", [1, 2, 7, 300])
def test_every_frame_is_skipped_shown_dropped_or_in_flight(
    latency: Latency, pace: Fraction, late: Late, frames: int
) -> None:
    found = shows(Playback("test", latency, pace, late=late, seed=3), frames)
    assert found.skipped + found.shown + found.dropped + found.in_flight == found.frames == frames
    assert min(found.skipped, found.shown, found.dropped, found.in_flight) >= 0
    assert 0 <= found.in_flight <= 2  # one under way, one waiting
    assert len(found.sequence) == found.shown


@pytest.mark.parametrize("late", list(Late))
def test_one_is_in_flight_and_pictures_are_shown_in_order(late: Late) -> None:
    playback = Playback("test", Latency.spread(50, 30), F(30), late=late, seed=1)
    every = list(islice(inferences(playback), 2000))
    for before, after in pairwise(every):
        assert after.started >= before.finished and after.frame > before.frame
    for one in every:
        assert one.frame / playback.camera <= one.started < one.finished
        assert F(one.refresh - 1, 60) < one.finished <= F(one.refresh, 60)
    seen = list(islice(pictures(playback), 1500))
    assert all(a.refresh < b.refresh for a, b in pairwise(seen))


def test_the_newest_wins() -> None:
    playback = constant(100)
    for before, after in islice(pairwise(inferences(playback)), 200):
        # Nothing newer was there when it was taken.
        assert after.frame == int(before.finished * 30)


def test_two_within_a_refresh_show_the_second() -> None:
    fast = Playback("test", Latency(1), F(240), camera=F(240))
    found = shows(fast, 240)
    # Four finish within each refresh; the last four wait for one after the clip's end.
    assert (found.shown, found.dropped, found.in_flight) == (59, 59 * 3, 4)
    assert [frame for _, frame in found.sequence][:3] == [3, 7, 11]


def test_a_rate_wants_the_first_frame_at_or_after_each_tick() -> None:
    playback = constant(1, pace=10)
    assert [n for n in range(10) if wanted(playback, n) == n] == [0, 3, 6, 9]
    uneven = constant(1, pace=24)  # of 30: ticks at 0, 1.25, 2.5, 3.75, 5
    assert [n for n in range(11) if wanted(uneven, n) == n] == [0, 2, 3, 4, 5, 7, 8, 9, 10]
    assert [wanted(constant(1, pace=60), n) for n in range(4)] == [0, 1, 2, 3]


def test_the_seed_decides() -> None:
    def run(seed: int) -> list[object]:
        playback = Playback("test", Latency.spread(66, 8), F(15), seed=seed)
        return list(islice(inferences(playback), 50))

    assert run(1) == run(1) != run(2)


def test_a_phone_that_grows_warm_shows_less() -> None:
    latency = Latency(66, sustained=100, minutes=2)
    cold, warm = (
        shows(Playback("test", latency, F(15), warm=minutes), 300) for minutes in (0.0, 2.0)
    )
    assert cold.fps > 14.5 and warm.fps == pytest.approx(10, abs=0.15)


def test_a_clip_shorter_than_the_latency_shows_nothing_in_time() -> None:
    found = shows(constant(500), 3)
    assert (found.shown, found.in_flight, found.dropped) == (0, 2, 1)
    assert found.longest_freeze is None and found.median_lag is None and found.fps == 0


def test_cameras() -> None:
    rates = (F(15), F(30), F(30000, 1001), F(31), F(240), F(1000))
    assert [camera_for(rate) for rate in rates] == [30, 30, 30, 60, 240, 240]
    assert refreshes_of(constant(1), 3) == 6 and refreshes_of(constant(1), 1) == 2

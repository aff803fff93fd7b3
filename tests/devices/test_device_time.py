"""Estimates: what goes before what, and what an interval holds."""

from __future__ import annotations

from itertools import product

import pytest

from render.devices.device_time import DeviceTime, estimate, fits
from render.devices.peak_share import Where
from render.devices.profile import Profile, Sure, list_profiles, load_profile
from render.networks.spec import BlockKind, NetworkSpec
from render.target import Size
from tests.devices.planted import (
    SAID,
    SIX,
    cost,
    figure,
    measured,
    measurement,
    profile,
    takes,
)

PLACE = ("res3", "480x853")


def of(device: Profile, network: str = PLACE[0], size: str = PLACE[1]) -> DeviceTime:
    return estimate(device, NetworkSpec.parse(network), Size.parse(size))


def numbers(one: DeviceTime) -> tuple[float, float, float]:
    assert one.ms is not None and one.low is not None and one.high is not None
    assert one.low <= one.ms <= one.high
    return one.ms, one.low, one.high


def test_nothing_known_is_no_evidence() -> None:
    nothing = of(profile())
    assert (nothing.ms, nothing.low, nothing.high, nothing.sure, nothing.floor) == (None,) * 5
    assert nothing.reason == "no evidence of its time; measure and import"


def test_a_rate_gives_two_cases_and_no_interval_over_both() -> None:
    found = of(profile(peak={"tera_operations": 11, **SAID}))
    least = 47.297507 / 5.5
    assert found.floor == pytest.approx(least)
    assert (found.sure, found.where) == (Sure.ESTIMATED, Where.ENGINE)
    assert numbers(found) == pytest.approx(
        (least / 0.3 + 0.3, least / 0.75 + 0.1, least / 0.25 + 0.9)
    )
    assert found.reason.startswith("if all of it runs on the neural engine: at 25% to 75% of the")
    assert found.other is not None and found.other.where is Where.ELSEWHERE
    ms, low, high = numbers(found)
    assert found.other.low == pytest.approx(0.1 + 4 * (low - 0.1)), "a call costs the same"
    assert found.other.high == pytest.approx(0.9 + 7 * (high - 0.9))
    assert 4 * ms < found.other.ms < 7 * ms
    assert "; if not all of it runs on the neural engine: 152 ms (46 to 242)" in found.why
    assert found.in_case(Where.ENGINE) == (ms, low, high)
    assert found.in_case(Where.ELSEWHERE) == (found.other.ms, found.other.low, found.other.high)


def test_a_rate_of_8_bits_is_half_of_it_in_halves() -> None:
    eight = of(profile(peak={"tera_operations": 35, "bits": 8, **SAID}))
    half = of(profile(peak={"tera_operations": 17.5, **SAID}))
    assert numbers(eight) == numbers(half) and eight.floor == half.floor
    assert "17.5 trillion" in eight.reason and "(announced: 35 in 8 bits)" in eight.reason


def test_a_form_that_the_engine_may_not_run_goes_beside_it() -> None:
    new = of(profile(peak={"tera_operations": 11, **SAID}, year=2020), "res3-in")
    assert new.where is Where.ELSEWHERE and new.other is not None
    assert new.other.where is Where.ENGINE and new.other.ms < (new.ms or 0)
    assert "instance norm: not known to stay on the neural engine" in new.reason
    old = of(profile(peak={"tera_operations": 6, **SAID}, year=2019), "res3-reflect")
    assert "reflect padding: not native on the neural engine before the A14" in old.reason


def test_any_figure_of_ours_goes_before_the_rate() -> None:
    peak = {"peak": {"tera_operations": 11, **SAID}}
    for known in (profile(measurement("res1", "360x640", 9), **peak),
                  profile(figure=[figure("res1", "360x640", 9)], **peak)):  # fmt: skip
        assert of(known).other is None and "scaled from" in of(known).reason


def test_figures_of_another_form_are_the_other_case() -> None:
    published = [
        figure("res5-k9-in-reflect", "640x640", ms, setting=setting)
        for ms, setting in ((150, "fp16"), (100, "fp32"))
    ]
    found = of(profile(figure=published, peak={"tera_operations": 17.5, **SAID}, year=2025))
    assert found.where is Where.ENGINE and found.other is not None and not found.caveat
    assert found.other.ms == pytest.approx(100 * 47.297507 / 62.98, rel=0.01)
    assert found.other.high > 1.5 * found.other.ms, "it holds both settings"
    mine = of(profile(figure=published, peak={"tera_operations": 17.5, **SAID}), "res3-in-reflect")
    assert mine.other is None and "scaled from the published 100 ms" in mine.reason


def test_the_published_figure_is_itself() -> None:
    found = of(profile(figure=[figure(*PLACE, 66)]))
    assert numbers(found) == pytest.approx((66, 66, 66))
    assert found.sure is Sure.PUBLISHED


def test_a_picture_that_lies_costs_what_one_that_stands_does() -> None:
    lying = profile(measurement("res3", "853x480", 60, p95_ms=66, samples=100))
    assert of(lying, "res3", "480x853").sure is Sure.MEASURED
    assert of(lying, "res3", "853x480").ms == 60
    assert of(profile(figure=[figure(*PLACE, 66)]), "res3", "853x480").sure is Sure.PUBLISHED


def test_one_figure_bounds_by_both_costs() -> None:
    device = profile(figure=[figure(*PLACE, 66)])
    for network, size in (("res5", "480x853"), ("res3-sep", "360x640"), ("res1-w16", "720x1280")):
        ms, low, high = numbers(of(device, network, size))
        macs, traffic = (
            66 * new / old for new, old in zip(cost(network, size), cost(*PLACE), strict=True)
        )
        assert ms == pytest.approx(macs)
        assert (low, high) == pytest.approx((min(macs, traffic), max(macs, traffic)))


def test_every_device_between_the_costs_is_inside_the_interval() -> None:
    for share in (0, 0.3, 0.7, 1):
        truth = (0, 1.4 * share, 0.4 * (1 - share))
        device = profile(figure=[figure(*PLACE, takes(*PLACE, truth))])
        for network, size in product(
            ("res5", "res1", "res3-sep", "res3-w16"), ("240x427", "720x1280")
        ):
            _, low, high = numbers(of(device, network, size))
            assert low * 0.999 <= takes(network, size, truth) <= high * 1.001


def test_another_size_of_the_same_network_is_narrow() -> None:
    found = of(profile(figure=[figure(*PLACE, 66)]), "res3", "360x640")
    _, low, high = numbers(found)
    assert high / low < 1.02 and found.sure is Sure.ESTIMATED
    assert "agree" in found.reason and "on top" not in found.reason
    assert "would come on top" in of(profile(figure=[figure(*PLACE, 66)]), "res3", "240x427").reason


def test_what_the_source_may_have_meant_widens() -> None:
    device = profile(figure=[figure(*PLACE, 66, "res3-c0", "res3-c32")])
    found = of(device)
    ms, low, high = numbers(found)
    assert ms == 66 and found.sure is Sure.PUBLISHED
    of_c0, of_c32 = cost("res3-c0", "480x853"), cost("res3-c32", "480x853")
    own = cost(*PLACE)
    assert high == pytest.approx(66 * own[0] / of_c0[0])
    assert low == pytest.approx(66 * own[1] / of_c32[1])
    assert "res3-c0 or res3-c32" in found.reason
    alternative = of(device, "res3-c0")
    assert alternative.sure is Sure.ESTIMATED
    assert numbers(alternative)[2] == pytest.approx(66)


def bound(network: str, *alternatives: str, **limit: float) -> dict[str, object]:
    return {"network": network, "or": list(alternatives), "size": "480x853", **limit, **SAID}


def test_bounds_cut() -> None:
    device = profile(figure=[figure(*PLACE, 66)], bound=[bound("res5", at_least=90)])
    ms, low, high = numbers(of(device, "res5"))
    assert (low, ms) == (90, pytest.approx(97.2, abs=0.1)) and high == ms
    slow = profile(figure=[figure(*PLACE, 66)], bound=[bound("res5", at_least=120)])
    assert numbers(of(slow, "res5")) == (120, 120, 120)
    assert "cut: res5 at 480x853 is over 120 ms (published)" in of(slow, "res5").reason
    assert numbers(of(slow))[0] == 66, "a smaller network is not bound from below"
    assert numbers(of(slow, "res5", "720x1280"))[0] == pytest.approx(204.9, abs=0.1)
    fast = profile(figure=[figure(*PLACE, 66)], bound=[bound("res1", at_most=50)])
    assert numbers(of(fast, "res1"))[2] == 50
    assert numbers(of(fast, "res0"))[2] <= 50, "nor does a smaller one take longer"
    assert numbers(of(fast, "res3", "360x640"))[0] < 50
    most = profile(figure=[figure(*PLACE, 66)], bound=[bound("res3", at_most=66)])
    assert numbers(of(most, "res3-sep"))[2] > 80, "less to reckon, but more to move: not bound"


def test_a_bound_holds_in_its_own_reading() -> None:
    """If the source's networks were all generously padded, its res5 did more than ours does."""
    figures = [figure(*PLACE, 66, "res3-c32")]
    plain = profile(figure=figures, bound=[bound("res5", at_least=95)])
    read = profile(figure=figures, bound=[bound("res5", "res5-c32", at_least=95)])
    assert numbers(of(plain, "res5"))[1] == 95
    assert numbers(of(read, "res5"))[1] < 95


def test_separable_blocks_that_were_not_faster() -> None:
    said = {"faster": False, **SAID}
    device = profile(figure=[figure(*PLACE, 66)], separable=said)
    full, found = of(device), of(device, "res3-sep")
    assert numbers(found)[:2] == numbers(full)[:2]
    assert numbers(found)[2] > numbers(full)[2], "what they move may make them slower"
    assert found.sure is Sure.ESTIMATED and "separable ones were not faster" in found.reason
    without = numbers(of(profile(figure=[figure(*PLACE, 66)]), "res3-sep"))
    assert without[0] == pytest.approx(66 * cost("res3-sep", "480x853")[0] / cost(*PLACE)[0])
    faster = profile(figure=[figure(*PLACE, 66)], separable={**said, "faster": True})
    assert numbers(of(faster, "res3-sep")) == without


def test_a_separable_network_that_was_measured_speaks_for_itself() -> None:
    said = {"faster": False, **SAID}
    truth = (0, 1.3, 0.02)
    device = profile(*measured(truth), separable=said)
    assert numbers(of(device, "res3-sep", "480x853"))[0] == pytest.approx(
        takes("res3-sep", "480x853", truth), rel=1e-6
    )
    without = [m for m in measured(truth) if m.network.kind is BlockKind.FULL]
    found = of(profile(*without, separable=said), "res3-sep", "480x853")
    assert numbers(found)[0] == pytest.approx(takes("res3", "480x853", truth), rel=1e-6)


def test_the_floor_cuts() -> None:
    device = profile(figure=[figure(*PLACE, 66)], peak={"tera_operations": 1.5, **SAID})
    found = of(device, "res5")
    assert found.floor == pytest.approx(69.6825 / 0.75)
    assert found.low == found.floor and "peak" in found.reason


def test_an_exact_measurement_wins() -> None:
    exact = measurement(
        *PLACE, 64, p95_ms=70, samples=900, sustained_ms=81, sustained_after_minutes=5, name="Mine"
    )
    others = measured((0, 1, 0.1))[1:]
    device = profile(
        exact, *others, figure=[figure(*PLACE, 66)], bound=[bound("res3", at_least=90)]
    )
    found = of(device)
    assert (found.ms, found.sure, found.p95) == (64, Sure.MEASURED, 70)
    assert (found.sustained, found.minutes) == (81, 5)
    assert found.reason.startswith("measured on Mine with all; 900 frames")
    _, low, high = numbers(found)
    assert 63.5 < low < 64 < high < 64.5


def test_frames_in_their_order_say_more_than_a_p95() -> None:
    steady = [60 + (i * 7 % 10) / 10 for i in range(200)]
    warming = [60 + i / 20 for i in range(200)]

    def width(frames: list[float]) -> float:
        data = {"device": "t", "network": "res3", "size": "480x853", "latencies_ms": frames}
        from render.devices.measurements import Measurement

        _, low, high = numbers(of(profile(Measurement.model_validate(data))))
        return high - low

    assert width(steady) < 0.3
    assert width(warming) > 2


def test_without_a_spread_none_is_claimed() -> None:
    found = of(profile(measurement(*PLACE, 64)))
    assert numbers(found) == (64, 64, 64) and "nothing is said of its spread" in found.reason


def test_a_few_measurements_are_scaled_and_outrank_what_is_published() -> None:
    device = profile(
        measurement("res3", "360x640", 30, p95_ms=33, samples=1), figure=[figure(*PLACE, 66)]
    )
    found = of(device)
    ms, low, high = numbers(found)
    assert ms == pytest.approx(30 * cost(*PLACE)[0] / cost("res3", "360x640")[0])
    assert low < 0.95 * ms and high > 1.05 * ms, "its own error goes along"
    assert found.sure is Sure.ESTIMATED and "the measured 30 ms of res3 at 360x640" in found.reason


def test_the_nearest_figure_is_scaled_and_a_contradiction_widens() -> None:
    truth = (0, 1.0, 0.1)
    near, far = measured(truth, (("res3", "480x853"), ("res1-w16", "240x427")))
    agreeing = numbers(of(profile(near, far), "res3", "540x960"))
    assert agreeing == pytest.approx(numbers(of(profile(near), "res3", "540x960")))
    slow = far.model_copy(update={"median_ms": 10 * far.median_ms})
    wide = of(profile(near, slow), "res3", "540x960")
    assert numbers(wide)[2] > 2 * agreeing[2] and "do not agree" in wide.reason


def test_three_measurements_are_fitted() -> None:
    truth = (0, 1.0, 0.1)
    device = profile(*measured(truth), figure=[figure("res4", "480x853", 66)])
    found = of(device, "res5", "360x640")
    assert numbers(found)[0] == pytest.approx(takes("res5", "360x640", truth), rel=1e-6)
    assert found.sure is Sure.ESTIMATED
    said = takes("res4", "480x853", truth)
    assert f"published 66 ms of res4 at 480x853, the fit says {said:.2g}" in found.reason
    ((units, (fit, points)),) = fits(device).items()
    assert units == "all" and len(points) == len(SIX) == len(fit.residuals)


def test_the_fastest_units_are_taken_and_named() -> None:
    slow = measured((0, 3, 0.3), units="cpuAndGPU")
    fast = measured((0, 1, 0.1), units="cpuAndNeuralEngine")
    exact = of(profile(*slow, *fast))
    assert exact.ms == pytest.approx(takes(*PLACE, (0, 1, 0.1)))
    assert "with cpuAndNeuralEngine; the fastest of cpuAndGPU, cpuAndNeuralEngine" in exact.reason
    fitted = of(profile(*slow, *fast), "res2")
    assert fitted.ms == pytest.approx(takes("res2", "480x853", (0, 1, 0.1)))
    assert "with cpuAndNeuralEngine, the fastest of" in fitted.reason


def test_settings_are_not_mixed_in_a_fit() -> None:
    mixed = [
        *measured((0, 3, 0.3), SIX[:2], units="cpuOnly"), *measured((0, 1, 0.1), SIX[2:4]),
    ]  # fmt: skip
    assert fits(profile(*mixed)) == {}


def test_the_newest_system_counts() -> None:
    old, new = measurement(*PLACE, 70, os="iOS 9.3"), measurement(*PLACE, 60, os="iOS 18.10")
    for order in ((old, new), (new, old)):
        assert of(profile(*order)).ms == 60


def test_two_phones_of_a_chip() -> None:
    a = measurement(*PLACE, 60, p95_ms=61, samples=100)
    b = a.model_copy(update={"device": "test1,2", "median_ms": 70, "p95_ms": 71})
    ms, low, high = numbers(of(profile(a, b)))
    assert ms == 65 and low < 60 and high > 70


def test_under_the_floor_is_doubted() -> None:
    device = profile(measurement(*PLACE, 5), peak={"tera_operations": 5, **SAID})
    assert of(device).ms == 5 and "check one of them" in of(device).reason


def test_another_form_of_network_is_mentioned() -> None:
    device = profile(figure=[figure("res5-in", "640x640", 100)])
    assert "the only figures are of a network with instance norm" in of(device).caveat
    assert of(device).caveat in of(device).why
    assert of(device, "res3-in").caveat == ""
    both = profile(figure=[figure("res5-in", "640x640", 100), figure("res5", "640x640", 90)])
    assert of(both).caveat == of(both, "res5-in").caveat == ""


def test_a_form_that_older_chips_do_not_take_is_mentioned() -> None:
    known = {"figure": [figure(*PLACE, 66)]}
    found = of(profile(**known, year=2018), "res1-in-reflect")
    assert found.caveat.startswith("instance norm and reflect padding, which no figure here has")
    assert of(profile(**known, year=2018), "res1").caveat == ""
    later = of(profile(**known, year=2021), "res1-in-reflect")
    assert "not known to stay on the neural engine" in later.caveat
    assert of(profile(measurement("res1-in", "480x853", 50)), "res1-in").caveat == ""
    assert of(profile()).caveat == ""


# What comes with render.


def test_the_a12_is_at_its_limit_with_three_blocks() -> None:
    a12 = load_profile("A12")
    budget = 1000 / 15
    published = of(a12)
    assert published.sure is Sure.PUBLISHED and published.ms == 66
    assert published.low is not None and published.high is not None
    assert published.low < budget < published.high
    assert numbers(of(a12, "res5"))[1] > budget, "five blocks are too deep in every reading"
    assert numbers(of(a12, "res1"))[2] < budget
    assert numbers(of(a12, "res3-w16"))[2] < budget
    assert numbers(of(a12, "res3-sep"))[0] == 66
    assert published.floor == pytest.approx(18.919, abs=0.001)


@pytest.mark.parametrize(
    ("device", "low", "ms", "high"),
    [("A13", 21, 53, 63), ("A14", 11, 29, 34), ("A15", 8, 20, 24), ("A16", 7, 18.5, 22),
     ("A17 Pro", 7, 18, 22), ("A18", 7, 18, 22), ("A18 Pro", 7, 18, 22), ("A19", 7, 18, 22),
     ("A19 Pro", 7, 18, 22)],
)  # fmt: skip
def test_every_later_chip_has_two_cases(device: str, low: float, ms: float, high: float) -> None:
    """res3 at 480x853: by the rate, and what a call costs on top."""
    found = of(load_profile(device))
    assert (found.sure, found.where) == (Sure.ESTIMATED, Where.ENGINE)
    for there, reckoned in zip(numbers(found), (ms, low, high), strict=True):
        assert reckoned <= there + 0.5 and there < reckoned + 1.5
    assert found.other is not None and found.other.low > 3 * low
    assert found.other.where is Where.ELSEWHERE and found.other.low <= found.other.ms


def test_the_a12_alone_has_a_time_of_its_own() -> None:
    found = of(load_profile("A12"))
    assert found.where is None and found.other is None


@pytest.mark.parametrize("device", [p.name for p in list_profiles()])
def test_estimates_are_in_order(device: str) -> None:
    found = load_profile(device)
    for network, size in product(
        ("res5", "res0", "res3-sep-w8", "res5-k9-in-reflect"), ("8x8", "1080x1920")
    ):
        one = of(found, network, size)
        if one.ms is not None:
            assert numbers(one)[1] > 0
        assert "\n" not in one.reason

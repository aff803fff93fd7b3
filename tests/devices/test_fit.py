"""The fit against devices whose formula is known."""

from __future__ import annotations

import math
import random

import pytest

from render.devices.fit import Point, TimeFit, fit, students_t
from tests.devices.planted import SIX, cost, takes

SIZES = tuple(("res3", size) for size in ("240x427", "360x640", "480x853", "540x960", "720x1280"))


def planted(
    truth: tuple[float, float, float],
    places: tuple[tuple[str, str], ...] = SIX,
    noise: float = 0.0,
    chance: random.Random | None = None,
) -> TimeFit:
    chance = chance or random.Random(1)
    return fit(
        [
            Point(*cost(n, s), takes(n, s, truth) * math.exp(chance.gauss(0, noise)))
            for n, s in places
        ]
    )


@pytest.mark.parametrize("truth", [(0, 1.2, 0.1), (0, 1.4, 0), (0, 0, 0.4), (4, 0.9, 0.05)])
def test_a_formula_is_found_again(truth: tuple[float, float, float]) -> None:
    found = planted(truth)
    assert found.coefficients == pytest.approx(truth, abs=1e-9)
    assert found.residuals == pytest.approx([0] * 6, abs=1e-12)
    ms, low, high = found.at(*cost("res5", "720x1280"))
    assert ms == pytest.approx(takes("res5", "720x1280", truth))
    assert low == pytest.approx(ms) and high == pytest.approx(ms)


def test_no_part_is_negative() -> None:
    """Where plain least squares would have time fall as more is moved."""
    places = (("res3", "480x853"), ("res3-sep", "480x853"), ("res5", "480x853"))
    found = fit([Point(*cost(n, s), ms) for (n, s), ms in zip(places, (66, 20, 97), strict=True)])
    assert found.coefficients[2] == 0 and found.coefficients[1] > 0


def test_the_constant_waits_for_five() -> None:
    assert planted((10, 1, 0.1), SIX[:4]).coefficients[0] == 0
    assert planted((10, 1, 0.1), SIX[:5]).coefficients[0] == pytest.approx(10)


@pytest.mark.parametrize(
    ("truth", "places", "least"),
    [
        ((0, 1, 0.1), SIX, 0.91), ((5, 0.8, 0.1), SIX, 0.91), ((0, 1.4, 0), SIX, 0.91),
        ((0, 1, 0.1), SIX[:3], 0.91), ((0, 1, 0.1), SIZES, 0.91), ((0, 0, 0.4), SIZES, 0.91),
    ],
)  # fmt: skip
def test_the_interval_covers_what_it_should(
    truth: tuple[float, float, float], places: tuple[tuple[str, str], ...], least: float
) -> None:
    """A new measurement, as noisy as the others, of networks that were not measured."""
    chance, hits, runs = random.Random(7), 0, 150
    asked = (
        ("res3-sep", "360x640"),
        ("res5", "360x640"),
        ("res3", "540x960"),
        ("res1-w16", "480x853"),
    )
    for _ in range(runs):
        found = planted(truth, places, 0.03, chance)
        for network, size in asked:
            _, low, high = found.at(*cost(network, size))
            hits += low <= takes(network, size, truth) * math.exp(chance.gauss(0, 0.03)) <= high
    assert hits / (runs * len(asked)) >= least


def test_the_interval_is_of_use() -> None:
    """Six varied networks timed to 3 % say another one to a fifth or so."""
    found = planted((0, 1, 0.1), noise=0.03)
    ms, low, high = found.at(*cost("res5", "360x640"))
    assert 0 < (high - low) / ms < 0.4


def test_one_network_at_many_sizes_does_not_know_another() -> None:
    found = planted((0, 1, 0.1), SIZES, 0.01)
    same = found.at(*cost("res3", "600x1067"))
    other = found.at(*cost("res3-sep", "480x853"))
    assert (same[2] - same[1]) / same[0] < 0.15
    assert (other[2] - other[1]) / other[0] > 0.5


def test_timings_own_errors_are_not_fitted_away() -> None:
    exact = [Point(*cost(n, s), takes(n, s, (0, 1, 0.1)), 0.05) for n, s in SIX]
    assert fit(exact).spread == pytest.approx(0.05 / 1.96, rel=0.02)
    _, low, high = fit(exact).at(*cost("res3", "360x640"))
    assert high > 1.05 * low


def test_students_t_is_the_table_and_else_the_wider() -> None:
    assert [students_t(n) for n in (1, 2, 10, 30, 31, 50, 119, 120, 10**9)] == [
        12.706, 4.303, 2.228, 2.042, 2.042, 2.021, 2.0, 1.98, 1.98,
    ]  # fmt: skip

"""Another device's evidence, taken for this one's: it works, and it says so."""

from __future__ import annotations

import pytest

from render.devices.assumed import assumed_like
from render.devices.device_time import estimate
from render.devices.profile import Sure, load_profile
from render.errors import UsageError
from render.networks.spec import NetworkSpec
from render.target import Size
from tests.devices.planted import measurement, profile

RES3, SIZE = NetworkSpec.parse("res3"), Size.parse("480x853")


def test_its_times_are_the_others_and_marked() -> None:
    like = assumed_like(load_profile("A16"), load_profile("A12"))
    found = estimate(like, RES3, SIZE)
    assert (found.ms, found.device, found.like) == (66, "A16 (like A12)", "A12")
    assert found.sure is Sure.ESTIMATED, "nothing of it was published of an A16"
    assert found.reason.startswith("assumed to be like A12, which nobody measured; there the publ")
    assert like.phones == load_profile("A16").phones and like.year == 2022
    assert like.as_dict()["like"] == "A12"


def test_what_was_measured_there_is_no_measurement_here() -> None:
    other = profile(measurement("res3", "480x853", 20))
    found = estimate(assumed_like(load_profile("A16"), other), RES3, SIZE)
    assert (found.ms, found.sure) == (20, Sure.ESTIMATED)


def test_both_cases_come_along() -> None:
    found = estimate(assumed_like(load_profile("A12"), load_profile("A16")), RES3, SIZE)
    plain = estimate(load_profile("A16"), RES3, SIZE)
    assert found.other == plain.other and found.ms == plain.ms and "17 trillion" in found.reason


def test_what_cannot_be_assumed() -> None:
    a12 = load_profile("A12")
    with pytest.raises(UsageError, match="like itself"):
        assumed_like(a12, load_profile("iPhone XS"))
    with pytest.raises(UsageError, match="has timings of its own"):
        assumed_like(profile(measurement("res3", "480x853", 20)), a12)
    with pytest.raises(UsageError, match="nothing is known of Test"):
        assumed_like(a12, profile())

"""Published warmth: only where it is asked for, of the right part, and never another phone's."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from render.devices.heat import heat_of
from render.devices.peak_share import Where
from render.devices.phone import Phone
from render.devices.profile import load_profile
from render.errors import UsageError
from render.networks.spec import NetworkSpec
from render.target import Size
from tests.devices.planted import SAID, measurement, profile

RES3, SIZE = NetworkSpec.parse("res3"), Size.parse("480x853")
A19_PRO = load_profile("A19 Pro")


def heat(part: str, keeps: float, **more: Any) -> dict[str, Any]:
    return {"part": part, "keeps": keeps, "workload": "another", **SAID, **more}


def test_it_slows_down_only_where_that_is_asked_for() -> None:
    cool, _ = Phone("A19 Pro", A19_PRO).playback(RES3, SIZE, Fraction(30))
    assert cool.latency.sustained is None
    warm, why = Phone("A19 Pro", A19_PRO, heat=True).playback(RES3, SIZE, Fraction(30))
    assert warm.latency.sustained == pytest.approx(cool.latency.median / 0.67)
    assert warm.latency.minutes == 10
    assert why.endswith(
        "; warm by another workload than this: the neural engine keeps 67% of its speed after 10 "
        "min with a language model (Gemma 4 E2B), not a style network"
    )


def test_the_part_that_runs_it_decides() -> None:
    assert heat_of(A19_PRO, Where.ENGINE).keeps == 0.67
    gpu = heat_of(A19_PRO, Where.ELSEWHERE)
    assert (gpu.keeps, gpu.to) == (0.38, 0.48) and gpu.middle == pytest.approx(0.43)
    assert heat_of(A19_PRO, None) is gpu, "of a part that is not known, the one that slows most"
    warm, _ = Phone("A", A19_PRO, heat=True).playback(
        NetworkSpec.parse("res3-in"), SIZE, Fraction(15)
    )
    assert warm.latency.sustained == pytest.approx(warm.latency.median / 0.43)
    whole = profile(heat=[heat("any", 0.5, minutes=3)])
    assert heat_of(whole, Where.ENGINE).keeps == 0.5


def test_what_was_measured_of_its_warmth_goes_before() -> None:
    mine = measurement("res3", "480x853", 20, sustained_ms=25, sustained_after_minutes=5)
    phone = Phone("T", profile(mine, heat=[heat("any", 0.5, minutes=3)]), heat=True)
    playback, why = phone.playback(RES3, SIZE, Fraction(30))
    assert (playback.latency.sustained, playback.latency.minutes) == (25, 5)
    assert "another workload" not in why


def test_no_other_phones_is_taken_for_it() -> None:
    with pytest.raises(UsageError, match="nothing is published of how A16 slows down"):
        Phone("A16", load_profile("A16"), heat=True).playback(RES3, SIZE, Fraction(15))
    with pytest.raises(UsageError, match="not after how many minutes"):
        Phone("A18 Pro", load_profile("A18 Pro"), heat=True).playback(RES3, SIZE, Fraction(15))

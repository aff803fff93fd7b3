"""The rule for phones of which no time is known, against every time that was published."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from render.devices.backtest import LEAST_COVERAGE, backtest, coverage
from render.devices.peak_share import Where
from render.devices.profile import Profile, shipped_profiles
from tests.devices.planted import SAID, profile

ROOT = Path(__file__).parents[2]


def other(network: str, macs: float, ms: float, **more: object) -> dict[str, object]:
    usual = {"size": "224x224", "part": "any", "on_engine": True, "year": 2023, "grade": "A"}
    return {"network": network, "giga_macs": macs, "ms": ms, **usual, **SAID, **more}


def chip(tera: float, *others: dict[str, object]) -> Profile:
    return profile(peak={"tera_operations": tera, **SAID}, other=list(others))


def test_the_rule_holds_what_was_published() -> None:
    held, of = coverage(backtest(shipped_profiles()))
    assert of == 15 and held >= LEAST_COVERAGE * of


@pytest.mark.parametrize("where", list(Where))
def test_each_case_holds_its_own(where: Where) -> None:
    mine = [one for one in backtest(shipped_profiles()) if one.counts and one.where is where]
    assert sum(one.held for one in mine) >= LEAST_COVERAGE * len(mine)
    assert all(one.width < 10 for one in mine), "an interval that holds anything tells nothing"


def test_what_lies_outside_is_not_held() -> None:
    good, slow, fast = 2.0 / 0.3, 2.0 / 0.1, 2.0 / 1.2
    found = backtest([chip(10.0, *(other(f"n{ms}", 10, ms) for ms in (good, slow, fast)))])
    assert [one.held for one in found] == [True, False, False]
    assert coverage(found) == (1, 3)


def test_eight_bits_count_in_no_sum() -> None:
    assert coverage(backtest([chip(10.0, other("n", 10, 50.0, bits=8))])) == (0, 0)


def test_a_figure_is_left_out_with_all_of_its_network() -> None:
    alike = [other(f"n{n}", 10, 2.0 / (0.3 + n / 100)) for n in range(4)]
    odd = [other("odd", 10, 2.0 / share) for share in (0.1, 0.1)]
    *others, last, _ = backtest([chip(10.0, *alike, *odd)])
    assert last.held_left_out is False, "its twin must not vouch for it"
    assert all(one.held_left_out for one in others)


def test_the_old_calls_are_added_to_what_is_predicted() -> None:
    new, old = (backtest([chip(6.0, other("n", 12, 20.0, year=year))])[0] for year in (2023, 2020))
    assert old.low == pytest.approx(new.low + 6.9) and old.high == pytest.approx(new.high + 6.1)


def test_a_chip_without_a_rate_is_left_out() -> None:
    assert backtest([profile(other=[other("n", 1, 1.0)])]) == []


def test_the_command_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "benchmarks/phone_backtest.py"), run_name="__main__")
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "VGG19" in out and "the rule holds 14 of 15 (93%)" in out
    assert max(map(len, out.splitlines())) <= 100

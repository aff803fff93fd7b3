"""Latencies: how they are written, and that what is drawn is what was said."""

from __future__ import annotations

import json
import random
from pathlib import Path
from statistics import median

import pytest

from render.devices.latency import Latency, parse_latency
from render.errors import UsageError


def drawn(latency: Latency, minutes: float = 0.0, count: int = 4000) -> list[float]:
    chance = random.Random(7)
    return sorted(float(latency.draw(chance, minutes)) * 1000 for _ in range(count))


def test_a_number_is_constant() -> None:
    assert parse_latency("66") == Latency(66)
    assert set(drawn(Latency(66))) == {66.0}


@pytest.mark.parametrize("text", ["66±8", "66+-8", " 66 +/- 8 ", "66.0±8.0"])
def test_a_spread_holds_84_of_100(text: str) -> None:
    values = drawn(parse_latency(text))
    assert median(values) == pytest.approx(66, rel=0.01)
    assert values[int(0.8413 * len(values))] == pytest.approx(74, rel=0.01)
    assert values[0] > 0


def test_a_p95_is_met() -> None:
    latency = Latency.of_p95(60, 80)
    values = drawn(latency)
    assert values[int(0.95 * len(values))] == pytest.approx(80, rel=0.02)
    assert latency.p95 == pytest.approx(80)
    assert Latency.of_p95(60, None).sigma == 0


def test_warming_up_is_a_straight_line() -> None:
    latency = Latency(60, sustained=90, minutes=3)
    assert [latency.at(m) for m in (0, 1, 3, 10)] == [60, 70, 90, 90]
    assert set(drawn(latency, 1.5)) == {75.0}
    at_once = Latency(60, sustained=90)
    assert at_once.at(0) == 90


def test_measured_frames_are_drawn_from(tmp_path: Path) -> None:
    lines = tmp_path / "ms.txt"
    lines.write_text("60\n62.5\n90\n")
    listed = tmp_path / "ms.json"
    listed.write_text("[60, 62.5, 90]")
    timings = tmp_path / "timings.json"
    timings.write_text(json.dumps({"measurements": [{"latencies_ms": [60, 62.5, 90]}]}))
    for path in (lines, listed, timings):
        latency = parse_latency(str(path))
        assert latency.median == 62.5
        assert set(drawn(latency)) == {60.0, 62.5, 90.0}
        assert latency.p95 == 90
    # They grow warm as a whole.
    warm = Latency(62.5, samples=(60, 62.5, 90), sustained=125, minutes=1)
    assert set(drawn(warm, 5)) == {120.0, 125.0, 180.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fast", "write milliseconds (66), with a spread (66±8), or a file"),
        ("0", "over 0"),
        ("66±", "write milliseconds"),
        ("-5", "write milliseconds"),
        ("999999", "at most 60000"),
        ("nothing.json", "there is no such file of latencies"),
    ],
)
def test_what_is_no_latency_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="latenc") as error:
        parse_latency(text)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '["a"]', "[true]", "[null]", "1 2 x", "[1, -2]", "[1e99]", "NaN",
             "[1e-320]", '{"measurements": [1]}', "[" * 5000]
)  # fmt: skip
def test_a_file_without_latencies_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ms.json"
    path.write_text(text)
    with pytest.raises(UsageError) as error:
        parse_latency(str(path))
    assert str(path) in str(error.value) and "\n" not in str(error.value)

"""Lists and ranges → values."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from render.cli.ranges import values
from render.target import Rate


def said(key: str, text: str) -> list[str]:
    return [str(value) for value in values(key, text)]


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("10..30:5", "10 15 20 25 30"),
        ("10..32:10", "10 20 30"),
        ("10..30", "10 20 30"),
        ("7.5..60", "15/2 15 30 60"),
        ("15..15", "15"),
        ("10,15..30:15,source", "10 15 30 source"),
        ("0.1..0.3:0.1", "1/10 1/5 3/10"),
        ("29.97..59.94", "30000/1001 60000/1001"),
        (" 10 .. 20 : 10 ", "10 20"),
        ("1/3..1:1/3", "1/3 2/3 1"),
    ],
)
def test_rates_are_exact(text: str, rates: str) -> None:
    found = said("fps", text)
    assert found == rates.split()


def test_a_range_s_rates_are_rates() -> None:
    assert values("fps", "10..20:10") == [Rate(Fraction(10)), Rate(Fraction(20))]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("360x640..720x1280:3", "360x640 540x960 720x1280"),
        ("360x640..720x1280:4", "360x640 480x853 600x1067 720x1280"),
        ("360x640..720x1280", "360x640 720x1280"),
        ("180x320..1080x1920", "180x320 360x640 720x1280 1080x1920"),
        ("360x640..480x853:2,128x128", "360x640 480x853 128x128"),
        ("96x96..96x96", "96x96"),
        ("96x96..96x96:3", "96x96 96x96 96x96"),
    ],
)
def test_sizes_keep_their_shape(text: str, sizes: str) -> None:
    assert said("size", text) == sizes.split()


def test_strengths() -> None:
    assert values("strength", "0.4..1:0.2") == [0.4, 0.6, 0.8, 1.0]
    assert values("strength", "0,0.5..1:0.5") == ["0", 0.5, 1.0]


def test_names_have_no_ranges(tmp_path: Path) -> None:
    assert said("style", "../a.safetensors,b") == ["../a.safetensors", "b"]
    comma = tmp_path / "a,b.safetensors"
    comma.touch()
    assert said("style", str(comma)) == [str(comma)]

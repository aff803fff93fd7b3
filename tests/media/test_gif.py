"""What a GIF is like: its size, its times, and what its comments say."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from render.media.gif import FASTEST, LONGEST_SIDE, fitted, starts
from render.media.gif_comments import comments_of, with_comments
from render.target import Size

# 1x1, with a palette of four colours, as GIMP writes it.
PLAIN = (
    b"GIF89a\x01\x00\x01\x00\x91\x00\x00"
    + bytes(12)
    + b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b"
)
SAID = ["made of <b>a style</b>, naïve 🎨", "x" * 1000, ""]


@pytest.mark.parametrize("piece", [1, 7, 14, 4096])
def test_comments_come_back_however_the_file_comes(piece: int) -> None:
    pieces = [PLAIN[n : n + piece] for n in range(0, len(PLAIN), piece)]
    made = b"".join(with_comments(pieces, SAID))
    assert comments_of(made) == SAID
    # All else is as it was.
    assert made.startswith(PLAIN[:25]) and made.endswith(PLAIN[25:])
    assert comments_of(PLAIN) == []


def test_what_is_cut_off_or_no_gif_says_what_it_can() -> None:
    made = b"".join(with_comments([PLAIN], SAID))
    for length in range(len(made)):
        found = comments_of(made[:length])
        assert found == SAID[: len(found)]
    assert comments_of(b"") == comments_of(b"\x00" * 5000) == []
    assert comments_of(b"GIF89a" + b"\xff" * 5000) == []
    assert b"".join(with_comments([b"no", b" gif" * 9], SAID)) == b"no" + b" gif" * 9
    assert b"".join(with_comments([b"no gif"], SAID)) == b"no gif"


@pytest.mark.parametrize("rate", ["15", "30", "24000/1001", "50", "7"])
def test_no_rounding_of_times_adds_up_or_is_too_short(rate: str) -> None:
    fps = Fraction(rate)
    times = starts(3000, fps)
    late = [abs(Fraction(time, 100) - n / fps) for n, time in enumerate(times)]
    assert max(late) <= Fraction(1, 200)
    # Browsers show what lasts less than two hundredths for ten.
    assert fps <= FASTEST and min(b - a for a, b in pairwise(times)) >= 2


def test_a_preview_is_brought_down_in_its_shape() -> None:
    assert fitted(Size(1920, 1080)) == Size(LONGEST_SIDE, 360)
    assert fitted(Size(1080, 1920)) == Size(360, LONGEST_SIDE)
    assert fitted(Size(320, 180)) == Size(320, 180)
    assert fitted(Size(4000, 2)) == Size(LONGEST_SIDE, 2)

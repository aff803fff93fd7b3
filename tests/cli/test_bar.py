"""A bar at every width: never so narrow that it says nothing, and the time left whole."""

from __future__ import annotations

import io

import pytest
from tqdm import tqdm

from render.cli.bar import cut, shaped
from render.cli.progress import _TAILS


def drawn(wide: int, title: str, words: str = "") -> str:
    stream = io.StringIO()
    bar = tqdm(
        file=stream, total=1234, initial=617, ncols=wide - 1, unit=" frames", ascii=True,
        bar_format=shaped(wide, title, _TAILS, 1234, words),
    )  # fmt: skip
    bar.close()
    return stream.getvalue().strip("\r\n").split("\r")[0]


@pytest.mark.parametrize("wide", [40, 50, 60, 80, 100, 200])
@pytest.mark.parametrize("title", ["clip.mp4", "1-27/27 a {very} long name of a clip, indeed.mp4"])
@pytest.mark.parametrize("words", ["", "a-preview-of-it-by-its-long-name.mp4"])
def test_the_bar_and_the_time_left_have_room(wide: int, title: str, words: str) -> None:
    line = drawn(wide, title, words)
    before, bar, after = line.split("|")
    assert len(line) < wide and len(bar) >= 10 and set(bar) <= {"#", " "} | set("0123456789")
    assert before.startswith(title[:7]) and " left" in after
    assert wide < 200 or before.startswith(f"{title}: ")
    assert wide < 80 or "617 of about 1234 frames" in after


def test_cut() -> None:
    assert (cut("clip.mp4", 8), cut("clip.mp4", 5)) == ("clip.mp4", "clip…")

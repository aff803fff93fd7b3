"""A bar at every width: never so narrow that it says nothing, and the time left whole."""

from __future__ import annotations

import pytest
from tqdm.utils import disp_len

from render.cli.bar import cut, drawn, plain
from render.cli.status import Status

HALF = Status(
    "clip.mp4", began=0, changed=60, unit="frame", done=617, total=1234, about=True
)  # fmt: skip


def line(wide: int, status: Status, now: float = 60, *, fine: bool = False) -> str:
    return drawn(status, wide - 1, now, fine=fine)


@pytest.mark.parametrize("wide", [40, 50, 60, 80, 100, 200])
@pytest.mark.parametrize("title", ["clip.mp4", "1-27/27 a {very} long name of a clip, indeed.mp4"])
@pytest.mark.parametrize("words", ["", "a-preview-of-it-by-its-long-name.mp4"])
def test_the_bar_and_the_time_left_have_room(wide: int, title: str, words: str) -> None:
    text = line(wide, HALF.at(617, 60, title=title, words=words))
    before, bar, after = text[2:].split("|")
    assert len(text) < wide and len(bar) >= 10 and set(bar) == {"#", " "}
    assert bar.count("#") == len(bar) // 2
    assert before.startswith(title[:7]) and "1:00 left" in after
    assert wide < 200 or before.startswith(f"{title}: ")
    assert wide < 80 or "617 of about 1234 frames" in after
    assert wide < 100 or "10.3 fps" in after


@pytest.mark.parametrize("wide", [50, 80])
def test_wide_letters_count_twice(wide: int) -> None:
    status = HALF.at(617, 60, title="北斎の神奈川沖浪裏の長い名前のクリップ.mp4")
    assert wide - 4 <= disp_len(line(wide, status, fine=True)) < wide


@pytest.mark.parametrize("wide", [50, 80])
def test_what_only_goes_on_tells_for_how_long(wide: int) -> None:
    status = Status("figures", 10, 10, "loading what measures, and reading the previews")
    texts = [line(wide, status, now) for now in (10, 10.21, 85)]
    assert all(len(text) < wide for text in texts) and len(set(texts)) == 3
    assert [text[-4:] for text in texts] == ["0:00", "0:00", "1:15"]
    assert texts[0][2:].startswith("figures: loading what measures")


def test_before_and_after_the_counting() -> None:
    loading = Status(
        "a.mp4", 0, 0, unit="frame", total=75, about=True, before="loading the network"
    )
    assert line(80, loading, 7).endswith("loading the network, 00:07")
    assert plain(loading, 7) == "a.mp4: loading the network, 7.0 s so far"
    assert line(80, HALF.at(1234, 90), 95).endswith("1234 of about 1234 frames, finishing")


def test_the_time_left_runs_on_while_nothing_is_told() -> None:
    assert "1:00 left" in line(80, HALF, 60) and "0:59 left" in line(80, HALF, 72)
    four = Status("figures", began=0, changed=40, unit="step", done=4, total=8)
    assert "0:40 left" in line(80, four, 40) and "0:35 left" in line(80, four, 45)
    assert "0:30 left" in line(80, four, 500)  # the three that have not begun


def test_cut() -> None:
    assert (cut("clip.mp4", 8), cut("clip.mp4", 5), cut("北斎.mp4", 4)) == (
        "clip.mp4", "clip…", "北…"
    )  # fmt: skip

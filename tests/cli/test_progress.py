"""Progress on a terminal and elsewhere."""

import io
from pathlib import Path

import pytest

from render.cli.output import labelled, tell
from render.cli.progress import Progress
from render.cli.words import amount, took

from .conftest import make_cell, make_plan


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_come_after_5_and_then_every_10_seconds() -> None:
    now = [100.0]
    cell = make_cell(Path("butterfly.mp4"), about=113)
    stream = io.StringIO()
    lines = Progress(make_plan(cell), stream, lambda: now[0], ticks=False)
    lines.start(cell, 0)
    for second in range(1, 31):
        now[0] = 100.0 + second
        lines.advance(cell, second * 2)
    assert stream.getvalue().splitlines() == [
        "butterfly.mp4: 10 of about 113 frames, 2.0 fps, about 52 s left",
        "butterfly.mp4: 30 of about 113 frames, 2.0 fps, about 42 s left",
        "butterfly.mp4: 50 of about 113 frames, 2.0 fps, about 32 s left",
    ]


def test_plain_lines_count_the_batch_and_do_without_an_estimate() -> None:
    now = [0.0]
    cells = [make_cell(Path("a.mp4"), about=None), make_cell(Path("b.mp4"))]
    stream = io.StringIO()
    lines = Progress(make_plan(*cells), stream, lambda: now[0], ticks=False)
    lines.start(cells[0], 0)
    now[0] = 5.0
    lines.advance(cells[0], 1)
    lines.close()
    assert stream.getvalue() == "1/2 a.mp4: 1 frames\n"


@pytest.mark.parametrize("about", [75, None])
def test_a_bar_spans_the_batch_and_leaves_nothing_behind(about: int | None) -> None:
    cells = [make_cell(Path("a.mp4"), about), make_cell(Path("b\x1b.mp4"), about)]
    stream = Terminal()
    bar = Progress(make_plan(*cells), stream, ticks=False)
    for cell in cells:
        bar.start(cell, 0)
        bar.advance(cell, 40)
        tell("a line beside it", stream)
        bar.end(cell, 70)
    shown = stream.getvalue()
    assert "1/2 a.mp4" in shown and "2/2 b\\x1b.mp4" in shown
    assert "a line beside it\n" in shown
    assert ("140 of about 140 frames" if about else "140 frames") in shown
    bar.close()
    assert stream.getvalue().endswith("\r")


def test_what_an_earlier_run_left_counts_to_the_frames_and_not_to_the_speed() -> None:
    now = [100.0]
    cell = make_cell(Path("butterfly.mp4"), about=113)
    stream = io.StringIO()
    lines = Progress(make_plan(cell), stream, lambda: now[0], ticks=False)
    lines.start(cell, 60)
    for second in range(1, 11):
        now[0] = 100.0 + second
        lines.advance(cell, 60 + second * 2)
    assert stream.getvalue() == "butterfly.mp4: 70 of about 113 frames, 2.0 fps, about 22 s left\n"
    shown = Terminal()
    bar = Progress(make_plan(cell), shown, ticks=False)
    bar.start(cell, 60)
    assert " 53%|" in shown.getvalue() and "loading the network" in shown.getvalue()
    bar.end(cell, 113)
    assert "113 of about 113 frames" in shown.getvalue()
    bar.close()


def test_no_bar_for_nothing() -> None:
    stream = Terminal()
    bar = Progress(make_plan(), stream)
    tell("only this", stream)
    bar.close()
    assert stream.getvalue() == "only this\n"


def test_colour_only_where_it_is_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert labelled("error", "x", Terminal()) == "\x1b[31merror\x1b[0m: x"
    assert labelled("error", "x", io.StringIO()) == "error: x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert labelled("error", "x", Terminal()) == "error: x"


def test_amounts_and_times() -> None:
    times = [took(s) for s in (0.04, 9.94, 42, 59.7, 185, 7800)]
    assert times == ["0.0 s", "9.9 s", "42 s", "1 min 0 s", "3 min 5 s", "2 h 10 min"]
    assert [amount(n) for n in (0, 10, 812_000, 3_140_000, 2 * 10**9)] == [
        "0 kB", "1 kB", "812 kB", "3.1 MB", "2.00 GB"
    ]  # fmt: skip

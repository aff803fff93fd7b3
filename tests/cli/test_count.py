"""Counted progress, where there is no terminal and where there is one."""

from __future__ import annotations

import io

from render.cli.count import Count


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_now_and_then() -> None:
    now = 100.0
    stream = io.StringIO()
    bar = Count("step", stream, lambda: now, ticks=False)
    for done in range(0, 300, 10):
        bar.show("sea", 20 + done, 1020, f"sum {done}")
        now += 1
    bar.say("step 300: saved")
    bar.close()
    assert stream.getvalue().splitlines() == [
        "sea: 70 of 1020 steps, about 1 min 35 s left; sum 50",
        "sea: 170 of 1020 steps, about 1 min 25 s left; sum 150",
        "sea: 270 of 1020 steps, about 1 min 15 s left; sum 250",
        "step 300: saved",
    ]


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()
    bar = Count("cell", stream)
    bar.show("sheet", 0, 2, now_at="sea res3")
    bar.say("a line beside it")
    bar.show("sheet", 2, 2)
    bar.close()
    assert "sheet sea res3" in stream.getvalue()
    assert "a line beside it\n" in stream.getvalue()
    assert "2 of 2 cells" in stream.getvalue()


def test_what_is_going_on_is_said_before_there_is_anything_to_count() -> None:
    stream, lines = Terminal(), io.StringIO()
    for each in (stream, lines):
        bar = Count("step", each)
        bar.wait("figures", "loading")
        bar.show("figures", 1, 4)
        bar.close()
    assert "figures: loading … 00:00" in stream.getvalue()
    assert stream.getvalue().index("1 of 4 steps") > 0 and "loading" not in lines.getvalue()

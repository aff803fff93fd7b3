"""The line that changes: on a real terminal it never stands still, and no other word is lost in
it; elsewhere lines come now and then."""

from __future__ import annotations

import fcntl
import io
import itertools
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

import pytest

from render.cli.live import Live
from render.cli.output import say
from render.cli.status import Status

STILL = 2.0
SLOW = """
import sys, time
from render.cli.count import Count, waiting
from render.cli.output import put, say
with waiting("looking at clip.mp4"):
    time.sleep(2.5)
    say("a word beside it")
count = Count("step", sys.stderr)
count.show("figures", 1, 8, "a-preview-of-it.mp4")
time.sleep(2.5)
put("/a/result.mp4")
count.close()
say("the end")
"""


def run_on_terminal(script: str, columns: int) -> list[tuple[float, bytes]]:
    """What a script writes to a terminal, and when."""
    main, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    words = [sys.executable, "-c", script]
    came = []
    with subprocess.Popen(words, stdin=there, stdout=there, stderr=there) as process:
        os.close(there)
        while True:
            try:
                data = os.read(main, 4096)
            except OSError:  # how Linux says that the other side is closed
                data = b""
            if not data:
                break
            came.append((time.monotonic(), data))
        assert process.wait(60) == 0
    os.close(main)
    return came


def test_nothing_stands_still() -> None:
    columns = 50
    came = run_on_terminal(SLOW, columns)
    gaps = [after - before for (before, _), (after, _) in itertools.pairwise(came)]
    assert max(gaps) < STILL, "a line stood still while something went on"
    screen = b"".join(data for _, data in came).decode()
    drawn = [part for part in re.split(r"[\r\n]+", screen) if part.strip()]
    assert all(len(part) < columns for part in drawn)
    # Every word has a line of its own, whatever was drawn there before.
    assert [line.split("\r")[-1] for line in screen.split("\r\n") if line.split("\r")[-1]] == [
        "a word beside it",
        "/a/result.mp4",
        "the end",
    ]
    assert any("1 of 8 steps" in part or "0:0" in part for part in drawn)
    # And room for the ^C that a terminal echoes there.
    assert max(len(part.rstrip()) for part in drawn) < columns - 2
    assert any(part[2:].startswith("looking at clip.mp4 …") for part in drawn)


def test_where_nothing_moves_lines_are_few() -> None:
    now = [0.0]
    stream = io.StringIO()
    live = Live(stream, lambda: now[0], ticks=False)
    live.show(Status("figures", 0, 0, "loading"))
    for second in range(1, 301):
        now[0] = float(second)
        live.show(Status("figures", 0, 0, "loading"))
    live.close()
    told = [line.split(", ")[1] for line in stream.getvalue().splitlines()]
    assert told == [
        f"{time} so far" for time in ("5.0 s", "15 s", "35 s", "1 min 15 s", "2 min 15 s",
                                      "3 min 15 s", "4 min 15 s")
    ]  # fmt: skip


def test_lines_come_though_nobody_reports() -> None:
    stream = io.StringIO()
    clock = iter([0.0, 0.0, *map(float, range(0, 3000, 6))])
    live = Live(stream, lambda: next(clock))
    live.show(Status("clip.mp4", 0, 0, "loading"))
    deadline = time.monotonic() + 20
    while "clip.mp4: loading, " not in stream.getvalue() and time.monotonic() < deadline:
        time.sleep(0.05)
    live.close()
    assert "clip.mp4: loading, " in stream.getvalue()


def test_the_last_to_begin_is_the_one_that_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    first, second = Terminal(), Terminal()
    one, other = Live(first, ticks=False), Live(second, ticks=False)
    one.show(Status("one", 0, 0))
    other.show(Status("other", 0, 0))
    gone = first.getvalue()
    assert gone.endswith("\r") and not gone.split("\r")[-2].strip()
    say("a word")
    assert first.getvalue() == gone and second.getvalue().count("other") == 2
    other.close()
    one.close()
    assert capfd.readouterr().err == "a word\n"

"""A status as one line: drawn for a terminal of some width, or in plain words for a pipe or a log.

The bar itself and the time left are never what is cut.
"""

from __future__ import annotations

import os
from typing import TextIO

from tqdm import tqdm
from tqdm.utils import disp_len, disp_trim

from render.cli.output import safe
from render.cli.status import Status
from render.cli.words import took

_LEAST_BAR, _MOST_BAR, _LEAST_TITLE, _FAIR_TITLE = 10, 40, 8, 20
_USUAL = 80
_TURNS_A_SECOND = 5
_PLAIN = "|/-\\", " #"
_FINE = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", " ▏▎▍▌▋▊▉█"


def columns(stream: TextIO) -> int:
    """Of the terminal; 80 where it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


def drawn(status: Status, wide: int, now: float, *, fine: bool) -> str:
    """At most ``wide`` columns; it differs every fifth of a second. ``fine``: the terminal knows
    more than ASCII."""
    turns, fills = _FINE if fine else _PLAIN
    turn = turns[int(now * _TURNS_A_SECOND) % len(turns)]
    room = wide - disp_len(turn) - 1
    return (
        f"{turn} {_counted(status, room, now, fills) if status.total else _open(status, room, now)}"
    )


def plain(status: Status, now: float) -> str:
    """``2/3 butterfly.mp4: 45 of about 113 frames, 1.8 fps, about 38 s left``."""
    title = safe(status.title)
    if not status.unit or (status.before and status.done == status.first):
        words = status.before or status.words
        said = f"{title}: {safe(words)}" if words else title
        return f"{said}, {took(now - status.began)} so far"
    left = status.left(now)
    facts = [status.of, status.rate, f"about {took(left)} left" if left else ""]
    words = f"; {safe(status.words)}" if status.words else ""
    return f"{title}: {', '.join(filter(None, facts))}{words}"


def _open(status: Status, room: int, now: float) -> str:
    """What has no end to be seen."""
    elapsed = _clock(now - status.began)
    if status.unit and status.done > status.first:
        tail = ", ".join(filter(None, (status.of, status.rate, elapsed)))
        return f"{cut(safe(status.title), max(_LEAST_TITLE, room - len(tail) - 2))}: {tail}"
    words = status.before or status.words
    said = safe(f"{status.title}: {words}" if words else status.title)
    return f"{cut(said, room - len(elapsed) - 3)} … {elapsed}"


def _counted(status: Status, room: int, now: float, fills: str) -> str:
    total = status.total or 1
    share = min(1.0, status.done / total)
    title = safe(status.title)
    room -= len(": 100%|| ")
    for tail in _tails(status, now):
        spare = room - disp_len(tail)
        if spare >= min(disp_len(title), _FAIR_TITLE) + _LEAST_BAR:
            break
    title = cut(title, max(_LEAST_TITLE, spare - _LEAST_BAR))
    spare -= disp_len(title)
    words = safe(status.words)
    if words and spare >= 2 * _LEAST_BAR + _LEAST_TITLE + 2:
        words = cut(words, spare - 2 * _LEAST_BAR - 2)
        tail += f"; {words}"
        spare -= disp_len(words) + 2
    bar = _bar(share, max(_LEAST_BAR, min(_MOST_BAR, spare)), fills)
    return f"{title}: {int(100 * share):3d}%|{bar}| {tail}"


def _tails(status: Status, now: float) -> tuple[str, ...]:
    """What stands behind the bar, from the longest to the shortest."""
    if status.before and status.done == status.first:
        return f"{status.before}, {_clock(now - status.began)}", _clock(now - status.began)
    if status.ends:
        return f"{status.of}, finishing", "finishing"
    left = status.left(now)
    time = _clock(now - status.began) if left is None else f"{_clock(left)} left"
    facts = [", ".join(filter(None, (status.of, status.rate, time)))] if status.rate else []
    return *facts, f"{status.of}, {time}", time


def _bar(share: float, wide: int, fills: str) -> str:
    # tqdm's line of the bar alone.
    return tqdm.format_meter(share, 1, 0, ncols=wide, ascii=fills, bar_format="{bar}")


def _clock(seconds: float) -> str:
    """``00:09``, ``12:30``, ``2:05:09``."""
    return tqdm.format_interval(seconds)


def cut(text: str, most: int) -> str:
    """At most so many columns; dots stand for the rest."""
    return text if disp_len(text) <= most else f"{disp_trim(text, most - 1)}…"

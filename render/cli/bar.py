"""What a progress bar says at the width that there is: the bar itself and the time left are never
what is cut."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TextIO

_LEAST_BAR, _LEAST_TITLE, _FAIR_TITLE = 10, 8, 20
_USUAL = 80
_ROOM = {"n_fmt": "{total_fmt}", "rate_noinv_fmt": "99.99 frames/s", "remaining": "00:00:00"}


def columns(stream: TextIO) -> int:
    """Of the terminal; 80 where it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


def shaped(wide: int, title: str, tails: Sequence[str], total: int, words: str = "") -> str:
    """tqdm's ``bar_format`` for a bar ``wide`` columns wide: the first of ``tails`` beside which
    a fair part of the title and the bar have room, else the last one. ``words`` stand behind it, as
    far as there is room for them."""
    for tail in tails:
        room = wide - 1 - len(": 100%|| ") - _length(tail, total)
        if room >= min(len(title), _FAIR_TITLE) + _LEAST_BAR:
            break
    title = cut(title, max(_LEAST_TITLE, room - _LEAST_BAR))
    spare = room - len(title) - 2 * _LEAST_BAR - 2
    if words and spare >= _LEAST_TITLE:
        tail += f"; {_plain(cut(words, spare))}"
    return f"{_plain(title)}: {{percentage:3.0f}}%|{{bar}}| {tail}"


def cut(text: str, most: int) -> str:
    """At most so many characters; dots stand for the rest."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _length(tail: str, total: int) -> int:
    for name, widest in _ROOM.items():
        tail = tail.replace(f"{{{name}}}", widest)
    return len(tail.replace("{total_fmt}", str(total)))


def _plain(text: str) -> str:
    """As ``str.format`` leaves it."""
    return text.replace("{", "{{").replace("}", "}}")

"""The options of the group Phone → where previews are played."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.errors import UsageError

if TYPE_CHECKING:
    from render.devices.phone import Phone

NONE = "none"


def phones(
    play_on: str | None,
    latency: str | None,
    *,
    sustained: str | None,
    warm: str | None,
    late: str | None,
    seed: str | None,
    like: str | None = None,
    heat: bool = False,
) -> tuple[Phone | None, ...]:
    """Each place where the previews are played; None is nowhere: every frame of the target is
    shown; each device with the evidence of the one that it is ``like``, and slowing down by
    published ``heat``. Raises UsageError."""
    if play_on is None and latency is None:
        given = {"--sustained": sustained, "--warm": warm, "--late": late, "--seed": seed}
        for option, word in given.items():
            if word is not None:
                raise UsageError(f"{option}: needs a phone; name one with --play-on or --latency")
        if heat:
            raise UsageError("--heat: needs a phone; name one with --play-on")
        return (None,)
    from render.cli.read_request import one_of
    from render.devices.playback import Late

    if heat and (sustained is not None or play_on is None):
        other = "say one of --heat and --sustained" if sustained else "--latency has none published"
        raise UsageError(f"--heat: {other}")
    how = Late.NEWEST if late is None else one_of(Late, "--late", late)
    slow = None if sustained is None else _sustained(sustained)
    minutes = 0.0 if warm is None else _number("--warm", warm)
    number = 0 if seed is None else _seed(seed)
    found: list[Phone | None] = []
    for name, knows in [*_named(play_on, like), *_given(latency)]:
        if knows is None:
            found.append(None)
            continue
        from render.devices.phone import Phone

        found.append(Phone(name, knows, how, number, minutes, slow, heat))
    return tuple(dict.fromkeys(found))


def _named(text: str | None, like: str | None) -> list[tuple[str, Any]]:
    if text is None:
        return []
    from render.cli.devices_folder import device

    found: list[tuple[str, Any]] = []
    for word in _words("--play-on", text):
        if word == NONE:
            found.append((NONE, None))
            continue
        profile = device(word, like)
        found.append((profile.name, profile))
    return found


def _given(text: str | None) -> list[tuple[str, Any]]:
    if text is None:
        return []
    from render.devices.latency import parse_latency

    # A file's name may hold a comma.
    words = [text] if Path(text).is_file() else _words("--latency", text)
    found: list[tuple[str, Any]] = []
    for word in words:
        if word == NONE:
            found.append((NONE, None))
            continue
        known = parse_latency(word)
        name = Path(word).stem if known.samples else f"{re.sub(r' |[+]/?-', _plain, word)} ms"
        found.append((name, known))
    return found


def _plain(match: re.Match[str]) -> str:
    return "" if match[0] == " " else "±"


def _words(option: str, text: str) -> list[str]:
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise UsageError(f"{option} {text!r}: an empty place in the list; write it as A,B")
    return words


def _sustained(text: str) -> tuple[float, float]:
    """``90@3``: 90 ms after three minutes."""
    match = re.fullmatch(r"\s*([\d.]{1,9})\s*@\s*([\d.]{1,9})\s*", text)
    if match is None:
        raise UsageError(f"--sustained {text!r}: write MS@MINUTES, such as 90@3")
    ms = _number("--sustained", match[1])
    if ms == 0:
        raise UsageError(f"--sustained {text!r}: must be over 0 ms")
    return ms, _number("--sustained", match[2])


def _number(option: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1e5:
        raise UsageError(f"{option} {text!r}: is no number from 0 up")
    return number


def _seed(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise UsageError(f"--seed {text!r}: is no whole number from 0 up")
    return int(text)

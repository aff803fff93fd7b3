"""The command line's words → a Request."""

from __future__ import annotations

import difflib
import itertools
import re
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from render.errors import UsageError

if TYPE_CHECKING:
    from render.plan import Request
    from render.preset import Preset
    from render.target import Target

# Options that take a list; their product becomes the targets.
_SWEPT = ("fps", "size", "network", "upscaler", "strength", "style")


def make_request(
    clips: tuple[Path, ...],
    options: dict[str, str | None],
    *,
    preset: str | None,
    start: str | None,
    duration: str | None,
    device: str | None,
    engine: str | None,
    output: Path | None,
    force: bool,
    strict: bool,
    ffmpeg: Path | None,
) -> Request:
    """A request from the words given; ``options`` are those that a preset holds too, and win over
    it. Raises UsageError (a PresetError is one)."""
    from render.engines.base import DeviceName, EngineName
    from render.plan import Request
    from render.preset import Preset, load_preset

    base = Preset() if preset is None else load_preset(preset)
    single = {key: word for key, word in options.items() if key not in _SWEPT}
    lists = {key: words(key, word) for key in _SWEPT if (word := options.get(key)) is not None}
    base = base.with_options(**single)
    presets = [
        base.with_options(**dict(zip(lists, combination, strict=True)))
        for combination in itertools.product(*lists.values())
    ]
    length = None if duration is None else seconds("--duration", duration)
    if length == 0:
        raise UsageError("--duration 0: must be over 0")
    return Request(
        clips=clips,
        targets=_targets(presets),
        # dict.fromkeys: once each, in the order given.
        styles=tuple(dict.fromkeys(p.style for p in presets)),
        orient=base.orient,
        fit=base.fit,
        encoding=base.encoding(),
        start=Fraction(0) if start is None else seconds("--start", start),
        duration=length,
        engine=one_of(EngineName, "--engine", engine),
        device=one_of(DeviceName, "--device", device),
        output=output,
        force=force,
        strict=strict,
        ffmpeg=ffmpeg,
    )


def _targets(presets: list[Preset]) -> tuple[Target, ...]:
    """Every style meets every target: where one style is named, all are of a named network."""
    from render.preset import is_style_file

    targets = [preset.target() for preset in presets]
    if not all(is_style_file(preset.style) for preset in presets):
        pairs = zip(presets, targets, strict=True)
        targets = [replace(target, network=preset.network) for preset, target in pairs]
    return tuple(dict.fromkeys(targets))


def words(key: str, text: str) -> list[str]:
    # A style may be a file whose name holds a comma.
    if key == "style" and Path(text).is_file():
        return [text]
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise UsageError(f"--{key} {text!r}: an empty place in the list; write it as A,B")
    return words


def seconds(option: str, text: str) -> Fraction:
    """Seconds (``12.5``) or ``[HH:]MM:SS[.mmm]``."""
    match = re.fullmatch(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7}(?:\.\d{1,9})?)", text.strip())
    over = match is not None and (
        (match[1] is not None and int(match[2]) > 59)
        or (match[2] is not None and Fraction(match[3]) >= 60)
    )
    if match is None or over:
        raise UsageError(f"{option} {text!r}: write seconds (12.5) or [HH:]MM:SS (1:02:03.5)")
    hours, minutes = int(match[1] or 0), int(match[2] or 0)
    return hours * 3600 + minutes * 60 + Fraction(match[3])


_Choice = TypeVar("_Choice", bound=StrEnum)


def one_of(kind: type[_Choice], option: str, word: str | None) -> _Choice:
    words = [member.value for member in kind]
    word = "auto" if word is None else word
    if word not in words:
        close = difflib.get_close_matches(word, words, n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise UsageError(f"{option} {word!r}: not one of {', '.join(words)}{meant}")
    return kind(word)

"""The command line's words → a Request."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from render.cli.output_place import output_place
from render.cli.ranges import SWEPT, values
from render.errors import UsageError
from render.nearest import nearest
from render.storage.url import Place

if TYPE_CHECKING:
    from render.devices.phone import Phone
    from render.look import Look
    from render.planning.request import Request
    from render.presets.preset import Preset


def make_request(
    clips: tuple[Place, ...],
    options: dict[str, str | None],
    *,
    preset: str | None,
    cells: Path | None,
    start: str | None,
    duration: str | None,
    device: str | None,
    engine: str | None,
    precision: str | None = None,
    output: str | None,
    force: bool,
    strict: bool,
    ffmpeg: Path | None,
    cache: Path | None = None,
    phones: tuple[Phone | None, ...] = (None,),
) -> Request:
    """A request from the words given; ``options`` are those that a preset holds too, and win over
    it; ``cells`` is a file of chosen combinations, which win over both; each is rendered for every
    one of ``phones``. Raises UsageError (a PresetError is one)."""
    from render.cli.presets_folder import preset_of
    from render.engines.base import DeviceName, EngineName, Precision
    from render.planning.request import Request, suffix_of
    from render.presets.preset import Preset

    base = Preset() if preset is None else preset_of(preset)
    place = output_place(output, cache)
    words = {k: word for k, word in options.items() if k not in SWEPT}
    base = written_by(base, words, suffix_of(place.output, into_folder=place.into_folder))
    lists = {key: values(key, word) for key in SWEPT if (word := options.get(key)) is not None}
    length = None if duration is None else seconds("--duration", duration)
    if length == 0:
        raise UsageError("--duration 0: must be over 0")
    return Request(
        clips=clips,
        looks=_at_hand(_looks(base, lists, cells, phones)),
        orient=base.orient,
        fit=base.fit,
        encoding=base.encoding(),
        start=Fraction(0) if start is None else seconds("--start", start),
        duration=length,
        engine=one_of(EngineName, "--engine", engine),
        precision=None if precision is None else one_of(Precision, "--precision", precision),
        device=one_of(DeviceName, "--device", device),
        output=place.output,
        force=force,
        strict=strict,
        ffmpeg=ffmpeg,
        cache=cache,
        into_folder=place.into_folder,
        publish=place.publish,
    )


def written_by(base: Preset, words: Mapping[str, str | None], suffix: str) -> Preset:
    """``base`` with the options of ``words``, written by an encoder that suits a file of this kind
    (any, without a ``suffix``) where they name none. Raises UsageError for a quality that the
    encoder does not have."""
    from render.media.encoding import encoder_for

    encoder = encoder_for(words.get("encoder"), base.encoder, suffix)
    crf = words.get("crf")
    # Before the quality, whose range is the encoder's.
    found = base.with_options(**{**words, "encoder": encoder})
    if crf is not None and found.encoding().codec.quality is None:
        raise UsageError(f"--crf {crf}: {found.encoder.value} has no such quality; leave it out")
    return found


def _looks(
    base: Preset,
    lists: dict[str, list[object]],
    cells: Path | None,
    phones: tuple[Phone | None, ...],
) -> tuple[Look, ...]:
    """Every combination of ``lists`` on ``base``; with a file of cells, each of its cells in every
    combination of what it leaves open; each on every phone."""
    from render.planning.cells_file import load_cells

    chosen = ({},) if cells is None else load_cells(cells)
    open_ = [{key: lists[key] for key in lists if key not in cell} for cell in chosen]
    count = sum(math.prod(map(len, each.values())) for each in open_)
    _check_count(count * len(phones), lists)
    looks = (
        base.with_options(**dict(zip(free, combination, strict=True)), **cell).look()
        for cell, free in zip(chosen, open_, strict=True)
        for combination in itertools.product(*free.values())
    )
    # dict.fromkeys: once each, in the order given.
    return tuple(replace(look, phone=phone) for look in dict.fromkeys(looks) for phone in phones)


def _at_hand(looks: tuple[Look, ...]) -> tuple[Look, ...]:
    """The same with styles that can be used: networks from elsewhere are imported."""
    from render.cli.foreign_style import at_hand

    files = {style: at_hand(style) for style in dict.fromkeys(look.style for look in looks)}
    return tuple(replace(look, style=files[look.style]) for look in looks)


def _check_count(count: int, lists: dict[str, list[object]]) -> None:
    """Before they are made: a range with a step too fine stands for any number."""
    from render.planning.plan import MAX_LOOKS

    if count > MAX_LOOKS:
        of = " x ".join(f"{len(found)} of --{key}" for key, found in lists.items())
        raise UsageError(
            f"{count} targets for each clip ({of}): at most {MAX_LOOKS} in one run; name fewer "
            "values, or take larger steps"
        )


def seconds(option: str, text: str) -> Fraction:
    """Seconds (``12.5``) or ``[HH:]MM:SS[.mmm]``."""
    match = re.fullmatch(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7}(?:\.\d{1,20})?)", text.strip())
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
        close = nearest(word, words)
        meant = f"; did you mean {close}?" if close else ""
        raise UsageError(f"{option} {word!r}: not one of {', '.join(words)}{meant}")
    return kind(word)

"""Video clips to learn from: photographs spread over them, and pairs of frames with their motion.

Clips are read as previews are (turned, tone-mapped, in square pixels). Which frames to keep is
decided while reading: no header is trusted for how many there are.
"""

from __future__ import annotations

import contextlib
import itertools
import mimetypes
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from render.errors import ClipError, TrainingError, UsageError
from render.files.names import VIDEOS
from render.media.clip import Clip
from render.media.decode import Decoder
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.media.flicker import pair_flicker
from render.media.flow import Mask, motion
from render.media.frame import Picture
from render.media.probe import probe
from render.media.sample import sample
from render.target import Size

SUFFIXES = VIDEOS | {".gif"}
"""What is taken for a clip in a folder."""
PER_CLIP = 60
MEMORY = 1 << 30
"""Bytes of frames and motion kept in memory, by default, shared evenly between the clips."""

# The two frames of a pair are a tick apart: a phone's rate, and near enough for flow.
_RATE = Fraction(15)
# Seconds. A longer clip is not read through: its frames are looked up one by one.
_READ_THROUGH = 120
# What is read for one of them: the next frame of a clip at 5 fps or more.
_A_WHILE = 4 / _RATE
# Of what the flow says can be followed, more than this (of the contrast) differs across a cut only.
_EXPLAINED = 0.5
# Bytes a pixel: two pictures, two half-precision numbers, a mask.
_PAIR_BYTES = 3 + 3 + 4 + 1

_Moment: TypeAlias = tuple[Picture, Picture]
"""A picture and the next one; the same object twice where there is no next."""
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two frames of a clip about 1/15 s apart.

    Attributes:
        first, second: uint8 RGB (height, width, 3).
        flow: float16 (height, width, 2): what ``second`` shows at column x and row y lies in
            ``first`` at (x + flow[y, x, 0], y + flow[y, x, 1]), in pixels.
        valid: bool (height, width): where ``second`` shows what ``first`` does too.
    """

    first: Picture
    second: Picture
    flow: npt.NDArray[np.float16]
    valid: Mask


@dataclass(frozen=True, slots=True)
class Footage:
    """What clips gave: photographs, with the name of the clip of each, and pairs. ``skipped`` are
    clips that could not be read."""

    pictures: tuple[Picture, ...] = ()
    names: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    skipped: tuple[Path, ...] = ()


def is_clip(path: Path) -> bool:
    """Whether a file that was given by name is a clip: whatever no picture's suffix has."""
    if path.suffix.lower() in SUFFIXES:
        return True
    kind, _ = mimetypes.guess_type(path.name)
    return kind is None or not kind.startswith("image/")


def find_clips(places: Iterable[Path]) -> list[Path]:
    """The clips of folders (searched through, by suffix) and files (all that are no pictures),
    sorted, each once. There may be none."""
    found: set[Path] = set()
    for place in places:
        if place.is_dir():
            found.update(
                p for p in place.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file()
            )
        elif is_clip(place):
            found.add(place)
    return sorted(found)


def load_clips(
    places: Iterable[Path],
    crop: int,
    *,
    pairs: bool = True,
    per_clip: int = PER_CLIP,
    memory: int = MEMORY,
) -> Footage:
    """Read the clips of ``places``, up to ``per_clip`` moments of each, fewer where ``memory``
    bytes, shared evenly, hold no more.

    Clips found in folders that cannot be read are skipped and listed. Raises TrainingError for one
    that was given by name.
    """
    places = list(places)
    paths = find_clips(places)
    if not paths:
        return Footage()
    ff = find_ffmpeg()
    named = {place for place in places if not place.is_dir()}
    pictures: list[Picture] = []
    names: list[str] = []
    found: list[Pair] = []
    skipped: list[Path] = []
    for path in paths:
        try:
            moments = _moments(path, crop, per_clip, memory // len(paths), ff)
        except (ClipError, UsageError) as error:
            if path in named:
                raise TrainingError(f"{error} (--content)") from error
            skipped.append(path)
            continue
        pictures += [first for first, _ in moments]
        names += [path.name] * len(moments)
        if pairs:
            found += _pairs(moments)
    return Footage(tuple(pictures), tuple(names), tuple(found), tuple(skipped))


def clip_frames(
    path: Path, crop: int, n: int = PER_CLIP, *, memory: int = MEMORY, ff: FFmpeg | None = None
) -> list[Picture]:
    """Up to ``n`` pictures, spread over the clip, uint8 RGB (height, width, 3), scaled to a
    short side of ``crop`` to twice that. Raises ClipError when it cannot be read."""
    return [first for first, _ in _moments(path, crop, n, memory, ff or find_ffmpeg())]


def clip_pairs(
    path: Path, crop: int, n: int = PER_CLIP, *, memory: int = MEMORY, ff: FFmpeg | None = None
) -> list[Pair]:
    """Up to ``n`` pairs, spread over the clip and scaled as `clip_frames`; fewer, or none, where
    it stands still or is cut. Raises ClipError when it cannot be read."""
    return _pairs(_moments(path, crop, n, memory, ff or find_ffmpeg()))


def _moments(path: Path, crop: int, n: int, memory: int, ff: FFmpeg) -> list[_Moment]:
    """Up to ``n``, spread over the clip. Raises ClipError when there is none."""
    clip = probe(path, ff)
    size = _scaled(clip.video.displayed, crop)
    n = max(1, min(n, memory // (size.pixels * _PAIR_BYTES)))
    moments = _spread(_read(clip, size, n, ff), n)
    if not moments:
        raise ClipError(f"{path}: holds no picture")
    return moments


def _pairs(moments: Iterable[_Moment]) -> list[Pair]:
    pairs = []
    for first, second in moments:
        if first is second:
            continue
        moved = motion(second, first)
        if pair_flicker(moved, second, first) < _EXPLAINED:
            pairs.append(Pair(first, second, moved.flow.astype(np.float16), moved.valid))
    return pairs


def _scaled(displayed: Size, crop: int) -> Size:
    """As photographs are: a short side of at most twice the crop, and at least the crop.

    Raises UsageError for a ribbon that would be longer than any clip may be.
    """
    short = min(displayed.width, displayed.height)
    scale = Fraction(min(max(short, crop), 2 * crop), short)
    return Size(round(displayed.width * scale), round(displayed.height * scale))


def _read(clip: Clip, size: Size, n: int, ff: FFmpeg) -> Iterator[_Moment]:
    """Every moment of a short clip, or ``n`` of a long one. Raises ClipError when there is none."""
    if clip.duration is None or clip.duration <= _READ_THROUGH:
        yield from _walk(clip, size, ff, Fraction(0), Fraction(_READ_THROUGH))
        return
    failures: list[ClipError] = []
    for i in range(n):
        start = clip.duration * (2 * i + 1) / (2 * n)
        try:
            with contextlib.closing(_walk(clip, size, ff, start, _A_WHILE)) as moments:
                yield from itertools.islice(moments, 1)
        except ClipError as error:  # in a damaged part, or past the end that the header tells of
            failures.append(error)
    if len(failures) == n:
        raise failures[0]


def _walk(
    clip: Clip, size: Size, ff: FFmpeg, start: Fraction, duration: Fraction
) -> Generator[_Moment, None, None]:
    """Pictures that differ from the one before, each with the next; the last, if alone, with
    itself."""
    alone = True
    with Decoder(clip, size, ff.path, start=start, duration=duration) as decoder:
        last: Picture | None = None
        for frame in sample(decoder, _RATE, start=start, duration=duration):
            if last is not None and frame.picture is not last:
                yield last, frame.picture
                alone = False
            last = frame.picture
    if alone and last is not None:
        yield last, last


def _spread(items: Iterable[_Item], n: int) -> list[_Item]:
    """Up to ``n`` of the items, spread over all of them (some steps twice as long as others),
    without knowing how many will come; holds up to ``2 n``."""
    kept: list[_Item] = []
    step = 1
    for i, item in enumerate(items):
        if i % step == 0:
            kept.append(item)
        if len(kept) == 2 * n:
            kept, step = kept[::2], 2 * step
    count = min(n, len(kept))
    return [kept[i * len(kept) // count] for i in range(count)]

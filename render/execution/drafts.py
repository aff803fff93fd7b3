"""Drafts: previews whose networks compute in 8-bit integers, and what that costs, measured.

A draft's integers stand for the ranges that its network's numbers have on the clip itself, taken
from some moments of it, the same ones whoever renders it. How far the pictures then are from single
precision's, and how much sooner they come, is measured on two of these, and both are kept in the
cache: the next run of the draft begins at once.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from render.engines.base import Engine, EngineChoice, Precision
from render.engines.openvino_int8 import Ranges, seen_ranges
from render.engines.select import create
from render.errors import ClipError
from render.execution.resize import resize
from render.files.cache import Cache, cache_key
from render.files.json import parse_json
from render.media.decode import Decoder
from render.media.frame import Picture, as_picture
from render.networks.weights import Weights, read_weights
from render.planning.plan import Cell
from render.planning.schedule import Branch
from render.target import Size
from render.versions import machine, versions

VERSION = 1
"""Of how ranges are taken. Raise it with every change that gives others; previews change with them:
raise ``FRAME_PATH`` too (`render/planning/fingerprint.py`)."""

_MOMENTS = 8
_COMPARED = 2
# Pixels at which ranges are taken: they hardly depend on it.
_PIXELS = 240 * 427
_SPACING = Fraction(1, 2)  # seconds between moments of a clip whose length nobody knows
_TICK = Fraction(1, 30)
_ALIKE = 99.0  # dB of pictures that are the same
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class DraftQuality:
    """What a draft's network has lost and won, on ``pictures`` of its clip.

    Attributes:
        psnr: of its pictures against single precision's, in dB. faster: how many times as fast as
        that it was, on this machine.
    """

    psnr: float
    faster: float
    pictures: int


class Drafts:
    """Loads the engines of drafts. ``ffmpeg`` reads the clips."""

    def __init__(self, choice: EngineChoice, ffmpeg: Path, cache: Cache) -> None:
        self._choice, self._ffmpeg, self._cache = choice, ffmpeg, cache

    def load(self, one: Cell | Branch) -> tuple[Engine, DraftQuality]:
        """The network on its engine, and what that costs. Raises StyleError, EngineError, or
        ClipError where the clip has no picture."""
        weights = read_weights(one.style_path).at(one.strength)
        cell = one if isinstance(one, Cell) else one.cells[0]
        key = draft_key(cell)
        if (known := _read(self._cache.get(key))) is not None:
            quality, ranges = known
            return create(weights, one.size, self._choice, ranges=ranges), quality
        pictures = _pictures(cell, self._ffmpeg)
        small = _small(one.size)
        ranges = {
            name: (_rounded(least), _rounded(greatest))
            for name, (least, greatest) in seen_ranges(
                weights, small, [_shrunk(picture, small) for picture in pictures]
            ).items()
        }
        engine = create(weights, one.size, self._choice, ranges=ranges)
        quality = self._measured(weights, engine, pictures[:: max(1, len(pictures) // _COMPARED)])
        self._cache.put(key, _written(quality, ranges))
        return engine, quality

    def _measured(
        self, weights: Weights, engine: Engine, pictures: Sequence[Picture]
    ) -> DraftQuality:
        pictures = pictures[:_COMPARED]
        single = create(weights, engine.size, replace(self._choice, precision=Precision.SINGLE))
        # The first picture of an engine takes longer than the others.
        engine.stylize(pictures[0])
        took, shown = _timed(engine, pictures)
        full, expected = _timed(single, pictures)
        off = np.mean(
            [np.mean((a.astype(np.float32) - b) ** 2) for a, b in zip(shown, expected, strict=True)]
        )
        psnr = _ALIKE if off == 0 else min(_ALIKE, 10 * math.log10(255**2 / float(off)))
        return DraftQuality(round(psnr, 1), round(full / took, 1), len(pictures))


def draft_key(cell: Cell) -> str:
    """One hash of all that the ranges of a cell's network, and their cost, depend on."""
    who = cell.identity
    facts = {
        "draft": VERSION, "clip": who.clip, "part": who.part, "view": who.view, "size": who.size,
        "weights": who.weights, "strength": who.strength, "openvino": versions().get("openvino"),
        "machine": machine(),
    }  # fmt: skip
    return cache_key(facts)


def _timed(engine: Engine, pictures: Sequence[Picture]) -> tuple[float, list[Picture]]:
    best, shown = math.inf, []
    for picture in pictures:
        began = time.perf_counter()
        shown.append(engine.stylize(picture))
        best = min(best, time.perf_counter() - began)
    return best, shown


def _pictures(cell: Cell, ffmpeg: Path) -> list[Picture]:
    """What the network is given at moments spread over the cell's part of the clip."""
    found = []
    for moment in _moments(cell):
        decoder = Decoder(cell.clip, cell.placement.canvas, ffmpeg, start=moment, duration=_TICK)
        with decoder:
            frame = next(iter(decoder), None)
        if frame is not None:
            found.append(resize(frame.picture, cell.placement, cell.size))
    if not found:
        raise ClipError(f"{cell.clip.place}: holds no picture from {float(cell.start):g} s on")
    return found


def _moments(cell: Cell) -> Iterator[Fraction]:
    left = None if cell.clip.duration is None else cell.clip.duration - cell.start
    known = [length for length in (left, cell.duration) if length is not None and length > 0]
    step = min(known) / _MOMENTS if known else _SPACING
    return (cell.start + step * number for number in range(_MOMENTS))


def _small(size: Size) -> Size:
    scale = min(1.0, math.sqrt(_PIXELS / size.pixels))
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def _shrunk(picture: Picture, size: Size) -> Picture:
    import cv2

    if picture.shape[:2] == (size.height, size.width):
        return picture
    return as_picture(cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_AREA))


def _rounded(number: float) -> float:
    """To a few digits, so that machines whose last ones differ take the same."""
    return float(f"{number:.{_DIGITS}g}")


def _written(quality: DraftQuality, ranges: Ranges) -> bytes:
    return json.dumps({"quality": asdict(quality), "ranges": ranges}).encode("ascii")


def _read(kept: bytes | None) -> tuple[DraftQuality, Ranges] | None:
    if kept is None:
        return None
    try:
        said = parse_json(kept.decode("ascii"))
        ranges = {
            str(name): (float(low), float(high)) for name, (low, high) in said["ranges"].items()
        }
        return DraftQuality(**said["quality"]), ranges
    except (KeyError, TypeError, ValueError, AttributeError):  # of another version of render
        return None

"""What a plan will take, before it runs: seconds and bytes, from a short calibration.

What is counted is what the one pass of `schedule.py` does: a clip is decoded once, and each picture
goes through a network once, whichever rates show it. Everything is kept both as time by itself and
as processor time: on a machine where all stages share the cores the work adds up, and where a
device computes the networks the slowest stage decides.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

from render.devices.screen import Schedule
from render.engines.base import DeviceName
from render.media.encoding import AudioMode, container_of, key_interval
from render.media.sample import pictures_at
from render.networks.spec import NetworkSpec
from render.planning.plan import Cell, Plan
from render.planning.schedule import Pass, engine_key, passes
from render.target import Size

# The powers by which a picture's bytes grow with the pixels of the display, with those of the
# network's input, and with the rate. Fitted to the sample clip, with x264 alone: a network's
# output that is brought to a larger display holds no more than it did, and pictures closer in time
# differ less.
_BY_SHOWN = 0.65
_BY_INPUT = 0.28
_BY_RATE = -0.6
_PAINTED = 0.7  # bytes of a GIF's pixel
_REPEATED = 300  # bytes of a picture that repeats the last one

# Of the cores' time, what is left where stages wait for one another.
_PACKING = 0.92

_COUNTED = Fraction(30)  # seconds of a clip whose pictures are counted one by one

# Multiply-adds a second below which hardly a machine falls: what surely takes less than an hour at
# these needs no calibration to say so.
_SLOW = {DeviceName.CPU: 3e10}
_SLOW_DEVICE = 5e11
_SLOW_PICTURE = 0.15  # seconds for writing one
LONG = 3600.0


@dataclass(frozen=True, slots=True)
class Work:
    """What something takes: ``wall`` seconds by itself, and ``cpu`` seconds of all cores."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(self.wall + other.wall, self.cpu + other.cpu)

    def __mul__(self, times: float) -> Work:
        return Work(self.wall * times, self.cpu * times)


@dataclass(frozen=True, slots=True)
class NetworkSpeed:
    """What loading a network takes, and each of its multiply-adds."""

    load: Work
    mac: Work


@dataclass(frozen=True, slots=True)
class Calibration:
    """What this machine takes, measured for a moment on the first clip.

    Attributes:
        cores: that the work may use.
        networks: not all of the plan's where there are many.
        decode, encode: for one pixel, of the canvas and of the display; encode has the upscale too.
        key, other: bytes of a preview's key frame, and of each picture between two.
        size, shown, rate: the network's input, the display and the rate that they were measured at.
    """

    cores: int
    networks: Mapping[NetworkSpec, NetworkSpeed]
    decode: Work
    encode: Work
    key: float
    other: float
    size: Size
    shown: Size
    rate: Fraction

    def speed(self, network: NetworkSpec) -> NetworkSpeed:
        """A network that was not measured is taken for the mean of those that were."""
        if network in self.networks:
            return self.networks[network]
        share = 1 / len(self.networks)
        speeds = self.networks.values()
        return NetworkSpeed(
            sum((speed.load for speed in speeds), Work()) * share,
            sum((speed.mac for speed in speeds), Work()) * share,
        )


@dataclass(frozen=True, slots=True)
class CellEstimate:
    """``macs`` for one picture, ``macs_second`` at the cell's rate. ``seconds`` (if rendered
    by itself) and ``bytes`` are None where the clip's length is not known."""

    cell: Cell
    frames: int | None
    macs: int
    macs_second: float
    seconds: float | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Disk:
    """``bytes`` to be written below ``folder``, where ``free`` are left."""

    folder: Path
    bytes: int
    free: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """``seconds`` of the one pass that renders all cells, and ``bytes`` of all previews; both
    without the cells whose clip's length is not known."""

    cells: tuple[CellEstimate, ...]
    seconds: float
    bytes: int
    disks: tuple[Disk, ...]

    @property
    def apart(self) -> float:
        """Seconds if every cell were rendered by itself."""
        return sum(cell.seconds or 0 for cell in self.cells)

    @property
    def unknown(self) -> int:
        """How many cells are not in it."""
        return sum(cell.frames is None for cell in self.cells)


def estimate(plan: Plan, calibration: Calibration) -> Estimate:
    """What the plan will take."""
    cells = tuple(_cell(cell, plan, calibration) for cell in plan.cells)
    return Estimate(
        cells=cells,
        seconds=_seconds(plan.todo, calibration),
        bytes=sum(cell.bytes or 0 for cell in cells),
        disks=tuple(_disks(cells)),
    )


def surely_short(plan: Plan) -> bool:
    """Whether the plan takes under an hour on hardly any machine, said without measuring."""
    speed = _SLOW.get(plan.engine.device, _SLOW_DEVICE)
    seconds = sum(_macs(one) for one in passes(plan.todo)) / speed
    seconds += sum(cell.about_frames or 0 for cell in plan.todo) * _SLOW_PICTURE
    return seconds < LONG


def pictures(cells: Iterable[Cell]) -> int:
    """How many pictures of their clip the cells show in all, one that several show counted once;
    of cells of one clip, that begin at one moment. Cells of unknown length count for none."""
    counts = [(cell, cell.about_frames) for cell in cells if cell.about_frames is not None]
    longest = max((frames / cell.video_rate for cell, frames in counts), default=Fraction(0))
    # Rates meet in a pattern that repeats: some of it says how much of a long clip they share.
    counted = min(longest, _COUNTED)
    ticks = [
        (cell, min(round(frames * cell.sampled / cell.video_rate), round(counted * cell.sampled)))
        for cell, frames in counts
    ]
    found = len({picture for cell, count in ticks for picture in _shown(cell, count)})
    return round(found * longest / counted) if counted else found


def _shown(cell: Cell, ticks: int) -> Iterable[int]:
    """The numbers of the source pictures at the cell's first ticks, if the clip's timestamps were
    even."""
    source = cell.clip.video.rate
    last = floor(cell.clip.duration * source) - 1 if cell.clip.duration is not None else None
    for number in pictures_at(_seen(cell, ticks), cell.sampled, cell.start, source):
        yield number if last is None else min(number, max(0, last))


def _seen(cell: Cell, ticks: int) -> Iterable[int]:
    """Of so many ticks those whose picture is shown: on a phone not all are."""
    if cell.playback is None:
        return range(ticks)
    return (one.frame for one in Schedule(cell.playback).of(range(ticks)))


def _cell(cell: Cell, plan: Plan, calibration: Calibration) -> CellEstimate:
    macs = cell.network.macs(cell.size)
    known = cell.about_frames is not None
    return CellEstimate(
        cell=cell,
        frames=cell.about_frames,
        macs=macs,
        macs_second=float(macs * cell.rate),
        seconds=_seconds([cell], calibration) if known else None,
        bytes=_bytes(cell, plan, calibration) if known else None,
    )


def _seconds(cells: Iterable[Cell], calibration: Calibration) -> float:
    """Of one pass a clip; networks stay loaded from clip to clip."""
    known = [cell for cell in cells if cell.about_frames is not None]
    engines = {engine_key(cell): cell.network for cell in known}
    loads = sum(calibration.speed(network).load.wall for network in engines.values())
    return loads + sum(_pass(one, calibration) for one in passes(known))


def _pass(one: Pass, calibration: Calibration) -> float:
    decode = calibration.decode * (_decoded(one) * one.canvas.pixels)
    networks = Work()
    for branch in one.branches:
        network = branch.cells[0].network
        macs = network.macs(branch.size) * pictures(branch.cells)
        networks += calibration.speed(network).mac * macs
    writing = [
        calibration.encode * ((cell.about_frames or 0) * cell.output_size.pixels)
        for cell in one.cells
    ]
    work = sum((decode, networks, *writing), Work())
    # Every preview has an encoder of its own.
    slowest = max(decode.wall, networks.wall, *(each.wall for each in writing))
    return max(work.cpu / calibration.cores / _PACKING, slowest)


def _decoded(one: Pass) -> float:
    longest = max(Fraction(cell.about_frames or 0) / cell.video_rate for cell in one.cells)
    return float(longest * one.clip.video.rate)


def _macs(one: Pass) -> int:
    return sum(
        branch.cells[0].network.macs(branch.size) * pictures(branch.cells)
        for branch in one.branches
    )


def _bytes(cell: Cell, plan: Plan, calibration: Calibration) -> int:
    frames = cell.about_frames or 0
    return round(_picture_bytes(cell, frames, plan, calibration) + _sound_bytes(cell, frames, plan))


def _picture_bytes(cell: Cell, frames: int, plan: Plan, calibration: Calibration) -> float:
    if container_of(cell.output).palette:
        return frames * cell.output_size.pixels * _PAINTED
    codec = plan.encoding.codec
    if codec.intra:  # each picture by itself, by its pixels alone
        return frames * calibration.key * cell.output_size.pixels / calibration.shown.pixels
    different = pictures([cell])
    scale: float = (cell.output_size.pixels / calibration.shown.pixels) ** _BY_SHOWN
    scale *= (cell.size.pixels / calibration.size.pixels) ** _BY_INPUT
    rate = min(cell.rate, cell.clip.video.rate)
    other: float = calibration.other * float(rate / calibration.rate) ** _BY_RATE
    keys = 1 + (frames - 1) // key_interval(cell.video_rate, plan.encoding.encoder)
    between = 1 - keys / frames
    total = scale * (keys * calibration.key + different * between * other)
    return total + (frames - different) * between * _REPEATED


def _sound_bytes(cell: Cell, frames: int, plan: Plan) -> float:
    audio, sound = cell.clip.audio, container_of(cell.output).sound
    if plan.encoding.audio is AudioMode.NONE or sound is None:
        return 0
    if audio is None or not audio.decodable:
        return 0
    return float(frames / cell.video_rate) * sound.bits / 8


def _disks(cells: Iterable[CellEstimate]) -> Iterable[Disk]:
    """Where the previews go, one for each file system."""
    needed: dict[int, tuple[Path, int]] = {}
    for cell in cells:
        folder = _existing(cell.cell.output.parent)
        try:
            device = folder.stat().st_dev
        except OSError:
            continue
        first, before = needed.get(device, (folder, 0))
        needed[device] = (first, before + (cell.bytes or 0))
    for folder, total in needed.values():
        try:
            yield Disk(folder, total, shutil.disk_usage(folder).free)
        except OSError:
            continue


def _existing(folder: Path) -> Path:
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def estimate_as_dict(found: Estimate) -> dict[str, Any]:
    """JSON types. Seconds, bytes and multiply-adds; ``cell`` counts the plan's cells from 0."""
    return {
        "seconds": round(found.seconds, 3),
        "seconds_apart": round(found.apart, 3),
        "bytes": found.bytes,
        "unknown": found.unknown,
        "disks": [
            {"folder": str(disk.folder), "bytes": disk.bytes, "free": disk.free}
            for disk in found.disks
        ],
        "cells": [
            {
                "cell": number,
                "frames": each.frames,
                "macs": each.macs,
                "macs_second": each.macs_second,
                "seconds": None if each.seconds is None else round(each.seconds, 3),
                "bytes": each.bytes,
            }
            for number, each in enumerate(found.cells)
        ],
    }

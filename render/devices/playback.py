"""Playback as it will be: what a phone shows while its network is busy. Pure, seeded, exact.

The camera gives frames at an even rate, and the app offers the network those that the target's rate
wants. The network has one in flight; of what is offered meanwhile the newest waits, or it is
discarded. A finished picture is shown from the next refresh of the display on, until the next one
is. Times are exact fractions of a second, so that ties fall one way on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise, takewhile
from math import ceil, floor
from statistics import median

from render.devices.latency import Latency

CAMERAS = tuple(Fraction(rate) for rate in (30, 60, 120, 240))
"""Frames a second that phones' cameras give."""
DISPLAY = Fraction(60)


class Late(StrEnum):
    """What becomes of a frame that is offered while the network is busy."""

    NEWEST = "newest"
    """It waits, in place of the one that waited; the network takes it as soon as it is free."""
    DISCARD = "discard"
    """It is gone, as with AVCaptureVideoDataOutput's alwaysDiscardsLateVideoFrames."""


@dataclass(frozen=True, slots=True)
class Playback:
    """A phone, as far as it decides what is shown.

    Attributes:
        on: its name, or the latency as it was written.
        latency: of the network, a frame.
        pace: frames a second that the target wants at most. camera: that come. display: refreshes.
        late: what becomes of frames that come too early. seed: of the latencies.
        warm: minutes that the phone has been running when the clip begins.
    """

    on: str
    latency: Latency
    pace: Fraction
    camera: Fraction = CAMERAS[0]
    display: Fraction = DISPLAY
    late: Late = Late.NEWEST
    seed: int = 0
    warm: float = 0.0


@dataclass(frozen=True, slots=True)
class Inference:
    """One frame of the camera that went through the network: its number, when that started and
    finished (seconds), and the number of the display's first refresh since."""

    frame: int
    started: Fraction
    finished: Fraction
    refresh: int


def inferences(playback: Playback) -> Iterator[Inference]:
    """All that the network does, in order, without end."""
    chance = random.Random(playback.seed)
    free, last = Fraction(0), -1
    while True:
        frame = _taken(playback, free, last)
        started = max(free, frame / playback.camera)
        seconds = playback.latency.draw(chance, playback.warm + float(started) / 60)
        free, last = started + seconds, frame
        yield Inference(frame, started, free, ceil(free * playback.display))


def pictures(playback: Playback) -> Iterator[Inference]:
    """Of them those that are ever seen: not the first of two that one refresh finds finished."""
    every = inferences(playback)
    held = next(every)
    for following in every:
        if following.refresh > held.refresh:
            yield held
        held = following


def _taken(playback: Playback, free: Fraction, last: int) -> int:
    """The frame that the network takes next, when it is free and ``last`` was the one before."""
    if playback.late is Late.NEWEST:
        # At a tie the newer one wins: at that very moment both are there.
        newest = wanted(playback, floor(free * playback.camera))
        return newest if newest > last else _after(playback, last)
    earliest = ceil(free * playback.camera)
    return (
        earliest
        if wanted(playback, earliest) == earliest > last
        else (_after(playback, max(last, earliest)))
    )


def wanted(playback: Playback, frame: int) -> int:
    """The newest frame up to ``frame`` that the target's rate wants: the first one at or after each
    of its ticks."""
    ratio = min(Fraction(1), playback.pace / playback.camera)
    return ceil(floor(frame * ratio) / ratio)


def _after(playback: Playback, frame: int) -> int:
    """The next one that it wants."""
    ratio = min(Fraction(1), playback.pace / playback.camera)
    return ceil((floor(frame * ratio) + 1) / ratio)


@dataclass(frozen=True, slots=True)
class Shows:
    """What a clip came to on the phone.

    Attributes:
        frames: of the camera. skipped: of those, not wanted by the target's rate.
        shown, dropped, in_flight: the others; what waits, is under way or finished, but not shown
            yet at the clip's end, is in flight. frames = skipped + shown + dropped + in_flight.
        fps: pictures shown a second. dropped_share: of the frames that the rate wants.
        longest_freeze: seconds that one picture stayed. median_lag, p95_lag: seconds from the
            camera's frame to its first refresh.
        sequence: (refresh, frame of the camera) of every picture shown.
    """

    frames: int
    skipped: int
    shown: int
    dropped: int
    in_flight: int
    fps: float
    dropped_share: float
    longest_freeze: float | None
    median_lag: float | None
    p95_lag: float | None
    sequence: tuple[tuple[int, int], ...]


def shows(playback: Playback, frames: int) -> Shows:
    """Over a clip of so many frames of the camera, at least one."""
    end = frames / playback.camera
    refreshes = refreshes_of(playback, frames)
    begun = list(takewhile(lambda i: i.frame < frames and i.started < end, inferences(playback)))
    seen = list(takewhile(lambda i: i.refresh < refreshes, pictures(playback)))
    flying = [i for i in begun if i.refresh >= refreshes]
    newest = wanted(playback, frames - 1)
    waits = playback.late is Late.NEWEST and newest > begun[-1].frame
    offered = 1 + sum(1 for n in range(1, frames) if wanted(playback, n) == n)
    dropped = offered - len(seen) - len(flying) - waits
    lags = sorted(i.refresh / playback.display - i.frame / playback.camera for i in seen)
    stays = [after.refresh - before.refresh for before, after in pairwise(seen)] + [
        refreshes - i.refresh for i in seen[-1:]
    ]
    return Shows(
        frames=frames,
        skipped=frames - offered,
        shown=len(seen),
        dropped=dropped,
        in_flight=len(flying) + waits,
        fps=float(len(seen) / end),
        dropped_share=dropped / offered,
        longest_freeze=float(max(stays) / playback.display) if stays else None,
        median_lag=float(median(lags)) if lags else None,
        p95_lag=float(lags[ceil(0.95 * len(lags)) - 1]) if lags else None,
        sequence=tuple((i.refresh, i.frame) for i in seen),
    )


def refreshes_of(playback: Playback, frames: int) -> int:
    """The display's refreshes during so many frames of the camera."""
    return max(1, round(frames * playback.display / playback.camera))


def camera_for(rate: Fraction) -> Fraction:
    """The slowest rate of a phone's camera that gives the target's, at least 30."""
    return next((camera for camera in CAMERAS if camera >= rate), CAMERAS[-1])

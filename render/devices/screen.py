"""Pictures of a network, in the camera's order → what a phone's display shows at each refresh."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from render.devices.playback import Playback, pictures, refreshes_of

_Picture = TypeVar("_Picture")


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame of the camera that is seen: its number, and at which of the display's refreshes."""

    frame: int
    refreshes: range


class Schedule:
    """Which frames of the camera are ever seen, asked in order.

    The first one is seen from the start: the preview begins with a filter that runs.
    """

    def __init__(self, playback: Playback) -> None:
        self._seen = _seen(playback)
        self._next = next(self._seen)

    def of(self, frames: range) -> list[Seen]:
        """Those among ``frames``, which follow those asked for before."""
        found = []
        while self._next.frame < frames.stop:
            if self._next.frame >= frames.start:
                found.append(self._next)
            self._next = next(self._seen)
        return found


def _seen(playback: Playback) -> Iterator[Seen]:
    first = 0
    for one, following in pairwise(pictures(playback)):
        yield Seen(one.frame, range(first, following.refresh))
        first = following.refresh


class Screen(Generic[_Picture]):
    """What is on show: fed with the camera's frames as time passes, it tells pictures and for how
    many refreshes of the display each is shown.

    It holds the pictures that are finished later than the camera has come, which are few.
    """

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._schedule = Schedule(playback)
        self._coming: deque[tuple[_Picture, range]] = deque()
        self._told = 0  # refreshes
        self.frames = 0
        """Frames of the camera so far."""

    def show(self, picture: _Picture, frames: range) -> Iterator[tuple[_Picture, int]]:
        """The camera gave ``frames``, which all hold one picture of the clip, and ``picture`` is
        what the network makes of it."""
        self._coming += [(picture, seen.refreshes) for seen in self._schedule.of(frames)]
        self.frames = frames.stop
        yield from self._until(refreshes_of(self._playback, self.frames - 1))

    def end(self) -> Iterator[tuple[_Picture, int]]:
        """The clip is over: what is left until its last refresh."""
        yield from self._until(refreshes_of(self._playback, self.frames))

    def _until(self, refresh: int) -> Iterator[tuple[_Picture, int]]:
        """What is on show before this refresh and was not told yet."""
        while self._coming and self._told < refresh:
            picture, refreshes = self._coming[0]
            stop = min(refreshes.stop, refresh)
            yield picture, stop - self._told
            self._told = stop
            if stop == refreshes.stop:
                self._coming.popleft()

"""Pictures of a network, in the camera's order → what a phone's display shows at each refresh."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from render.devices.playback import Inference, Playback, pictures, refreshes_of

_Picture = TypeVar("_Picture")


class Schedule:
    """Which frames of the camera are ever seen, asked in order."""

    def __init__(self, playback: Playback) -> None:
        self._pictures = pictures(playback)
        self._next = next(self._pictures)

    def of(self, frames: range) -> list[Inference]:
        """Those among ``frames``, which follow those asked for before."""
        found = []
        while self._next.frame < frames.stop:
            if self._next.frame >= frames.start:
                found.append(self._next)
            self._next = next(self._pictures)
        return found


class Screen(Generic[_Picture]):
    """What is on show: fed with the camera's frames as time passes, it tells pictures and for how
    many refreshes of the display each is shown.

    Before the first picture is finished that one is shown: the preview begins with a filter that
    runs. It holds the pictures that are finished later than the camera has come, which are few.
    """

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._schedule = Schedule(playback)
        self._asked: tuple[range, list[Inference]] | None = None
        self._coming: deque[tuple[int, _Picture]] = deque()
        self._shown: _Picture | None = None
        self._refresh = 0  # the first one that is not told yet
        self.frames = 0
        """Frames of the camera so far."""

    def wants(self, frames: range) -> bool:
        """Whether a picture of ``frames``, the next ones, is ever seen."""
        return bool(self._of(frames))

    def show(self, picture: _Picture | None, frames: range) -> Iterator[tuple[_Picture, int]]:
        """The camera gave ``frames``, which all hold one picture of the clip, and ``picture`` is
        what the network makes of it: None where nobody sees it."""
        for one in self._of(frames):
            if picture is None:
                raise AssertionError(f"frame {one.frame} is shown, but was not stylized")
            self._coming.append((one.refresh, picture))
        self.frames = frames.stop
        yield from self._until(refreshes_of(self._playback, self.frames - 1))

    def _of(self, frames: range) -> list[Inference]:
        # Asked for twice, told once: the schedule only goes on.
        if self._asked is None or self._asked[0] != frames:
            self._asked = frames, self._schedule.of(frames)
        return self._asked[1]

    def end(self) -> Iterator[tuple[_Picture, int]]:
        """The clip is over: what is left until its last refresh."""
        last = refreshes_of(self._playback, self.frames)
        yield from self._until(last - 1)
        if self._shown is None and self._coming:
            self._shown = self._coming.popleft()[1]  # a clip shorter than the latency
        if self._shown is not None and last > self._refresh:
            yield self._shown, last - self._refresh
            self._refresh = last

    def _until(self, refresh: int) -> Iterator[tuple[_Picture, int]]:
        """What was on show before each picture that comes by this refresh."""
        while self._coming and self._coming[0][0] <= refresh:
            at, picture = self._coming.popleft()
            if self._shown is not None:
                yield self._shown, at - self._refresh
                self._refresh = at
            self._shown = picture

"""One cell's frames in their order → its segments, each through an encoder of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

from render.devices.screen import Screen
from render.engines.base import DeviceName
from render.execution.segment_store import CellSegments, Counted, Segment
from render.media.colour import Planes
from render.media.encode import VideoWriter
from render.media.watch import PATIENCE, Patience
from render.planning.plan import Cell, Plan
from render.planning.preview_tags import preview_tags

FLUSH = 1.0
"""Seconds that an encoder gets for its last frames when a run is ended."""

Median: TypeAlias = Callable[[int], float | None]
"""What the network took for a picture of a segment: the median, in milliseconds, or None."""


class CellLine:
    """Takes pictures of the display's size, as the clip gives them, and codes those segments that
    are ``wanted`` and not there yet. Frames of the others are only counted.

    Segments are finished by ``pool`` while the next one is coded. Anything may raise OutputError.
    """

    def __init__(
        self,
        cell: Cell,
        plan: Plan,
        segments: CellSegments,
        wanted: Callable[[int], bool],
        median: Median,
        pool: ThreadPoolExecutor,
        patience: Patience = PATIENCE,
    ) -> None:
        self.cell = cell
        self.frames = 0
        """That the clip has come to so far, whether they were coded or not."""
        self._plan, self._patience = plan, patience
        self._segments = segments
        self._wanted = wanted
        self._median = median
        self._pool = pool
        self._tags = preview_tags(cell)
        self._screen = None if cell.playback is None else Screen[Planes | None](cell.playback)
        self._last: Planes | None = None
        self._writing: _Writing | None = None
        self._finishing: tuple[_Writing, Future[Segment]] | None = None
        self._marked = time.perf_counter()
        self._spent: dict[str, float] = {}

    def spent(self, stage: str, seconds: float) -> None:
        """Count work that this preview needed, whether or not others share it."""
        self._spent[stage] = self._spent.get(stage, 0.0) + seconds

    def show(self, picture: Planes | None, ticks: range) -> Segment | None:
        """The next ``ticks`` show ``picture``; None where it is not wanted. Returns a segment that
        was finished meanwhile."""
        if self._screen is None:
            return self._write([(picture, len(ticks))])
        return self._write(self._screen.show(picture, ticks))

    def _write(self, pictures: Iterable[tuple[Planes | None, int]]) -> Segment | None:
        done = None
        began = time.perf_counter()
        for picture, times in pictures:
            new = picture is not self._last
            for index, part in self._segments.cut.parts(range(self.frames, self.frames + times)):
                if self._wanted(index):
                    if picture is None:
                        raise AssertionError(f"frame {part.start} is coded, but was not stylized")
                    done = self._at(index) or done
                    assert self._writing is not None
                    self._writing.write(picture, len(part), new=new)
                new = False
            self._last = picture
            self.frames += times
        self.spent("encode", time.perf_counter() - began)
        return done

    def _at(self, index: int) -> Segment | None:
        """Go on to a segment, if it is not the one in work."""
        if self._writing is not None and self._writing.index == index:
            return None
        done = self._close_writing()
        self._writing = _Writing(index, self._plan, self.cell, self._segments, self._tags,
                                 self._patience)  # fmt: skip
        return done

    def _close_writing(self) -> Segment | None:
        """Hand the segment in work over to be finished; the one before that, which now is."""
        writing, self._writing = self._writing, None
        if writing is None:
            return None
        # One at a time: two more encoders at their end are not worth their memory.
        done = self.wait()
        now = time.perf_counter()
        seconds = {**self._spent, "wall": now - self._marked}
        self._spent, self._marked = {}, now
        ms = self._median(writing.index)
        self._finishing = writing, self._pool.submit(writing.finish, ms, seconds)
        return done

    def wait(self) -> Segment | None:
        """The segment that is being finished, once it is. Raises OutputError where it fails."""
        if self._finishing is None:
            return None
        try:
            return self._finishing[1].result()
        finally:
            if self._finishing[1].done():  # else a signal has come: `close` ends it
                self._finishing = None

    def finished(self) -> Segment | None:
        """A segment that was finished meanwhile, if one was."""
        return self.wait() if self._finishing is not None and self._finishing[1].done() else None

    def end(self) -> Segment | None:
        """The clip is over: hand over what is left of it. A segment that was finished meanwhile."""
        shown = None if self._screen is None else self._write(self._screen.end())
        return self.stop() or shown

    def counted(self, damage: str | None) -> None:
        """Keep how long it is; ``damage`` is what the clip had of it, in words."""
        camera = None if self._screen is None else self._screen.frames
        self._segments.counted(Counted(self.frames, camera, damage))

    def stop(self) -> Segment | None:
        """No more is to come of what is in work: finish it."""
        return self._close_writing()

    def kill(self, *, flushing: bool = False) -> None:
        """End the encoder of what is in work, from another thread, and of what is ``flushing``."""
        finishing, writing = self._finishing, self._writing
        if writing is not None:
            writing.kill()
        if flushing and finishing is not None:
            finishing[0].kill()

    def close(self) -> None:
        """End the encoder of what is not finished. What is only being flushed gets a second."""
        if self._finishing is not None:
            writing, future = self._finishing
            wait([future], timeout=FLUSH)
            writing.kill()
            wait([future])
            self._finishing = None
        if self._writing is not None:
            self._writing.close()
            self._writing = None


class _Writing:
    """A segment in the making."""

    def __init__(
        self,
        index: int,
        plan: Plan,
        cell: Cell,
        segments: CellSegments,
        tags: dict[str, str],
        patience: Patience,
    ) -> None:
        self.index = index
        self._segments = segments
        self._stylized = 0
        with ExitStack() as stack:
            self._temporary: Path = stack.enter_context(segments.temporary())
            self._video = stack.enter_context(
                VideoWriter(
                    self._temporary,
                    plan.ffmpeg,
                    cell.upscale or cell.size,
                    cell.video_rate,
                    plan.encoding,
                    tags,
                    spare=plan.engine.device is DeviceName.CPU,
                    patience=patience,
                )
            )
            self._stack = stack.pop_all()

    def write(self, picture: Planes, times: int, *, new: bool) -> None:
        """``new``: it was not shown before."""
        self._stylized += new
        for _ in range(times):
            self._video.write(picture)

    def finish(self, ms: float | None, seconds: dict[str, float]) -> Segment:
        began = time.perf_counter()
        with self._stack:
            self._video.finish()
            took = time.perf_counter() - began
            segment = Segment(
                index=self.index,
                frames=self._video.frames,
                bytes=self._temporary.stat().st_size,
                stylized=self._stylized,
                ms=ms,
                seconds={**seconds, "encode": seconds.get("encode", 0.0) + took},
            )
            self._segments.add(self._temporary, segment)
        return segment

    def kill(self) -> None:
        """End the encoder, if it has not ended; `finish` then fails."""
        self._video.kill()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._stack.close()

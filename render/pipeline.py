"""decode → sample → resize → stylize → upscale → encode."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction
from pathlib import Path

from render.engines.base import Engine, EngineChoice
from render.errors import ClipError, RenderError
from render.events import CellDone, CellFailed, CellProgress, CellStarted, Event, Preview, Timings
from render.media.decode import Decoder
from render.media.encode import VideoWriter, encoded_size, placing
from render.media.encoding import AudioMode
from render.media.frame import Frame, Picture
from render.media.sample import sample
from render.media.sound import add_sound
from render.overlap import ahead, in_order
from render.plan import Cell, Plan
from render.resize import bars, resize
from render.target import Size
from render.upscale import create as create_upscaler

# Pictures waiting between decode and network, and between network and encode: enough to ride out
# a slow moment, few enough that memory does not notice.
_DEPTH = 3


def run(plan: Plan, engines: Engines | None = None) -> Generator[Event, None, None]:
    """Render every cell, one after the other, yielding what happens.

    ``engines`` are those of an earlier run with the same engine choice, to keep what is loaded.

    A cell that fails yields ``CellFailed`` and the next goes on. Closing the iterator, or an
    exception thrown into it, ends the children and removes the temporary file.
    """
    for refusal in plan.refusals:
        yield CellFailed(refusal.clip, None, refusal.error)
    engines = engines or Engines(plan.engine)
    for cell in plan.cells:
        yield CellStarted(cell)
        try:
            yield from _render(cell, plan, engines)
        except RenderError as error:
            yield CellFailed(cell.clip.path, cell, error)
        except (MemoryError, OSError) as error:
            reason = "out of memory" if isinstance(error, MemoryError) else error.strerror
            failure = RenderError(f"{cell.clip.path}: {reason or error}")
            failure.__cause__ = error
            yield CellFailed(cell.clip.path, cell, failure)


class Engines:
    """The engine of the cells in hand; the last one is kept, since neighbours mostly share it."""

    def __init__(self, choice: EngineChoice) -> None:
        self._choice = choice
        self._key: tuple[Path, Size, float] | None = None
        self._engine: Engine | None = None

    def get(self, cell: Cell) -> Engine:
        """A loaded engine for the cell. Raises StyleError or EngineError."""
        from render.engines.select import create
        from render.networks.checkpoint import load_style

        key = (cell.style_path, cell.size, cell.strength)
        if self._engine is None or key != self._key:
            self._engine = None  # let go of the old one's memory before the new one takes its own
            network = load_style(cell.style_path).network
            network.strength = cell.strength
            self._engine = create(network, cell.size, self._choice)
            self._key = key
        return self._engine


@dataclass
class Clock:
    """Seconds of work per stage, and how many pictures the network really computed."""

    seconds: dict[str, float] = field(default_factory=dict)
    stylized: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, stage: str, seconds: float) -> None:
        with self._lock:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
            self.stylized += stage == "stylize"

    def watch(self, stage: str, items: Iterable[Frame]) -> Iterator[Frame]:
        """``items``, counting the time that getting each one takes."""
        iterator = iter(items)
        while True:
            began = time.perf_counter()
            item = next(iterator, None)
            self.add(stage, time.perf_counter() - began)
            if item is None:
                return
            yield item


def each_picture(
    frames: Iterable[Frame],
    work: Callable[[Picture], Picture],
    clock: Clock,
    stage: str,
    workers: int = 1,
) -> Generator[Frame, None, None]:
    """``work`` on every picture, ``workers`` at once; one that repeats the last (the same object)
    is not done again."""

    def timed(picture: Picture) -> Picture:
        began = time.perf_counter()
        result = work(picture)
        clock.add(stage, time.perf_counter() - began)
        return result

    with contextlib.closing(in_order(frames, _picture, timed, workers)) as results:
        for frame, result in results:
            yield frame.with_picture(result)


def _picture(frame: Frame) -> Picture:
    return frame.picture


def stylized(
    cell: Cell, decoder: Iterable[Frame], engine: Engine, clock: Clock
) -> Generator[Frame, None, None]:
    """The line, up to the upscale: frames at the cell's rate as the display would show them.

    Decoding and network each run in a thread of their own.
    """
    upscaler = create_upscaler(cell.size, cell.upscale, cell.upscaler)
    frames = clock.watch("decode", decoder)
    frames = sample(frames, cell.rate, start=cell.start, duration=cell.duration)
    frames = each_picture(frames, lambda p: resize(p, cell.placement, cell.size), clock, "resize")
    with contextlib.closing(ahead(frames, _DEPTH)) as inputs:
        painted = each_picture(
            inputs,
            lambda p: bars(engine.stylize(p), cell.placement),
            clock,
            "stylize",
            engine.streams,
        )
        with contextlib.closing(ahead(painted, _DEPTH)) as outputs:
            yield from each_picture(outputs, upscaler.upscale, clock, "upscale")


def _render(cell: Cell, plan: Plan, engines: Engines) -> Iterator[Event]:
    began = time.perf_counter()
    clock = Clock()
    engine = engines.get(cell)
    clock.add("load", time.perf_counter() - began)
    with contextlib.ExitStack() as stack:
        decoder = Decoder(
            cell.clip,
            cell.placement.canvas,
            plan.ffmpeg,
            start=cell.start,
            duration=cell.duration,
            strict=plan.strict,
        )
        # Closed in this order: the child's end frees the decoding thread from its pipe.
        frames = stack.enter_context(contextlib.closing(stylized(cell, decoder, engine, clock)))
        stack.enter_context(decoder)
        first = next(frames, None)
        if first is None:
            start = float(cell.start)
            raise ClipError(
                f"{cell.clip.path}: holds no picture from {start:g} s on; lower --start"
            )
        temporary = stack.enter_context(placing(cell.output, force=plan.force))
        silent = temporary.with_name(f"{temporary.stem}v{temporary.suffix}")
        stack.callback(silent.unlink, missing_ok=True)
        video = VideoWriter(
            silent, plan.ffmpeg, _shown(first), cell.rate, plan.encoding, comment(cell)
        )
        with video:
            for frame in itertools.chain([first], frames):
                start_write = time.perf_counter()
                video.write(frame.picture)
                clock.add("encode", time.perf_counter() - start_write)
                yield CellProgress(cell, video.frames)
            start_write = time.perf_counter()
            video.finish()
        damage = decoder.damage.describe()
        warnings = [damage] if damage else []
        if plan.encoding.audio is AudioMode.KEEP and cell.clip.audio is not None:
            loss = add_sound(
                silent,
                cell.clip,
                plan.ffmpeg,
                temporary,
                video.frames,
                start=cell.start,
                duration=cell.duration,
            )
            warnings += [loss] if loss else []
        if not temporary.exists():
            silent.replace(temporary)
        clock.add("encode", time.perf_counter() - start_write)
    yield CellDone(
        cell,
        Preview(
            cell=cell,
            path=cell.output,
            size=encoded_size(_shown(first)),
            rate=cell.rate,
            frames=video.frames,
            stylized=clock.stylized,
            duration=Fraction(video.frames) / cell.rate,
            bytes=cell.output.stat().st_size,
            warnings=tuple(warnings),
            timings=_timings(clock, time.perf_counter() - began),
        ),
    )


def comment(cell: Cell) -> str:
    """What made a preview, written into its metadata."""
    strength = "" if cell.strength == 1 else f", strength {cell.strength:g}"
    return f"render: {cell.style}, {cell.network}, {cell.size}, {cell.rate} fps{strength}"


def _shown(frame: Frame) -> Size:
    return Size(frame.width, frame.height)


def _timings(clock: Clock, wall: float) -> Timings:
    spent = {f.name: clock.seconds.get(f.name, 0.0) for f in fields(Timings)}
    return Timings(**spent | {"wall": wall})

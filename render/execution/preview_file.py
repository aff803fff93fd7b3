"""One cell's preview while it is written: encoder, sound, and the place that it takes at last."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import fields
from fractions import Fraction

from render.devices.playback import Shows, shows
from render.devices.screen import Screen
from render.engines.base import DeviceName
from render.errors import OutputError
from render.events import Preview, Timings
from render.media.colour import Planes, even
from render.media.encode import VideoWriter, placing
from render.media.encoding import AudioMode
from render.media.sound import add_sound
from render.media.watch import PATIENCE, Patience
from render.planning.fingerprint import TAG, as_tag, read_identity
from render.planning.plan import Cell, Plan

_MOST_OF_STYLE = 1000


class PreviewFile:
    """Takes pictures of the display's size; ends as a whole file, or as none.

    ``finish`` puts it in place; ``close`` without it removes what is there. Both may raise
    OutputError, and so may making one.
    """

    def __init__(self, cell: Cell, plan: Plan, patience: Patience = PATIENCE) -> None:
        self.cell = cell
        self._plan, self._patience = plan, patience
        self._tags = {"comment": comment(cell), TAG: as_tag(cell.identity)}
        self._seconds: dict[str, float] = {}
        self._stylized = 0
        playback = cell.playback
        self._screen: Screen[Planes] | None = None if playback is None else Screen(playback)
        with contextlib.ExitStack() as stack:
            place = placing(cell.output, force=plan.force, same=self._is_there)
            self._temporary = stack.enter_context(place)
            silent = self._temporary.with_name(f"{self._temporary.stem}v{self._temporary.suffix}")
            stack.callback(silent.unlink, missing_ok=True)
            self._silent = silent
            shown = cell.upscale or cell.size
            writer = VideoWriter(
                silent,
                plan.ffmpeg,
                shown,
                cell.video_rate,
                plan.encoding,
                self._tags,
                spare=plan.engine.device is DeviceName.CPU,
                patience=patience,
            )
            self._video = stack.enter_context(writer)
            self._stack = stack.pop_all()

    def _is_there(self) -> bool:
        """Whether another run has put the same preview in place meanwhile."""
        return read_identity(self.cell.output) == self.cell.identity

    @property
    def frames(self) -> int:
        """Handed to the encoder so far."""
        return self._video.frames

    def spent(self, stage: str, seconds: float) -> None:
        """Count work that this preview needed, whether or not others share it."""
        self._seconds[stage] = self._seconds.get(stage, 0.0) + seconds

    def stylized(self, seconds: float) -> None:
        """Count a picture of the network's."""
        self._stylized += 1
        self.spent("stylize", seconds)

    def wants(self, ticks: range) -> bool:
        """Whether a picture of the next ``ticks`` (at the cell's sampled rate) is ever seen."""
        return self._screen is None or self._screen.wants(ticks)

    def skip(self, ticks: range) -> None:
        """Nobody sees the picture of the next ``ticks``: the one before stays."""
        if self._screen is not None:
            self._write(self._screen.show(None, ticks))

    def write(self, picture: Planes, ticks: range) -> None:
        """Show ``picture`` at the next ``ticks``, or when a phone would."""
        if self._screen is None:
            self._write([(picture, len(ticks))])
        else:
            self._write(self._screen.show(picture, ticks))

    def _write(self, pictures: Iterable[tuple[Planes, int]]) -> None:
        began = time.perf_counter()
        for picture, times in pictures:
            for _ in range(times):
                self._video.write(picture)
        self.spent("encode", time.perf_counter() - began)

    def finish(self, damage: str | None, ms: float | None, wall: float) -> Preview:
        """Add the sound, check the file, put it in place.

        ``damage`` is the clip's, in words; ``ms`` what the network took for a picture; ``wall``
        seconds have passed since the work began.
        """
        began = time.perf_counter()
        if self._screen is not None:
            self._write(self._screen.end())
        self._video.finish()
        warnings = [damage] if damage else []
        if self._plan.encoding.audio is AudioMode.KEEP and self.cell.clip.audio is not None:
            loss = self._add_sound()
            warnings += [loss] if loss else []
        if not self._temporary.exists():
            self._silent.replace(self._temporary)
        self._stack.close()
        took = time.perf_counter() - began
        self.spent("encode", took)
        return self._preview(tuple(warnings), ms, wall + took)

    def close(self) -> None:
        """End the encoder and remove what is written."""
        dropped = OutputError(f"{self.cell.output}: dropped")
        with contextlib.suppress(OSError):
            self._stack.__exit__(OutputError, dropped, None)

    def _add_sound(self) -> str | None:
        cell = self.cell
        return add_sound(
            self._silent,
            cell.clip,
            self._plan.ffmpeg,
            self._temporary,
            self.frames,
            self._tags,
            start=cell.start,
            duration=cell.duration,
            patience=self._patience,
        )

    def _preview(self, warnings: tuple[str, ...], ms: float | None, wall: float) -> Preview:
        cell = self.cell
        spent = {f.name: self._seconds.get(f.name, 0.0) for f in fields(Timings)}
        return Preview(
            cell=cell,
            path=cell.output,
            size=even(cell.upscale or cell.size),
            rate=cell.video_rate,
            frames=self.frames,
            stylized=self._stylized,
            duration=Fraction(self.frames) / cell.video_rate,
            bytes=cell.output.stat().st_size,
            ms=ms,
            warnings=warnings,
            timings=Timings(**spent | {"wall": wall}),
            shows=self._shows(),
        )

    def _shows(self) -> Shows | None:
        playback = self.cell.playback
        if playback is None or self._screen is None:
            return None
        return shows(playback, self._screen.frames)


def comment(cell: Cell) -> str:
    """What made a preview, written into its metadata, as far as a command takes it: a style may
    call itself anything."""
    strength = "" if cell.strength == 1 else f", strength {cell.strength:g}"
    on = "" if cell.playback is None else f", on {cell.playback.on}"
    rest = f"{cell.network}, {cell.size}, {cell.rate} fps{strength}{on}"
    return f"render: {cell.style[:_MOST_OF_STYLE]}, {rest}".replace("\0", "")

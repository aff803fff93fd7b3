"""Previews → ``results.json``: what a run came to, beside what earlier ones wrote there."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from render.errors import OutputError
from render.events import CellDone, CellFailed, CellKept, Event, Preview
from render.planning.plan import Cell, Plan
from render.results.results import (
    NAME,
    CellResult,
    CellTarget,
    CellVideo,
    Cost,
    Failure,
    Played,
    Results,
    Run,
    SourceClip,
    View,
    load,
    save,
)

# What decides how a preview looks, by distribution; OpenCV comes under several names.
_LIBRARIES = ("torch", "openvino", "av", "opencv-python", "opencv-python-headless", "numpy")

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class Call:
    """The words of the command and when it began, for whoever reads the results later."""

    command: tuple[str, ...]
    at: datetime


class Recorder:
    """Follows a run's events and keeps its folder's results up to date.

    Making one raises UsageError when the folder holds results that cannot be read: nothing is
    rendered then that could not be recorded.
    """

    def __init__(self, plan: Plan, folder: Path, call: Call) -> None:
        self.folder = folder
        self._plan = plan
        self._results = _without_lost(load(folder), folder) if (folder / NAME).exists() else None
        self._run = Run(
            command=call.command,
            at=call.at.isoformat(timespec="seconds"),
            versions=versions(),
            machine=machine(),
            engine=plan.engine.engine.value,
            device=plan.engine.device.value,
            why=plan.engine.why,
        )
        self._previews: list[Preview] = []
        self._failures: list[Failure] = []

    def event(self, event: Event) -> None:
        """Take note of what was written and what failed, before anybody is told of it.

        A preview is saved at once, so that whatever ends the run it is known. That it cannot be
        written, `save` says at the end.
        """
        match event:
            case CellDone(_, preview):
                self._note(preview)
            case CellKept(cell, preview):
                if not self._knows(cell):
                    self._note(preview)
            case CellFailed(clip, cell, error):
                name = None if cell is None else cell.output.name
                failure = Failure(clip=str(clip), cell=name, kind=error.kind, message=str(error))
                self._failures.append(failure)

    def _note(self, preview: Preview) -> None:
        self._previews.append(preview)
        with contextlib.suppress(OutputError):
            self.save()

    def _knows(self, cell: Cell) -> bool:
        """Whether the folder's results tell of this very preview."""
        known = () if self._results is None else self._results.cells
        id_ = _id(cell.output, self.folder)
        return any(one.id == id_ and one.fingerprint == cell.fingerprint for one in known)

    def results(self, wall: float | None = None) -> Results:
        """The folder's results with all that was noted. ``wall``: seconds of the whole run."""
        before = self._results or Results()
        mine = [_id(preview.path, self.folder) for preview in self._previews]
        kept = [cell for cell in before.cells if cell.id not in mine]
        runs = [*before.runs, self._run.model_copy(update={"wall": wall})]
        clips = list(before.clips)
        cells = [*kept, *(self._cell(p, len(runs) - 1, clips) for p in self._previews)]
        return _compact(
            before.model_copy(
                update={
                    "runs": tuple(runs),
                    "clips": tuple(clips),
                    "cells": tuple(cells),
                    "failures": tuple(self._failures),
                }
            )
        )

    def save(self, wall: float | None = None) -> Results:
        """Write them, if anything was rendered. Raises OutputError."""
        results = self.results(wall)
        if self._previews:
            save(results, self.folder)
        return results

    def expected(self) -> Results:
        """What the results will hold if every cell of the plan is rendered: for questions that must
        be answered before. Sizes and lengths of files are not known yet, and 0."""
        before = self._results or Results()
        runs, clips = [*before.runs, self._run], list(before.clips)
        mine = [_id(cell.output, self.folder) for cell in self._plan.cells]
        kept = [cell for cell in before.cells if cell.id not in mine]
        planned = [self._planned(cell, len(runs) - 1, clips) for cell in self._plan.cells]
        cells = (*kept, *planned)
        return before.model_copy(update={"runs": (*runs,), "clips": (*clips,), "cells": cells})

    def _cell(self, preview: Preview, run: int, clips: list[SourceClip]) -> CellResult:
        planned = self._planned(preview.cell, run, clips)
        video = planned.video.model_copy(
            update={
                "frames": preview.frames,
                "stylized": preview.stylized,
                "duration": float(preview.duration),
                "bytes": preview.bytes,
            }
        )
        ms = None if preview.ms is None else round(preview.ms, 2)
        cost = planned.cost.model_copy(update={"ms": ms})
        played = _played(preview)
        found = {"video": video, "cost": cost, "played": played, "warnings": preview.warnings}
        return planned.model_copy(update=found)

    def _planned(self, cell: Cell, run: int, clips: list[SourceClip]) -> CellResult:
        return CellResult(
            id=_id(cell.output, self.folder),
            clip=_position(_clip(cell), clips),
            run=run,
            start=float(cell.start),
            fingerprint=cell.fingerprint,
            view=View.of(cell.placement),
            target=_target(cell),
            video=CellVideo(
                size=str(cell.output_size),
                fps=None if cell.playback is None else str(cell.video_rate),
                fps_float=None if cell.playback is None else float(cell.video_rate),
                frames=0,
                stylized=0,
                duration=0.0,
                bytes=0,
                encoder=self._plan.encoding.encoder.value,
                crf=self._plan.encoding.crf,
            ),
            cost=_cost(cell),
            notes=cell.notes,
        )


def _id(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _clip(cell: Cell) -> SourceClip:
    clip = cell.clip
    return SourceClip(
        path=str(clip.path),
        name=clip.path.name,
        size=str(clip.video.displayed),
        fps=str(clip.video.rate),
        fps_float=float(clip.video.rate),
        duration=None if clip.duration is None else float(clip.duration),
        start=str(cell.start),
        part=None if cell.duration is None else str(cell.duration),
    )


def _position(clip: SourceClip, clips: list[SourceClip]) -> int:
    """Where ``clip`` is in ``clips``; one that was there before keeps its reference."""
    for number, known in enumerate(clips):
        if (known.path, known.start, known.part) == (clip.path, clip.start, clip.part):
            return number
    clips.append(clip)
    return len(clips) - 1


def _target(cell: Cell) -> CellTarget:
    return CellTarget(
        style=cell.style,
        network=cell.network,
        size=str(cell.size),
        fps=str(cell.rate),
        fps_float=float(cell.rate),
        upscale=None if cell.upscale is None else str(cell.upscale),
        upscaler=cell.upscaler.value,
        strength=cell.strength,
        on=None if cell.playback is None else cell.playback.on,
        style_file=_own_style(cell.style_path),
    )


def _own_style(path: Path) -> str | None:
    from render.resources import presets_dir

    own = path.absolute()
    return None if own.is_relative_to(presets_dir().absolute()) else str(own)


def _played(preview: Preview) -> Played | None:
    playback, shows = preview.cell.playback, preview.shows
    if playback is None or shows is None:
        return None
    latency = playback.latency
    return Played(
        median_ms=latency.median,
        p95_ms=latency.p95,
        sustained_ms=latency.sustained,
        minutes=latency.minutes,
        camera=str(playback.camera),
        display=str(playback.display),
        late=playback.late.value,
        seed=playback.seed,
        warm=playback.warm,
        **asdict(shows),
    )


def _cost(cell: Cell) -> Cost:
    from render.networks.spec import NetworkSpec

    spec = NetworkSpec.parse(cell.network)
    macs = spec.macs(cell.size)
    return Cost(
        parameters=spec.parameters(),
        macs=macs,
        macs_second=float(macs * Fraction(cell.rate)),
    )


def _without_lost(results: Results, folder: Path) -> Results:
    """Without the cells and grids whose files are gone."""
    return _compact(
        results.model_copy(
            update={
                "cells": tuple(c for c in results.cells if (folder / c.id).is_file()),
                "grids": tuple(g for g in results.grids if (folder / g).is_file()),
                "sheets": tuple(s for s in results.sheets if (folder / s).is_file()),
            }
        )
    )


def _compact(results: Results) -> Results:
    """Without the clips and runs that no cell is of."""
    clips, clip_at = _used(results.clips, (cell.clip for cell in results.cells))
    runs, run_at = _used(results.runs, (cell.run for cell in results.cells))
    cells = tuple(
        cell.model_copy(update={"clip": clip_at[cell.clip], "run": run_at[cell.run]})
        for cell in results.cells
    )
    return results.model_copy(update={"clips": clips, "runs": runs, "cells": cells})


def _used(items: Sequence[_Kept], used: Iterable[int]) -> tuple[tuple[_Kept, ...], dict[int, int]]:
    """The items at the positions in use, and where each has gone."""
    kept = sorted(set(used))
    return tuple(items[old] for old in kept), {old: new for new, old in enumerate(kept)}


def versions() -> dict[str, str]:
    """Of render, Python and the libraries that decide what a preview shows."""
    from render import __version__

    found = {"render": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> str:
    """``x86_64, 8 cores, Linux 6.1``."""
    cores = os.cpu_count() or 1
    plural = "core" if cores == 1 else "cores"
    return f"{platform.machine()}, {cores} {plural}, {platform.system()} {platform.release()}"

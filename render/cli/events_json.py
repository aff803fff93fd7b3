"""Events as JSON: one object a line, ASCII, versioned. The form that other programs rely on.

Every object has ``schema`` (1) and ``event``. Within a schema keys are only added. Exact numbers
(rates, aspect ratios, times) are strings such as ``"30000/1001"``; beside a rate stands its float.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from render.devices.playback import Playback, Shows
    from render.events import Aside, Event, Preview
    from render.media.clip import Clip
    from render.networks.metadata import StyleMetadata
    from render.planning.estimate import Estimate
    from render.planning.plan import Cell, Plan
    from render.storage.fetching import ClipFetching
    from render.sweeping.sweep_events import SweepEvent

SCHEMA = 1
_EVERY = 1.0


def line(event: str, **facts: Any) -> str:
    """One object. ASCII, so that a name that is not UTF-8 survives as a lone surrogate."""
    return json.dumps({"schema": SCHEMA, "event": event, **facts}, allow_nan=False)


def style_line(path: Path, style: StyleMetadata) -> str:
    """A style file: what it says of itself, its size in bytes, and its network's cost; ``macs`` are
    multiply-adds for one picture of ``macs_at``."""
    from render.defaults import DEFAULTS
    from render.target import Size

    said = _finite(style.as_dict())
    return line(
        "style",
        path=str(path),
        **said,
        bytes=path.stat().st_size,
        parameters=style.spec.parameters(),
        macs=style.spec.macs(Size.parse(DEFAULTS.size)),
        macs_at=DEFAULTS.size,
    )


def error_line(message: str, kind: str, exit_status: int) -> str:
    """The last line of a run that could not be carried through."""
    return line("error", kind=kind, message=message, exit_status=exit_status)


def fetching_line(event: ClipFetching) -> str:
    """How much of a clip at a URL has come; ``of`` is null where its store does not say."""
    return line("fetching", clip_path=str(event.url), bytes=event.bytes, of=event.of)


def step_line(event: SweepEvent, **more: Any) -> str | None:
    """What was made of the previews, or failed; None for what is told by other lines. ``more``
    stands in each, too."""
    from render.cli.hints import explained
    from render.sweeping.sweep_events import ResultsReady, StepFailed, StepMade, SweepStep

    match event:
        case ResultsReady(_, path) if path is not None:
            return line("results", **more, path=str(path))
        case StepMade(step, path) if step is not SweepStep.SOURCE:
            return line(step.value, **more, path=str(path), kept=event.kept)
        case StepFailed(step, error, path):
            where = {} if path is None else {"path": str(path)}
            said = {"kind": error.kind, "message": explained(error)}
            return line("failed", **more, step=step.value, **where, **said)
    return None


class EventLines:
    """The lines of one run; ``more`` stands in those of its events, too."""

    def __init__(
        self, plan: Plan, clock: Callable[[], float] = time.monotonic, **more: Any
    ) -> None:
        self._plan = plan
        self._more = more
        self._clock = clock
        self._began = clock()
        self._next: dict[Cell, float] = {}
        self._positions = {cell: number for number, cell in enumerate(plan.cells)}

    def plan(self, estimate: Estimate | None = None) -> str:
        """The plan, and (``--dry-run``) what it will take."""
        from render.planning.as_dict import plan_as_dict
        from render.planning.estimate import estimate_as_dict

        more = {"estimate": estimate_as_dict(estimate)} if estimate else {}
        return line("plan", **self._more, plan=plan_as_dict(self._plan), **more)

    def event(self, event: Event) -> str | None:
        """The event's line; None for a cell's progress less than a second after its last."""
        from render.events import (
            CellDone,
            CellFailed,
            CellKept,
            CellProgress,
            CellRetried,
            CellStarted,
            DraftMeasured,
        )

        facts: dict[str, Any]
        match event:
            case CellStarted(cell, there):
                self._next[cell] = self._clock() + _EVERY
                name, facts = "started", {"frames": there, "about_frames": cell.about_frames}
            case CellProgress(cell, frames):
                if self._clock() < self._next[cell]:
                    return None
                self._next[cell] = self._clock() + _EVERY
                name, facts = "progress", {"frames": frames, "about_frames": cell.about_frames}
            case CellDone(_, preview):
                name, facts = "preview", self._preview(preview)
            case CellKept(_, preview):
                name, facts = "kept", self._preview(preview)
            case CellRetried(_, error):
                name, facts = "retried", {"kind": error.kind, "message": str(error)}
            case CellFailed(clip, _, error):
                facts = {"clip_path": str(clip), "kind": error.kind, "message": str(error)}
                name, facts = "failed", {"step": "preview", **facts}
            case DraftMeasured(cell, psnr, faster, pictures):
                name, facts = "draft", {"psnr": psnr, "faster": faster, "pictures": pictures}
            case _:
                return _aside(event, **self._more)
        which = {"cell": None} if event.cell is None else self._which(event.cell)
        return line(name, **(self._more | which | facts))

    def done(self, written: int, kept: int, failed: int, exit_status: int) -> str:
        return line(
            "done",
            previews=written,
            kept=kept,
            failed=failed,
            wall=_seconds(self._clock() - self._began),
            exit_status=exit_status,
        )

    def _which(self, cell: Cell) -> dict[str, Any]:
        """Which of the plan's cells, counted from 0, and its clip and preview by path."""
        return {
            "cell": self._positions[cell],
            "cells": len(self._plan.cells),
            "clip_path": str(cell.clip.place),
            "path": str(cell.output),
        }

    def _preview(self, preview: Preview) -> dict[str, Any]:
        from render.engines.base import precision

        cell = preview.cell
        return {
            "path": str(preview.path),
            "size": str(preview.size),
            **_rate("fps", preview.rate),
            "frames": preview.frames,
            "stylized": preview.stylized,
            "fingerprint": cell.fingerprint,
            "duration": _seconds(preview.duration),
            "bytes": preview.bytes,
            "ms": None if preview.ms is None else round(preview.ms, 3),
            "clip": _clip(cell.clip),
            "target": _target(cell),
            "start": _seconds(cell.start),
            "engine": self._plan.engine.engine.value,
            "device": self._plan.engine.device.value,
            "why": self._plan.engine.why,
            "precision": precision(self._plan.engine, cell.network).value,
            "encoder": self._plan.encoding.encoder.value,
            "crf": self._plan.encoding.crf,
            "notes": list(cell.notes),
            "warnings": list(preview.warnings),
            "playback": None if cell.playback is None else _playback(cell.playback, preview.shows),
            "timings": {stage: _seconds(s) for stage, s in asdict(preview.timings).items()},
        }


def _clip(clip: Clip) -> dict[str, Any]:
    video, audio = clip.video, clip.audio
    return {
        "path": str(clip.place),
        "container": clip.container,
        "codec": video.codec,
        "size": str(video.displayed),
        "coded": str(video.coded),
        "rotation": video.rotation,
        "sar": str(video.sar),
        **_rate("fps", video.rate),
        "variable_rate": video.variable_rate,
        "transfer": video.transfer.value,
        "interlaced": video.interlaced,
        "duration": None if clip.duration is None else _seconds(clip.duration),
        "audio": None
        if audio is None
        else {
            "codec": audio.codec,
            "sample_rate": audio.sample_rate,
            "channels": audio.channels,
            "decodable": audio.decodable,
        },
    }


def _target(cell: Cell) -> dict[str, Any]:
    """As in results, with the network's parameters and its multiply-adds for one frame."""
    from render.results.record import cost_of, target_of

    target = target_of(cell).model_dump(mode="json", exclude={"style_file"})
    return target | cost_of(cell).model_dump(mode="json", include={"parameters", "macs"})


def _playback(playback: Playback, shows: Shows | None) -> dict[str, Any]:
    """The phone, and what it came to; times are seconds, latencies milliseconds."""
    latency = playback.latency
    told = {} if shows is None else asdict(shows)
    told.pop("sequence", None)
    return {
        "on": playback.on,
        "median_ms": latency.median,
        "p95_ms": round(latency.p95, 3),
        "sustained_ms": latency.sustained,
        "minutes": latency.minutes,
        "camera": str(playback.camera),
        "display": str(playback.display),
        "late": playback.late.value,
        "seed": playback.seed,
        "warm": playback.warm,
        **told,
    }


def _finite(value: Any) -> Any:
    """``value`` with null for NaN and infinities, which a style file's JSON may hold."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _rate(key: str, rate: Fraction) -> dict[str, Any]:
    return {key: str(rate), f"{key}_float": float(rate)}


def _seconds(seconds: Fraction | float) -> float:
    return round(float(seconds), 6)


def _aside(event: Aside, **more: Any) -> str:
    """The line of an event that is about no cell; ``more`` stands in it, too."""
    from render.events import CacheTrouble, SegmentsLeft, WorkerLost, WorkersAwaited

    match event:
        case CacheTrouble(reason):
            return line("cache_trouble", **more, message=reason)
        case WorkerLost(worker, reason):
            return line("worker_lost", **more, worker=worker, message=reason)
        case WorkersAwaited(missing, workers):
            return line("workers_awaited", **more, missing=missing, workers=workers)
        case SegmentsLeft(folder, previews, size):
            return line("left", **more, path=str(folder), previews=previews, bytes=size)
        case blind:
            return line("workers_blind", **more, path=str(blind.path))

"""A run's events → results on stdout, progress on stderr, and the exit status."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from render.cli.debug import explain
from render.cli.events_json import EventLines
from render.cli.output import detail, labelled, put, safe, say
from render.cli.progress import Progress
from render.cli.words import amount, clip_error, segments_left, took
from render.events import (
    Aside,
    CacheTrouble,
    CellDone,
    CellFailed,
    CellKept,
    CellProgress,
    CellRetried,
    CellStarted,
    DraftMeasured,
    Event,
    Preview,
    WorkerLost,
    WorkersAwaited,
    WorkersBlind,
)
from render.planning.plan import Plan
from render.target import as_held

_SHOWS = 35  # dB: below, eyes tell the two apart


class Show:
    """Shows what happens while a plan runs."""

    def __init__(self, plan: Plan, *, json: bool, debug: bool, first: bool = True) -> None:
        self._plan = plan
        self._debug = debug
        self._began = time.monotonic()
        self._written = 0
        self._kept = 0
        self._failed = 0
        self._said_kept = False
        self._goes_on = self._there = 0
        self._noted: set[str] = set()
        self._drafts: set[tuple[Path, str]] = set()
        self._together = Counter(cell.clip.path for cell in plan.cells)
        self._lines = EventLines(plan) if json else None
        self._progress = Progress(plan, sys.stderr)
        self._put(self._lines.plan() if self._lines else None)
        if plan.todo and first:
            choice = plan.engine
            self._say(f"{choice.engine.value} on {choice.device.value}: {choice.why}")
        # All of them before anything is rendered: there may be a reason to stop among them.
        for cell in plan.todo:
            for note in cell.notes:
                self._note(f"{cell.clip.place.name}: {note}")
        if plan.todo:
            self._progress.wait(f"loading {plan.engine.engine.value}")

    @property
    def there(self) -> int:
        """Previews that were written or kept so far."""
        return self._written + self._kept

    def note(self, message: str) -> None:
        """Something to know, beside the progress."""
        self._label("note", message)

    def event(self, event: Event) -> None:
        """Show one event."""
        self._say_what_was_there(event)
        if self._lines:
            self._put(self._lines.event(event))
        match event:
            case CellStarted(cell, there):
                self._progress.start(cell, there)
                self._there += there
                self._goes_on += there > 0
            case CellRetried(cell, error):
                self._label("note", f"{clip_error(cell.clip.place, error)}; tried once more")
            case CellProgress(cell, frames):
                self._progress.advance(cell, frames)
            case CellDone(cell, preview):
                self._written += 1
                self._progress.end(cell, preview.frames)
                for warning in preview.warnings:
                    self._label("warning", f"{cell.clip.place.name}: {warning}")
                self._say(self._summary(preview))
                detail(_timings(preview))
                if not self._lines and self._plan.publish is None:
                    self._put(str(preview.path))
            case CellKept(cell, preview):
                self._kept += 1
                detail(f"{preview.path}: kept, its fingerprint is {cell.fingerprint[:16]}")
                if not self._lines and self._plan.publish is None:
                    self._put(str(preview.path))
            case CellFailed():
                self._fail(event)
            case DraftMeasured():
                self._draft(event)
            case _ if isinstance(event, Aside):
                # That nothing goes on matters also where little is asked for.
                waits = isinstance(event, WorkersAwaited)
                self._note(aside(event), "warning" if waits else "note")

    def _draft(self, event: DraftMeasured) -> None:
        """Once for all cells of a network on a clip."""
        cell = event.cell
        size = as_held(cell.size, cell.clip.video.displayed)
        network = f"{cell.style} {cell.network} at {size}"
        if (cell.clip.path, network) in self._drafts:
            return
        self._drafts.add((cell.clip.path, network))
        self._say(
            f"{safe(cell.clip.place.name)}: {network} in int8 is {event.psnr:.1f} dB (PSNR) from "
            f"f32, and {event.faster:.1f} times as fast"
        )
        if event.psnr < _SHOWS:
            self._note(f"{network}: under {_SHOWS} dB int8 shows; leave --precision out")
        if event.faster < 1:
            self._note("int8 is slower than f32 on this processor; leave --precision out")

    def _fail(self, event: CellFailed) -> None:
        self._failed += 1
        if event.cell is not None:
            self._progress.end(event.cell, 0)
        if self._debug:
            explain(event.error)
        self._label("error", clip_error(event.clip, event.error))

    def _say_what_was_there(self, event: Event) -> None:
        if self._kept and not isinstance(event, CellKept):
            self._say_kept()
        if self._goes_on and not isinstance(event, CellStarted):
            self._say_goes_on()

    def _say_kept(self) -> None:
        """Once, when all of them are known."""
        if not self._said_kept:
            self._said_kept = True
            self._say(f"{self._kept} kept: what is there already is not rendered again")

    def _say_goes_on(self) -> None:
        """Once for all that begin together."""
        previews = "1 preview goes" if self._goes_on == 1 else f"{self._goes_on} previews go"
        frames = "1 frame is" if self._there == 1 else f"{self._there} frames are"
        self._say(f"{previews} on where an earlier run stopped: {frames} there")
        self._goes_on = self._there = 0

    def finish(self, failed_after: int = 0, *, last: bool = True) -> int:
        """The last words, and the exit status; ``failed_after`` things failed that were to be made
        of the previews. ``last``: nothing else follows."""
        if self._kept:
            self._say_kept()
        status = 1 if self._failed or failed_after else 0
        if self._written + self._failed > 1:
            failed = f", {self._failed} failed" if self._failed else ""
            words = "preview" if self._written == 1 else "previews"
            wall = took(time.monotonic() - self._began)
            self._say(f"{self._written} {words} written{failed}, in {wall}")
        if self._lines and last:
            failed_in_all = self._failed + failed_after
            self._put(self._lines.done(self._written, self._kept, failed_in_all, status))
        return status

    def close(self) -> None:
        """Take the progress off the screen."""
        self._progress.close()

    def _summary(self, preview: Preview) -> str:
        # On a terminal the path follows at once, as the result.
        shown = self._plan.shown(preview.path)
        path = preview.cell.clip.place.name if sys.stdout.isatty() else str(shown)
        what = f"video {preview.size} at {float(preview.rate):.5g} fps, {amount(preview.bytes)}"
        if self._together[preview.cell.clip.path] > 1:
            # The time is that of all of them.
            each = "" if preview.ms is None else f" of {preview.ms:.0f} ms in the network"
            return f"{safe(path)}: {preview.frames} frames{each}, {what}"
        wall = preview.timings.wall
        speed = f" ({preview.frames / wall:.1f} fps)" if wall > 0 else ""
        return f"{safe(path)}: {preview.frames} frames in {took(wall)}{speed}, {what}"

    def _note(self, note: str, label: str = "note") -> None:
        # Once, where several previews of one clip share it.
        if note not in self._noted:
            self._noted.add(note)
            self._label(label, note)

    def _label(self, label: str, message: str) -> None:
        say(labelled(label, message, sys.stderr))

    def _say(self, message: str) -> None:
        say(message)

    def _put(self, line: str | None) -> None:
        if line is not None:
            put(line)


def aside(event: Aside) -> str:
    """What is about no cell, in words."""
    if isinstance(event, WorkerLost):
        return f"worker {event.worker} was lost: {event.reason}; its work is done again"
    if isinstance(event, WorkersAwaited):
        return (
            f"waiting for workers: {event.missing} of {event.workers} have not started; the "
            "cluster is busy or starts nodes (`ray status` tells)"
        )
    if isinstance(event, WorkersBlind):
        return f"{event.path}: workers do not see it so; this machine goes on alone"
    if isinstance(event, CacheTrouble):
        return event.reason
    return segments_left(event.folder, event.previews, event.bytes)


def _timings(preview: Preview) -> str:
    """Stages overlap, and cells of one clip share them: their sum is not the whole."""
    stages = asdict(preview.timings)
    wall = stages.pop("wall")
    each = ", ".join(f"{stage} {took(seconds)}" for stage, seconds in stages.items())
    return f"{preview.path}: {each}; {took(wall)} in all"

"""Render the clips of a folder, and those that arrive in it, one after another."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from render.errors import RenderError, UsageError
from render.execution.executor import Executor
from render.planning.plan import PREVIEWS, check_request
from render.planning.request import Request, written_file
from render.sweeping.outputs import Outputs, check_apart
from render.sweeping.sweep import ALONE, sweep
from render.sweeping.tally import Tally
from render.watching.arrivals import Arrivals
from render.watching.watch_events import (
    ClipArrived,
    ClipThrough,
    FolderBack,
    FolderLost,
    WatchBegan,
    WatchEvent,
    WatchIdle,
)

SETTLE = 3.0
"""Seconds that a clip must stand still before it counts as whole."""
POLL = 1.0
"""Seconds between two looks at the folder."""
_SOON, _LATE = 30.0, 600.0


def watch_folder(
    folder: Path,
    request: Request,
    outputs: Outputs = ALONE,
    *,
    new_only: bool = False,
    settle: float = SETTLE,
    poll: float = POLL,
    command: Sequence[str] = ("render.watch_folder",),
    executor: Executor | None = None,
) -> Generator[WatchEvent, None, None]:
    """Render each clip in ``folder`` as ``request`` says, whose own clips do not count; then what
    arrives, for as long as events are asked for. With ``new_only`` what is there already is left.

    Each clip is a sweep of its own, with ``outputs``. What was rendered before is kept; a clip that
    fails is an event, and the others go on; what may be over (a full disk) is tried again, less and
    less often. Whoever stops asking leaves everything recorded, and the same call goes on.
    ``executor`` is who works segments off, this machine without one.

    Raises UsageError, StyleError, EngineError or FFmpegError for what cannot be done, before
    anything is written.
    """
    request = replace(request, clips=(folder,), into_folder=True)
    _check(folder, request, outputs)
    output = request.output or PREVIEWS
    yield WatchBegan(folder, output)
    arrivals = Arrivals(folder, settle)
    arrivals.look()
    if new_only:
        arrivals.pass_over()
    clips = _Clips(request, outputs, command, executor)
    lost = False
    while True:
        arrivals.look()
        if lost is not (arrivals.lost is not None):
            lost = not lost
            yield (
                FolderLost(folder, _reason(arrivals.lost)) if arrivals.lost else FolderBack(folder)
            )
        path = arrivals.take()
        if path is None:
            yield WatchIdle(arrivals.arriving)
            time.sleep(poll)
            continue
        looked = time.monotonic()
        with contextlib.closing(clips.render(path)) as events:
            for event in events:
                yield event
                # Also while it renders, so that what has arrived meanwhile need not wait.
                if time.monotonic() - looked >= poll:
                    arrivals.look()
                    looked = time.monotonic()
                if isinstance(event, ClipThrough) and event.again is not None:
                    arrivals.again(path, event.again)


def _check(folder: Path, request: Request, outputs: Outputs) -> None:
    """Raise what cannot be done, whatever arrives."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; name the one that clips arrive in")
    output = request.output or PREVIEWS
    named = written_file(replace(request, into_folder=False))
    if named is not None and not named.is_dir():
        raise UsageError(f"{named}: previews of many clips need a folder, not one file")
    if os.path.realpath(output) == os.path.realpath(folder):
        raise UsageError(
            f"{output}: is the watched folder itself, where previews would be taken for clips; "
            "choose another"
        )
    check_apart(outputs)
    check_request(request)


class _Clips:
    """Renders one clip after another, and knows which it has rendered."""

    def __init__(
        self,
        request: Request,
        outputs: Outputs,
        command: Sequence[str],
        executor: Executor | None,
    ) -> None:
        self._request, self._outputs, self._command = request, outputs, command
        self._executor = executor
        self._rendered: set[Path] = set()
        self._pauses: dict[Path, float] = {}

    def render(self, path: Path) -> Generator[WatchEvent, None, None]:
        """Render a clip that has arrived."""
        changed = path in self._rendered
        yield ClipArrived(path, changed)
        force = self._request.force or changed
        request = replace(self._request, clips=(path,), force=force)
        tally, error = Tally(), None
        try:
            found = sweep(request, self._outputs, command=self._command, executor=self._executor)
            with contextlib.closing(found) as events:
                yield from tally.counted(events)
        except RenderError as failure:
            error = failure
            tally.errors.append(failure)
        if tally.paths:
            self._rendered.add(path)
        again = None
        if tally.failed and not path.exists():
            again = 0.0  # should it come back
        elif tally.transient:
            again = self._pauses[path] = min(_LATE, 2 * self._pauses.get(path, _SOON / 2))
        yield ClipThrough(path, tally.written, tally.kept, tally.failed, error, again)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)

"""A watch's events → results on stdout, words and progress on stderr, and the exit status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from render.cli.count import Count
from render.cli.debug import explain
from render.cli.events_json import line
from render.cli.hints import explained
from render.cli.live import can_draw
from render.cli.output import labelled, put, safe, say
from render.cli.show_sweep import ShowSweep
from render.cli.words import took
from render.watching.watch_events import (
    ClipArrived,
    ClipThrough,
    FolderBack,
    FolderLost,
    WatchBegan,
    WatchEvent,
    WatchIdle,
)

if TYPE_CHECKING:
    from pathlib import Path

    from render.devices.profile import Profile


class ShowWatch:
    """Shows what happens while a folder is watched; ``on`` is the device that tables name."""

    def __init__(self, *, json: bool, debug: bool, on: Profile | None) -> None:
        self._json, self._debug, self._on = json, debug, on
        self._folder: Path | None = None
        self._sweep: ShowSweep | None = None
        self._idle: str | None = None
        self._rendered = False
        self._count = Count("", sys.stderr)
        self._clips = self._previews = self._kept = self._failed = 0

    @property
    def began(self) -> bool:
        """Whether there is anything to finish."""
        return self._folder is not None

    def event(self, event: WatchEvent) -> None:
        """Show one event."""
        if isinstance(event, WatchIdle):
            self._wait(event.arriving)
            return
        if self._idle is not None:
            self._idle = None
            self._count.close()
        match event:
            case WatchBegan(folder, output):
                self._folder = folder
                say(f"watching {folder} for clips; previews go to {output}; Ctrl-C stops")
                self._put("watching", folder=str(folder), output=str(output))
            case FolderLost(folder, why):
                say(labelled("warning", f"{folder}: {why}; waiting for it", sys.stderr))
                self._put("folder-lost", folder=str(folder), why=why)
            case FolderBack(folder):
                say(f"{folder}: is there again")
                self._put("folder-back", folder=str(folder))
            case ClipArrived(path, changed):
                self._arrived(path, changed=changed)
            case ClipThrough():
                self._through(event)
            case _:
                assert self._sweep is not None, "a clip's events follow its arrival"
                self._count.close()
                self._sweep.event(event)

    def finish(self) -> int:
        """The last words, and the exit status."""
        if self._sweep is not None:
            self._sweep.stopped()
            self._sweep = None
        self._count.close()
        status = 1 if self._failed else 0
        clips = "1 clip" if self._clips == 1 else f"{self._clips} clips"
        kept = f", {self._kept} kept" if self._kept else ""
        failed = f", {self._failed} failed" if self._failed else ""
        previews = "1 preview" if self._previews == 1 else f"{self._previews} previews"
        say(f"stopped watching: {previews} of {clips} written{kept}{failed}")
        self._put(
            "done",
            clips=self._clips,
            previews=self._previews,
            kept=self._kept,
            failed=self._failed,
            exit_status=status,
        )
        return status

    def close(self) -> None:
        """Take the progress off the screen."""
        self._count.close()
        if self._sweep is not None:
            self._sweep.close()

    def _wait(self, arriving: tuple[Path, ...]) -> None:
        """On a terminal only: elsewhere a line now and then that nothing happens helps nobody."""
        done = f"{self._clips} done" if self._clips else "nothing yet"
        words = f"watching {self._folder}: {done}"
        if arriving:
            more = f" and {len(arriving) - 1} more" if len(arriving) > 1 else ""
            words += f"; not whole yet: {arriving[0].name}{more}"
        if can_draw(sys.stderr) and words != self._idle:
            self._count.wait(words)
        self._idle = words

    def _arrived(self, path: Path, *, changed: bool) -> None:
        if changed:
            say(f"{safe(path.name)}: has changed since; its previews are made anew")
        self._put("arrived", path=str(path), changed=changed)
        self._sweep = ShowSweep(
            json=self._json, debug=self._debug, on=self._on, first=not self._rendered
        )
        self._count.wait(f"looking at {path.name}")

    def _through(self, event: ClipThrough) -> None:
        assert self._sweep is not None, "it has arrived"
        self._count.close()
        self._sweep.close()
        if event.error is None:
            self._sweep.finish(last=False)
        else:
            if self._debug:
                explain(event.error)
            said = f"{event.path.name}: {explained(event.error)}"
            say(labelled("error", said, sys.stderr))
        self._sweep = None
        self._rendered |= event.previews > 0
        if event.again:
            say(f"{safe(event.path.name)}: tried again in {took(event.again)}")
        self._clips += event.again is None
        self._previews += event.previews
        self._kept += event.kept
        self._failed += event.failed if event.again is None else 0
        error = {} if event.error is None else {"message": explained(event.error)}
        self._put(
            "clip",
            path=str(event.path),
            previews=event.previews,
            kept=event.kept,
            failed=event.failed,
            again=event.again,
            **error,
        )

    def _put(self, event: str, **facts: object) -> None:
        if self._json:
            put(line(event, **facts))

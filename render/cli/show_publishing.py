"""What goes to a URL: on stdout where it is, as soon as it is there."""

from __future__ import annotations

import sys
from pathlib import Path

from render.cli.count import Count
from render.cli.debug import explain
from render.cli.events_json import line
from render.cli.hints import explained
from render.cli.output import detail, labelled, put, say
from render.errors import RenderError
from render.events import CellDone, CellKept
from render.sweeping.sweep_events import (
    Published,
    PublishFailed,
    Publishing,
    StepMade,
    SweepEvent,
    SweepStep,
)


class ShowPublishing:
    """Attributes:
    failed: how many files could not be sent.
    """

    def __init__(self, *, json: bool, debug: bool) -> None:
        self._json, self._debug = json, debug
        self.failed = 0
        self._count: Count | None = None
        self._results: set[Path] = set()

    def made(self, event: SweepEvent) -> None:
        """Take note of what is a result of the command; other files go along."""
        match event:
            case CellDone(_, preview) | CellKept(_, preview):
                self._results.add(preview.path)
            case StepMade(step, path) if step is not SweepStep.SOURCE:
                self._results.add(path)

    def event(self, event: Publishing | Published | PublishFailed) -> None:
        """Show one event."""
        match event:
            case Publishing(done, total):
                if self._count is None:
                    self._count = Count("file", sys.stderr)
                self._count.show("sending", done, total)
            case Published(path, url, kept):
                detail(f"{path}: {'is there already' if kept else 'sent'}: {url}")
                if self._json:
                    put(line("published", path=str(path), url=str(url), kept=kept))
                elif path in self._results:
                    self._results.discard(path)
                    put(str(url))
            case PublishFailed(path, url, error):
                self._fail(path, error)
                if self._json:
                    facts = {"kind": error.kind, "message": explained(error)}
                    put(line("failed", step="publish", path=str(path), url=str(url), **facts))

    def close(self) -> None:
        """Take it off the screen."""
        if self._count is not None:
            self._count.close()
            self._count = None

    def _fail(self, path: Path, error: RenderError) -> None:
        self.failed += 1
        if self._debug:
            explain(error)
        words = f"{explained(error)}; {path} is kept, and the same command sends it"
        say(labelled("error", words, sys.stderr))

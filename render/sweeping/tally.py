"""What a sweep's events come to, for whoever leads many sweeps, and what of it may yet succeed."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from render.errors import RenderError
from render.events import CellDone, CellFailed, CellKept
from render.sweeping.sweep_events import PublishFailed, StepFailed, StepMade, SweepEvent

# A disk that is full or cannot be written for now, a network folder that is away.
_PASSING = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "ESTALE", "EHOSTDOWN", "ENOTCONN")
    if hasattr(errno, name)
}


@dataclass(slots=True)
class Tally:
    """Counts as its sweep goes on.

    Attributes:
        written, kept: previews. paths: of all of them, in the order in which they came.
        made: the files beside them (grids, sheets, the report). warnings: of the previews.
        errors: what failed, also what ended the sweep early.
    """

    written: int = 0
    kept: int = 0
    paths: list[Path] = field(default_factory=list)
    made: list[Path] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[RenderError] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.errors)

    @property
    def transient(self) -> bool:
        """Whether any failure may be over when the same is tried later."""
        return any(may_pass(error) for error in self.errors)

    def counted(self, events: Iterable[SweepEvent]) -> Iterator[SweepEvent]:
        """``events``, counted before they are handed on."""
        for event in events:
            match event:
                case CellDone(_, preview):
                    self.written += 1
                    self.paths.append(preview.path)
                    self.warnings += preview.warnings
                case CellKept(_, preview):
                    self.kept += 1
                    self.paths.append(preview.path)
                case StepMade(_, path):
                    self.made += [] if path in self.made else [path]
                case CellFailed() | StepFailed() | PublishFailed():
                    self.errors.append(event.error)
            yield event


def may_pass(error: RenderError) -> bool:
    """Whether the same may succeed later, though the clip stays as it is."""
    cause = error.__cause__
    return error.transient or (isinstance(cause, OSError) and cause.errno in _PASSING)

"""Steps that do not depend on each other: one that fails is said and counted, the others go on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from render.cli.debug import explain
from render.cli.events_json import line
from render.cli.hints import explained
from render.cli.output import labelled, put, say
from render.cli.signals import heed
from render.errors import RenderError

Made = TypeVar("Made")


class Steps:
    """What of a command's steps has failed so far."""

    def __init__(self, *, json: bool, debug: bool) -> None:
        self.failed = 0
        self._json = json
        self._debug = debug
        self._said: set[tuple[str, Path | None, str]] = set()

    def attempt(self, step: str, do: Callable[[], Made], otherwise: Made) -> Made:
        """What ``do`` returns; ``otherwise`` if it fails."""
        try:
            return do()
        except RenderError as error:
            self.fail(step, error)
            return otherwise

    def fail(
        self,
        step: str,
        error: RenderError,
        path: Path | None = None,
        tell: Callable[[str], None] = say,
    ) -> None:
        """Say by ``tell`` that ``step`` failed, at ``path`` if it is about one file. What fails
        again for the same reason, such as saving the results, counts once."""
        heed()
        message = explained(error)
        if (step, path, message) in self._said:
            return
        self._said.add((step, path, message))
        self.failed += 1
        if self._debug:
            explain(error)
        tell(labelled("error", message, sys.stderr))
        if self._json:
            where = {} if path is None else {"path": str(path)}
            put(line("failed", step=step, **where, kind=error.kind, message=message))

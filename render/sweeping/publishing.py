"""A sweep whose outputs go to a URL: each file as soon as it is whole, the results last."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

from render.errors import RenderError
from render.events import CellDone, CellKept
from render.planning.plan import Plan, decided_again
from render.storage.published import AT_ONCE, PublishedFolder
from render.storage.transfers import Moved, Transfers
from render.sweeping.sweep_events import (
    OutputsFetching,
    Published,
    PublishFailed,
    Publishing,
    ResultsReady,
    StepMade,
    SweepDone,
    SweepEvent,
)

Swept: TypeAlias = Callable[[Plan], Generator[SweepEvent, None, None]]


def publishing(plan: Plan, swept: Swept) -> Generator[SweepEvent, None, None]:
    """The events of ``swept``, which works ``plan`` off, and what goes to its URL meanwhile.

    Before anything is rendered, what other machines have put there is brought here, so that it is
    kept; OutputError is raised where the URL cannot be read, UsageError where nothing can be
    written there. A file that cannot be sent is an event; the others go on, and the next run sends
    it.
    """
    if plan.publish is None or not plan.cells:
        yield from swept(plan)
        return
    target = PublishedFolder(plan.publish, plan.cells[0].output.parent)
    sending = _Sending(target, force=plan.force)
    try:
        yield from _taken(target, plan)
        plan = decided_again(plan, target.url)
        with contextlib.closing(swept(plan)) as events:
            for event in events:
                if isinstance(event, SweepDone):
                    yield from sending.end(event)
                for path in _whole(event):
                    sending.add(path)
                yield event
                yield from sending.through(0)
    finally:
        sending.close()
        target.close()


def _whole(event: SweepEvent) -> Iterator[Path]:
    """The file that is in its place now."""
    match event:
        case CellDone(_, preview) | CellKept(_, preview):
            yield preview.path
        case StepMade(_, path):
            yield path
        case ResultsReady(_, path) if path is not None:
            yield path


def _taken(target: PublishedFolder, plan: Plan) -> Iterator[SweepEvent]:
    """What is there and not here."""
    target.look()
    target.take_results()
    planned = tuple(cell.output.name for cell in plan.cells)
    names = target.missing(planned, planned if plan.force or plan.anew else ())
    transfers: Transfers[Path] = Transfers(AT_ONCE)
    try:
        for name in names:
            transfers.add(partial(target.take, name))
        while transfers.pending:
            for one in transfers.through(0.2):
                if one.error is not None:
                    raise one.error
                yield OutputsFetching(target.url, len(names) - transfers.pending, len(names))
    finally:
        transfers.close()


class _Sending:
    """Sends files while a sweep goes on."""

    def __init__(self, target: PublishedFolder, *, force: bool) -> None:
        self._target, self._force = target, force
        self._transfers: Transfers[bool] = Transfers(AT_ONCE)
        self._paths: list[Path] = []
        # Sent once at a time: the last one is to stay.
        self._again: set[Path] = set()
        self._going: set[Path] = set()

    def add(self, path: Path) -> None:
        if path in self._going:
            self._again.add(path)
            return
        self._going.add(path)
        self._paths.append(path)
        self._transfers.add(partial(self._put, path.name))

    def through(self, wait: float) -> Iterator[SweepEvent]:
        """What has been sent meanwhile."""
        for one in self._transfers.through(wait):
            path = self._paths[one.number]
            self._going.discard(path)
            url = self._target.url.child(path.name)
            if isinstance(one.error, RenderError):
                yield PublishFailed(path, url, one.error)
            elif one.error is not None:
                raise one.error
            elif path not in self._again:
                yield Published(path, url, kept=not one.result)
            if path in self._again:
                self._again.discard(path)
                self.add(path)

    def end(self, done: SweepDone) -> Iterator[SweepEvent]:
        """Send what there still is, and then the results, which name all of it."""
        yield from self._all()
        if done.results is not None:
            from render.results.results import NAME

            path = self._target.folder / NAME
            if path.is_file():
                self.add(path)
                yield from self._all()

    def _all(self) -> Iterator[SweepEvent]:
        while self._transfers.pending:
            yield Publishing(len(self._paths) - self._transfers.pending, len(self._paths))
            yield from self.through(0.2)

    def close(self) -> None:
        self._transfers.close()

    def _put(self, name: str, moved: Moved) -> bool:
        return self._target.put(name, moved, force=self._force)

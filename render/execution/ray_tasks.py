"""Tasks done by a Ray cluster's workers, where these see the files; by this process where not."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from render.errors import EngineError
from render.events import WorkerLost, WorkersBlind
from render.execution.ray_session import Session, Worker
from render.execution.task_worker import (
    Blind,
    FromTask,
    Raised,
    Returned,
    SeenFile,
    TaskOrder,
    Yielded,
)
from render.execution.tasks import Task, TasksHere, TaskTold, Update

_LOOK = 0.2  # seconds
_DEATHS = 2


class RayTasks:
    """Does tasks on the workers of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def at_once(self) -> int:
        """How many go on at once."""
        return max(1, self._session.count)

    def follow(
        self, tasks: Sequence[Task], ffmpeg: Path
    ) -> Generator[TaskTold, None, tuple[Any, ...]]:
        """As `Tasks.follow`."""
        work = _Following(self._session, tasks, ffmpeg)
        try:
            yield from work.told()
        finally:
            work.end()
        blind = [number for number in range(len(tasks)) if number not in work.values]
        here = yield from _renumbered([tasks[number] for number in blind], blind, ffmpeg)
        work.values.update(zip(blind, here, strict=True))
        return tuple(work.values[number] for number in range(len(tasks)))


def _renumbered(
    tasks: Sequence[Task], numbers: Sequence[int], ffmpeg: Path
) -> Generator[TaskTold, None, tuple[Any, ...]]:
    """Here, told by other numbers."""
    follow = TasksHere().follow(tasks, ffmpeg)
    with contextlib.closing(follow):
        while True:
            try:
                told = next(follow)
            except StopIteration as end:
                values: tuple[Any, ...] = end.value
                return values
            yield Update(numbers[told.number], told.update) if isinstance(told, Update) else told


@dataclass
class _Following:
    session: Session
    tasks: Sequence[Task]
    ffmpeg: Path
    values: dict[int, Any] = field(default_factory=dict)
    _going: dict[Any, tuple[int, Worker]] = field(default_factory=dict)
    _deaths: dict[int, int] = field(default_factory=dict)
    _blind: Path | None = None

    def told(self) -> Iterator[TaskTold]:
        """All of it; tasks whose files are not seen are left, and so are those after them."""
        waiting = deque(range(len(self.tasks)))
        while self._going or (waiting and self._blind is None):
            while waiting and self._blind is None:
                worker = self.session.take(wait=0.0 if self._going else _LOOK)
                if worker is None:
                    break
                self._begin(waiting.popleft(), worker)
            for stream in self.session.ready(list(self._going), _LOOK):
                number, worker = self._going[stream]
                try:
                    said = self.session.next(stream)
                except self.session.losses as error:
                    del self._going[stream]
                    yield self._lost(number, worker, error)
                    waiting.append(number)
                    continue
                if said is None:
                    del self._going[stream]
                    self.session.free(worker)
                else:
                    yield from self._take(number, said)
        if self._blind is not None:
            yield WorkersBlind(self._blind)

    def _begin(self, number: int, worker: Worker) -> None:
        task = self.tasks[number]
        try:
            files = tuple(SeenFile.of(path.absolute()) for path in task.reads)
            order = TaskOrder(task, Path.cwd(), self.ffmpeg, files)
            self._going[worker.begin_task(order)] = number, worker
        except OSError as error:
            self.session.free(worker)
            # It is gone: the task itself will say what that means.
            self._blind = Path(error.filename)

    def _take(self, number: int, said: FromTask) -> Iterator[TaskTold]:
        match said:
            case Yielded(update):
                yield Update(number, update)
            case Returned(value):
                self.values[number] = value
            case Raised():
                raise said.error
            case Blind(path):
                self._blind = path

    def _lost(self, number: int, worker: Worker, error: Exception) -> WorkerLost:
        reason = self.session.reason(error)
        self.session.renew(worker)
        self._deaths[number] = self._deaths.get(number, 0) + 1
        if self._deaths[number] == _DEATHS:
            raise EngineError(f"its worker died, twice: {reason}", transient=True)
        return WorkerLost(worker.name, reason)

    def end(self) -> None:
        """Nobody wants the rest."""
        self.session.wind_up({stream: worker for stream, (_, worker) in self._going.items()})
        self._going.clear()

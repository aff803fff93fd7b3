"""Work on files that are there, such as figures and grids; and who does it.

A task is a call of a generator. Whoever does it, what it yields is told with its number, so that
several may go on at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from render.events import WorkerLost, WorkersBlind


@dataclass(frozen=True, slots=True)
class Task:
    """A call that anybody can make who sees its files.

    Attributes:
        call: a function of a module, which gives a generator. args, options: what it takes; it also
            takes ``ffmpeg``, a path, which is of whoever calls.
        reads: the files that it reads.
    """

    call: Callable[..., Generator[Any, None, Any]]
    args: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    reads: tuple[Path, ...] = ()

    def begin(self, ffmpeg: Path) -> Generator[Any, None, Any]:
        return self.call(*self.args, ffmpeg=ffmpeg, **self.options)


@dataclass(frozen=True, slots=True)
class Update:
    """Task ``number`` has yielded ``update``."""

    number: int
    update: Any


TaskTold: TypeAlias = Update | WorkerLost | WorkersBlind


class Tasks(Protocol):
    """Does tasks, one after another or at once."""

    @property
    def at_once(self) -> int:
        """How many go on at once."""
        ...

    def follow(
        self, tasks: Sequence[Task], ffmpeg: Path
    ) -> Generator[TaskTold, None, tuple[Any, ...]]:
        """Do ``tasks``; returns what each returned. Raises what one of them raises, and then ends
        the others; so does closing it."""
        ...


class TasksHere:
    """In this process, one after another."""

    at_once = 1

    def follow(
        self, tasks: Sequence[Task], ffmpeg: Path
    ) -> Generator[TaskTold, None, tuple[Any, ...]]:
        """As `Tasks.follow`."""
        values = []
        for number, task in enumerate(tasks):
            with contextlib.closing(task.begin(ffmpeg)) as updates:
                while True:
                    try:
                        update = next(updates)
                    except StopIteration as end:
                        values.append(end.value)
                        break
                    yield Update(number, update)
        return tuple(values)

"""What a worker of a cluster does with a task: files that the driver sees too, read and written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from render.errors import RenderError
from render.execution.tasks import Task
from render.media.ffmpeg import find_ffmpeg


@dataclass(frozen=True, slots=True)
class SeenFile:
    """How the driver sees a file."""

    path: Path
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> SeenFile:
        """Raises OSError."""
        found = path.stat()
        return cls(path, found.st_size, found.st_mtime_ns)

    @property
    def same(self) -> bool:
        """Whether we see it so, too."""
        try:
            return self.of(self.path) == self
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """A task to be done in ``folder``, which paths are relative to."""

    task: Task
    folder: Path
    ffmpeg: Path
    files: tuple[SeenFile, ...]


@dataclass(frozen=True, slots=True)
class Yielded:
    """What the task yields."""

    update: Any


@dataclass(frozen=True, slots=True)
class Returned:
    """It is at its end."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """An error, in parts: exceptions need not survive the way to the driver."""

    kind: type[RenderError]
    message: str
    transient: bool

    @classmethod
    def of(cls, error: RenderError) -> Raised:
        return cls(type(error), str(error), error.transient)

    @property
    def error(self) -> RenderError:
        """The same, as where it happened."""
        error = RenderError.__new__(self.kind)
        RenderError.__init__(error, self.message, transient=self.transient)
        return error


@dataclass(frozen=True, slots=True)
class Blind:
    """The worker does not see a file as the driver does."""

    path: Path


FromTask: TypeAlias = Yielded | Returned | Raised | Blind


def work_task(order: TaskOrder, stopped: Callable[[], bool]) -> Iterator[FromTask]:
    """What comes of a task, as it comes; ``stopped`` ends it."""
    unseen = next((file.path for file in order.files if not file.same), None)
    if unseen is None and not order.folder.is_dir():
        unseen = order.folder
    if unseen is not None:
        yield Blind(unseen)
        return
    os.chdir(order.folder)
    try:
        ffmpeg = find_ffmpeg(order.ffmpeg if order.ffmpeg.is_file() else None).path
        with contextlib.closing(order.task.begin(ffmpeg)) as updates:
            while not stopped():
                try:
                    update = next(updates)
                except StopIteration as end:
                    yield Returned(end.value)
                    return
                yield Yielded(update)
    except RenderError as error:
        yield Raised.of(error)

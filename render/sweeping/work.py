"""What the steps of a sweep share: its folder, its results so far, and what failed."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.errors import Hint, RenderError, UsageError
from render.sweeping.sweep_events import StepFailed, SweepEvent, SweepStep

if TYPE_CHECKING:
    from render.execution.tasks import Task, Tasks, TaskTold
    from render.media.ffmpeg import FFmpeg
    from render.planning.plan import Cell, Plan
    from render.results.record import Recorder
    from render.results.results import Results
    from render.sweeping.outputs import Outputs


class SweepWork:
    """Attributes:
    plan, outputs: what was asked for. recorder: keeps the folder's journal.
    tasks: who makes figures, grids, sheets and source videos.
    results: the folder's, with all that the steps have found so far.
    """

    def __init__(self, plan: Plan, outputs: Outputs, recorder: Recorder, tasks: Tasks) -> None:
        self.tasks = tasks
        self.plan, self.outputs, self.recorder = plan, outputs, recorder
        self.folder = recorder.folder
        self.results: Results = recorder.results()
        self._failed: set[tuple[SweepStep, Path | None, str]] = set()

    @cached_property
    def ffmpeg(self) -> FFmpeg:
        """Raises FFmpegError where it is gone."""
        from render.media.ffmpeg import find_ffmpeg

        return find_ffmpeg(self.plan.ffmpeg)

    def attempt(self, step: SweepStep, events: Iterable[SweepEvent]) -> Iterator[SweepEvent]:
        """``events`` to their end or to the step's failure, after which others go on."""
        try:
            yield from events
        except RenderError as error:
            yield from self.fail(step, error)

    def follow(self, task: Task) -> Generator[TaskTold, None, Any]:
        """What ``task`` tells; returns what it returns."""
        (value,) = yield from self.tasks.follow([task], self.ffmpeg.path)
        return value

    def fail(
        self, step: SweepStep, error: RenderError, path: Path | None = None
    ) -> Iterator[SweepEvent]:
        """What fails again for the same reason, such as writing the results, is told once."""
        key = (step, path, str(error))
        if key not in self._failed:
            self._failed.add(key)
            yield StepFailed(step, error, path)

    def save(self, results: Results) -> Iterator[SweepEvent]:
        """Record what ``results`` know more; they go on even where they cannot be written."""
        self.results = results
        try:
            self.results = self.recorder.update(results)
        except RenderError as error:
            yield from self.fail(SweepStep.RESULTS, error)

    def made(self, step: SweepStep, path: Path, basis: str) -> Iterator[SweepEvent]:
        """Record a file that was made of the previews."""
        try:
            self.results = self.recorder.made(step.value, path.name, basis)
        except RenderError as error:
            yield from self.fail(SweepStep.RESULTS, error)

    def is_made(self, step: SweepStep, path: Path, basis: str) -> bool:
        """Whether the file is there, whole and made of the same."""
        return not self.plan.force and self.recorder.is_made(step.value, path.name, basis)

    @property
    def clips(self) -> list[int]:
        """The clips of this run, by their position in the results."""
        mine = self.mine
        return list(dict.fromkeys(cell.clip for cell in self.results.cells if cell.id in mine))

    @property
    def mine(self) -> set[str]:
        """The ids of this run's cells."""
        return {self.id(cell) for cell in self.plan.cells}

    def several(self, least: int = 2) -> list[int]:
        """The clips of this run of which there are so many previews."""
        return [clip for clip in self.clips if len(self.results.of_clip(clip)) >= least]

    def cells_of(self, clip: int) -> list[Cell]:
        """The plan's cells of a clip of which there are previews."""
        there = {cell.id for cell in self.results.of_clip(clip)}
        return [cell for cell in self.plan.cells if self.id(cell) in there]

    def id(self, cell: Cell) -> str:
        return cell.output.relative_to(self.folder).as_posix()

    @property
    def suffix(self) -> str:
        """Of the videos that are made of the previews."""
        return self.plan.encoding.codec.suffix

    def place(self, clip: int | None, what: str, suffix: str, owned: Collection[str]) -> Path:
        """``<clip>-grid.mp4`` beside the previews, ``grid.mp4`` of all clips. Parts of one clip,
        and clips of one name, are numbered. Raises UsageError for what is there and not ours."""
        from render.files.names import file_name, inside

        parts = [what]
        if clip is not None:
            stem = Path(self.results.clips[clip].name).stem
            clips = self.results.clips
            alike = [n for n, one in enumerate(clips) if Path(one.name).stem == stem]
            number = alike.index(clip) + 1
            parts = [stem, what] if number == 1 else [stem, str(number), what]
        path = inside(self.folder, file_name(parts, suffix))
        ours = path.name in owned or self.recorder.is_ours(path.name)
        if path.exists() and not ours and not self.plan.force:
            raise UsageError(f"{path}: exists already", hint=Hint.OVERWRITE)
        self.recorder.making(path.name)
        return path

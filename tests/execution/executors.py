"""Executors as a cluster might be: far away, in pieces, in any order, losing and repeating work."""

from __future__ import annotations

import random
import shutil
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path

from render.errors import EngineError
from render.events import CellFailed
from render.execution.executor import Job, SegmentDone, WorkEvent
from render.execution.local import LocalExecutor
from render.execution.pipeline import Engines
from render.execution.segment_store import SegmentStore
from render.execution.tasks import TasksHere
from render.planning.as_dict import plan_as_dict, plan_from_dict
from render.planning.plan import Plan
from render.planning.schedule import passes


class FarExecutor:
    """Each segment is a job of its own, done in a folder of its own by a plan that came as JSON;
    only files and counts come back. Of them ``lost`` (0..1) do not, and ``twice`` come twice."""

    tasks = TasksHere()

    def __init__(
        self, engines: Engines, folder: Path, lost: float = 0.0, twice: float = 0.0, seed: int = 0
    ) -> None:
        self._engines, self._folder = engines, folder
        self._lost, self._twice = lost, twice
        self._chance = random.Random(seed)
        self.jobs = 0

    def work(
        self, jobs: Iterable[Job], plan: Plan, store: SegmentStore
    ) -> Generator[WorkEvent, None, None]:
        pieces = [piece for job in jobs for piece in self._pieces(job, store)]
        self._chance.shuffle(pieces)
        for piece in pieces:
            for _ in range(1 + (self._chance.random() < self._twice)):
                yield from self._far(piece, plan, store)

    def _pieces(self, job: Job, store: SegmentStore) -> list[Job]:
        """How long a clip is nobody knows before it was seen: the last piece is open."""
        about = max(store.of(cell).cut.count(cell.about_frames or 1) for cell in job.one.cells)
        starts = range(about)
        return [Job(job.one, n, None if n == about - 1 else n + 1) for n in starts]

    def _far(self, job: Job, plan: Plan, store: SegmentStore) -> Generator[WorkEvent, None, None]:
        self.jobs += 1
        scratch = self._folder / str(self.jobs)
        there = plan_from_dict(plan_as_dict(plan))
        moved = {
            cell: replace(cell, output=scratch / f"{number}" / "preview.mp4")
            for number, cell in enumerate(there.cells)
            if cell in set(job.one.cells)
        }
        far = replace(there, cells=tuple(moved.values()))
        back = {mine: cell for cell, mine in moved.items()}
        with SegmentStore(far, {}) as found:
            for one in passes(far.cells):
                here = replace(job, one=one)
                for event in LocalExecutor(self._engines).work([here], far, found):
                    if isinstance(event, CellFailed) and event.cell is not None:
                        yield replace(event, cell=back[event.cell])
            for mine, cell in back.items():
                yield from self._bring(found, mine, store, cell)

    def _bring(
        self, found: SegmentStore, mine: object, store: SegmentStore, cell: object
    ) -> Generator[WorkEvent, None, None]:
        here, there = store.of(cell), found.of(mine)  # type: ignore[arg-type]
        for index in sorted(there.done):
            if self._chance.random() < self._lost or not here.wants(index):
                continue
            with here.temporary() as path:
                shutil.copy(there.path(index), path)
                here.add(path, there.segment(index))
            yield SegmentDone(here.cell, index)
        if there.count is not None and self._chance.random() >= self._lost:
            here.counted(there.count)
            yield SegmentDone(here.cell, None)


class SilentExecutor:
    """Loses all."""

    tasks = TasksHere()

    def work(
        self, jobs: Iterable[Job], plan: Plan, store: SegmentStore
    ) -> Generator[WorkEvent, None, None]:
        yield from ()


class BrokenEngines(Engines):
    """Whose networks all break."""

    def get(self, cell: object) -> object:  # type: ignore[override]
        raise EngineError("no network today")

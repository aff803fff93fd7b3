"""A worker's piece of a plan, by itself: what it finds where it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from render.errors import ClipError, EngineError
from render.execution.executor import Job
from render.execution.pieces import pieces
from render.execution.segment_store import SegmentStore
from render.execution.segment_worker import (
    Failed,
    Finished,
    Order,
    SeenThrough,
    SegmentWorker,
    Unlike,
    check_same,
    made_by,
)
from render.planning.as_dict import plan_as_dict
from render.planning.plan import Plan
from render.planning.schedule import passes
from tests.execution.test_executors import Painters, plan_of


def order_for(plan: Plan, first: int = 0, stop: int | None = None) -> Order:
    there = tuple(() for _ in plan.cells)
    return Order(plan_as_dict(plan), first, stop, there, made_by(plan.ffmpeg))


def worker_in(folder: Path) -> SegmentWorker:
    return SegmentWorker(folder=folder, make_engines=lambda *_: Painters())


def test_a_piece_comes_as_segments_and_nothing_stays(moving: Path, tmp_path: Path) -> None:
    plan = plan_of((moving,), tmp_path / "out")
    worker = worker_in(tmp_path / "worker")
    told = list(worker.work(order_for(plan, first=1, stop=3), {}))
    finished = [one for one in told if isinstance(one, Finished)]
    assert {(one.cell, one.segment.index) for one in finished} == {
        (cell, index) for cell in range(3) for index in (1, 2)
    }
    assert all(len(one.data) == one.segment.bytes for one in finished)
    assert not (tmp_path / "out").exists()
    assert [*(tmp_path / "worker").iterdir()] == []
    last = list(worker.work(order_for(plan, first=3), {}))
    assert sum(isinstance(one, SeenThrough) for one in last) == 3


def test_a_clip_that_is_not_there_or_another(moving: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(moving.read_bytes())
    plan = plan_of((clip,), tmp_path / "out")
    worker = worker_in(tmp_path / "worker")
    clip.write_bytes(moving.read_bytes() + b"\0" * 8)
    told = list(worker.work(order_for(plan), {}))
    assert {type(one) for one in told} == {Failed}
    assert "is another file on node" in told[0].raised.error.args[0]
    clip.unlink()
    told = list(worker.work(order_for(plan), {}))
    assert [one.cell for one in told] == [0, 1, 2]
    error = told[0].raised.error
    assert isinstance(error, ClipError) and not error.transient
    assert str(error).startswith(f"{clip}: ")
    assert str(error).endswith("put it where all workers see it")


def test_a_style_comes_along_where_it_is_not_at_hand(moving: Path, tmp_path: Path) -> None:
    plan = plan_of((moving,), tmp_path / "out")
    style = plan.cells[0].style_path.read_bytes()
    gone = tuple(replace(cell, style_path=tmp_path / "gone.safetensors") for cell in plan.cells)
    asked = []

    def content() -> bytes:
        asked.append(1)
        return style

    worker = worker_in(tmp_path / "worker")
    for _ in range(2):
        told = list(
            worker.work(
                order_for(replace(plan, cells=gone)), {plan.cells[0].identity.weights: content}
            )
        )
        assert sum(isinstance(one, SeenThrough) for one in told) == 3
    assert asked == [1]


def test_stopping_ends_a_piece(moving: Path, tmp_path: Path) -> None:
    worker = worker_in(tmp_path / "worker")
    told = worker.work(order_for(plan_of((moving,), tmp_path / "out")), {})
    next(told)
    worker.stop()
    assert not [one for one in told if isinstance(one, SeenThrough)]
    assert [*(tmp_path / "worker").iterdir()] == []


def test_a_worker_that_is_unlike_does_nothing(moving: Path, tmp_path: Path) -> None:
    order = order_for(plan_of((moving,), tmp_path / "out"))
    other = {**order.made_by, "ffmpeg": "0"}
    (told,) = worker_in(tmp_path / "worker").work(replace(order, made_by=other), {})
    assert isinstance(told, Unlike) and " instead of 0" in told.reason


def test_versions_must_be_the_same() -> None:
    check_same({"ffmpeg": "8", "python": "3.11"}, {"ffmpeg": "8", "python": "3.12"}, "7 on a")
    with pytest.raises(
        EngineError, match=r"^worker 7 on a has ffmpeg 7 instead of 8, av none inst"
    ):
        check_same({"ffmpeg": "8", "av": "18"}, {"ffmpeg": "7"}, "7 on a")


@pytest.fixture
def store(moving: Path, tmp_path: Path) -> Iterator[tuple[Plan, SegmentStore]]:
    plan = plan_of((moving,), tmp_path / "out")
    with SegmentStore(plan, {}) as found:
        yield plan, found


@pytest.mark.parametrize("workers", [1, 2, 3, 8, 50])
def test_pieces_are_all_of_the_work_once(store: Any, workers: int) -> None:
    plan, segments = store
    jobs = [Job(one) for one in passes(plan.cells)]
    found = pieces(jobs, segments, workers)
    wanted = sorted(
        (cell.output.name, index)
        for cell in plan.cells
        for index in range(segments.of(cell).cut.count(cell.about_frames or 1))
    )
    covered = sorted(
        (cell.output.name, index)
        for piece in found
        for cell in piece.one.cells
        for index in range(segments.of(cell).cut.count(cell.about_frames or 1))
        if piece.holds(index)
    )
    assert covered == wanted
    # Whatever comes after what is known of the clip's length is somebody's, too.
    open_ended = {cell for piece in found if piece.stop is None for cell in piece.one.cells}
    assert open_ended == set(plan.cells)
    assert len(found) >= min(workers, 4)
    if workers == 2:  # five segments, and as many for each, as near as can be
        lengths = [len(range(piece.first, piece.stop or 5)) for piece in found]
        assert max(lengths) - min(lengths) <= 1

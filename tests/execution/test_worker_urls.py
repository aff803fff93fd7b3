"""A worker of a cluster fetches a clip at a URL itself, once on each machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import render
from render.execution.segment_worker import Failed, Finished, Order, SegmentWorker, made_by
from render.planning.as_dict import plan_as_dict
from render.planning.plan import Plan

fsspec = pytest.importorskip("fsspec")
pytestmark = pytest.mark.torch


@pytest.fixture
def store(moving: Path) -> Iterator[Any]:
    found = fsspec.filesystem("memory")
    found.pipe_file("/b/moving.mp4", moving.read_bytes())
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


@pytest.fixture
def plan(store: Any, tmp_path: Path) -> Plan:
    look = render.Preset().with_options(fps="4", size="48x86", network="res1", upscale="none")
    return render.plan(
        render.Request(
            clips=("memory://b/moving.mp4",),
            looks=(look.look(),),
            duration=Fraction(1, 2),
            output=tmp_path / "out",
            cache=tmp_path / "cache",
        )
    )


def order(plan: Plan) -> Order:
    return Order(plan_as_dict(plan), 0, None, ((),), made_by(plan.ffmpeg))


def test_it_is_fetched_once_on_each_machine(
    plan: Plan, store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tmp_path / "cache")  # another machine
    before, times = type(store).get_file, []

    def get_file(self: Any, *args: Any, **words: Any) -> None:
        times.append(args[0])
        before(self, *args, **words)

    monkeypatch.setattr(type(store), "get_file", get_file)
    worker = SegmentWorker(folder=tmp_path / "worker")
    for _ in range(2):
        assert any(isinstance(told, Finished) for told in worker.work(order(plan), {}))
    other = SegmentWorker(folder=tmp_path / "another worker")
    assert any(isinstance(told, Finished) for told in other.work(order(plan), {}))
    assert times == ["/b/moving.mp4"]


def test_where_the_cache_is_nobody_s_it_goes_to_the_worker_s_folder(
    plan: Plan, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").touch()
    worker = SegmentWorker(folder=tmp_path / "worker")
    assert any(isinstance(told, Finished) for told in worker.work(order(plan), {}))
    assert len(list((tmp_path / "worker" / "clips").glob("*.mp4"))) == 1


def test_another_clip_by_now_is_refused(plan: Plan, store: Any, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "cache")
    store.pipe_file("/b/moving.mp4", b"another")
    worker = SegmentWorker(folder=tmp_path / "worker")
    (failed,) = worker.work(order(plan), {})
    assert isinstance(failed, Failed)
    said = failed.raised.message
    assert said.startswith("memory://b/moving.mp4: has changed since the run began")
    assert str(tmp_path) not in said


def test_credentials_travel_beside_the_plan(plan: Plan) -> None:
    (cell,) = plan.cells
    source = render.Url("https://me:secret@h/clip.mp4")
    secret = replace(plan, cells=(replace(cell, clip=replace(cell.clip, source=source)),))
    assert "secret" not in str(plan_as_dict(secret))

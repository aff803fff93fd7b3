"""Clusters of several nodes, each in processes of its own: what dies, goes and comes there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from render.errors import EngineError, UsageError
from render.events import CellDone, CellFailed, CellProgress, CellRetried, WorkerLost
from render.execution.execute import run
from render.execution.local import LocalExecutor
from render.execution.ray_cluster import RayExecutor
from render.execution.workers import Workers
from render.planning.plan import Plan
from tests.conftest import X264, MakeClip
from tests.execution.test_executors import Painter, Painters, contents, facts, plan_of

ray = pytest.importorskip("ray", reason="Ray is not installed: clusters are not tested")
HEAD = {"num_cpus": 0, "include_dashboard": False}
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head that lends nothing, and two nodes of one processor each."""
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    found = Cluster(initialize_head=True, head_node_args=HEAD)
    for _ in range(2):
        found.add_node(num_cpus=1)
    found.wait_for_nodes()
    yield found
    ray.shutdown()
    found.shutdown()


@pytest.fixture(scope="module")
def clips(moving: Path, make_clip: MakeClip) -> tuple[Path, ...]:
    silent = make_clip("silent.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=0.7", *X264)
    return moving, silent


@pytest.fixture(scope="module")
def undisturbed(
    clips: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Any], dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("peace")
    events = list(run(plan_of(clips, folder), LocalExecutor(Painters())))
    return events, contents(folder)


class Deadly(Painters):
    """Takes its process along after so many pictures, as long as there is a file, which goes."""

    def __init__(self, deaths: Path, after: int) -> None:
        super().__init__()
        self.deaths, self.after = deaths, after
        self._load = lambda cell, _: DeadlyPainter(cell.size, self)


class DeadlyPainter(Painter):
    def stylize(self, picture: Any) -> Any:
        painted = super().stylize(picture)
        deaths = sorted(self._painters.deaths.glob("*"))
        if deaths and self._painters.seen[self.size] > self._painters.after:
            deaths[0].unlink(missing_ok=True)
            os.kill(os.getpid(), signal.SIGKILL)
        return painted


def alone(plan: Plan) -> Plan:
    """The first of its cells."""
    return replace(plan, cells=plan.cells[:1])


def deaths(folder: Path, number: int) -> Path:
    folder.mkdir()
    for n in range(number):
        (folder / f"{n}").touch()
    return folder


def test_a_worker_that_is_killed_costs_what_it_had_in_hand(
    cluster: Any, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    painters = Deadly(deaths(tmp_path / "deaths", 1), after=20)
    with RayExecutor(Workers(cluster.address, memory=0), lambda *_: painters) as executor:
        assert executor.described == "2 workers with 1 processor each, 3 nodes"
        events = list(run(plan_of(clips, tmp_path / "out"), executor))
    lost = [event for event in events if isinstance(event, WorkerLost)]
    assert len(lost) == 1
    assert lost[0].reason == "its process has ended, or its node cannot be reached"
    assert contents(tmp_path / "out") == undisturbed[1]
    assert facts(events) == facts(undisturbed[0])


def test_a_piece_that_kills_its_workers_fails_and_is_tried_again_as_any_other(
    cluster: Any, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    painters = Deadly(deaths(tmp_path / "deaths", 2), after=3)
    out = tmp_path / "out"
    with RayExecutor(Workers(cluster.address, 1, memory=0), lambda *_: painters) as executor:
        events = list(run(alone(plan_of(clips[1:], out)), executor))
    (error,) = [event.error for event in events if isinstance(event, CellRetried)]
    assert "its worker died, twice: its process has ended" in str(error) and "\n" not in str(error)
    assert len([event for event in events if isinstance(event, WorkerLost)]) == 2
    there = contents(out)
    assert len(there) == 1 and there.items() <= undisturbed[1].items()


def test_nodes_may_go_and_come(
    cluster: Any, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    gone = False
    events = []
    with RayExecutor(Workers(cluster.address, memory=0), lambda *_: Painters()) as executor:
        for event in run(plan_of(clips, tmp_path / "out"), executor):
            events.append(event)
            if isinstance(event, CellProgress) and event.frames > 5 and not gone:
                gone = True
                cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
                cluster.add_node(num_cpus=1)
    assert gone
    assert not [event for event in events if isinstance(event, CellFailed)]
    assert contents(tmp_path / "out") == undisturbed[1]
    done = [event.cell for event in events if isinstance(event, CellDone)]
    assert len(done) == len(set(done)) == 6


def test_more_workers_than_there_is_room_for(cluster: Any) -> None:
    with (
        pytest.raises(UsageError, match=r"30 workers: the Ray cluster has room for [23],"),
        RayExecutor(Workers(cluster.address, count=30, memory=0)),
    ):
        pass
    with (
        pytest.raises(EngineError, match=r"has 1 processor and 0.5 of a GPU to lend"),
        RayExecutor(Workers(cluster.address, gpus=0.5, memory=0)),
    ):
        pass


def test_a_cluster_that_is_not_there() -> None:
    ray.shutdown()
    with (
        pytest.raises(EngineError, match=r"^no Ray cluster at 127\.0\.0\.1:9: ") as failure,
        RayExecutor(Workers("127.0.0.1:9")),
    ):
        pass
    assert "\n" not in str(failure.value)


def test_the_client_of_ray_is_refused() -> None:
    with (
        pytest.raises(UsageError, match=r"^ray://head:10001: Ray's client carries no streams; run"),
        RayExecutor(Workers("ray://head:10001")),
    ):
        pass


def test_other_versions_are_told_before_work_starts(
    cluster: Any, clips: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {"render": "0", "ffmpeg": "0"}
    monkeypatch.setattr("render.execution.ray_cluster.made_by", lambda _: here)
    with (
        RayExecutor(Workers(cluster.address, memory=0), lambda *_: Painters()) as executor,
        pytest.raises(EngineError, match=r"worker \d+ on .* has render .* instead of 0"),
    ):
        list(run(plan_of(clips, tmp_path / "out"), executor))
    assert not (tmp_path / "out").exists()

"""``--executor ray``: its words, and processes that are stopped or killed with their workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from render.engines.base import DeviceName
from render.errors import EngineError, UsageError
from render.execution.workers import Workers, described, sized
from tests.conftest import X264, MakeClip

SMALL = (
    *("--fps", "5,10", "--size", "48x86", "--network", "res1", "--upscale", "none"),
    *("--metrics", "none"),
)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--executor", "slurm"], "--executor slurm: must be local or ray"),
        (["--workers", "2"], "--workers 2: is about a cluster; add --executor ray"),
        (["--address", "auto"], "--address auto: is about a cluster; add --executor ray"),
        (["--executor", "ray", "--workers", "0"], "--workers 0: must be a whole number"),
        (["--executor", "ray", "--workers", "two"], "--workers two: must be a whole number"),
        (["--executor", "ray", "--gpus-per-worker", "1.5"], "--gpus-per-worker 1.5: must be from"),
        (["--executor", "ray", "--gpus-per-worker", "nan"], "--gpus-per-worker nan: must be from"),
        (["--executor", "ray", "--device", "mps"], "--device mps: workers of a cluster have"),
        (
            ["--executor", "ray", "--device", "cpu", "--gpus-per-worker", "1"],
            "--gpus-per-worker 1: --device cpu uses none",
        ),
        (
            ["--executor", "ray", "--device", "cuda", "--gpus-per-worker", "0"],
            "--device cuda: --gpus-per-worker 0 leaves workers without one",
        ),
    ],
)
def test_what_cannot_be_meant(
    words: list[str], message: str, command: Callable[..., int], capsys: Any
) -> None:
    assert command("a.mp4", *words) == 2
    said = capsys.readouterr().err
    assert f"error: {message}" in said and said.count("\n") == 1


def test_the_device_is_the_workers(machine: Any, command: Callable[..., int]) -> None:
    for words, device in (
        ([], DeviceName.CPU),
        (["--gpus-per-worker", "0.5"], DeviceName.CUDA),
        (["--device", "cuda"], DeviceName.CUDA),
    ):
        assert command("a.mp4", "--executor", "ray", "--dry-run", *words) == 0
        assert (machine.request.device, machine.request.elsewhere) == (device, True)
    assert command("a.mp4", "--dry-run") == 0
    assert not machine.request.elsewhere


def test_without_ray(
    command: Callable[..., int], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert command("a.mp4", "--executor", "ray") == 1
    said = capsys.readouterr().err
    assert "error: Ray cannot be imported (" in said
    assert said.endswith("; pip install 'live-filter-preview[cluster]'\n")


def test_why_a_worker_is_gone() -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed: its errors are not read")
    from render.execution.ray_session import Session

    session = Session(Workers())
    session._ray = ray
    for error, reason in (
        (
            ray.exceptions.OutOfMemoryError("Task was killed\n due to the node running low"),
            "ran out",
        ),
        (ray.exceptions.ActorDiedError(), "its process has ended, or its node cannot be reached"),
        (
            ray.exceptions.RayTaskError("work", "Traceback", KeyError("x")),
            "an error of render itself: KeyError('x')",
        ),
    ):
        said = session.reason(error)
        assert reason in said and "\n" not in said


NODES = (
    {"CPU": 4.0, "memory": 8e9},
    {"CPU": 16.0, "memory": 64e9, "GPU": 2.0},
    {"memory": 8e9},
)


@pytest.mark.parametrize(
    ("asked", "count", "processors"),
    [
        (Workers(), 5, 4),  # as large as the smallest node that lends processors
        (Workers(count=4), 4, 4),
        (Workers(count=7), 7, 2),
        (Workers(processors=8), 2, 8),
        (Workers(processors=1), 19, 1),  # the first node has memory for 3
        (Workers(gpus=1), 2, 8),
        (Workers(gpus=0.5), 4, 4),
        (Workers(gpus=2), 1, 16),
        (Workers(count=200, processors=4), 200, 4),  # for a cluster that will start nodes
    ],
)
def test_workers_are_sized_by_what_there_is(asked: Workers, count: int, processors: int) -> None:
    found = sized(asked, NODES)
    assert (found.count, found.processors) == (count, processors)


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        (Workers(count=30), UsageError, "30 workers: the Ray cluster has room for 19, each with"),
        (Workers(processors=17), EngineError, "no node of the Ray cluster has 17 processors and"),
        (Workers(gpus=3), EngineError, "has 1 processor, 3 GPUs and 2 GiB of memory to lend"),
        (Workers(memory=10**12), EngineError, "has 1 processor and 931 GiB of memory to lend"),
    ],
)
def test_where_there_is_no_room(asked: Workers, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        sized(asked, NODES)


def test_workers_in_words() -> None:
    words = described(Workers(count=1, processors=2, gpus=0.5), 1)
    assert words == "1 worker with 2 processors, 0.5 of a GPU and 2 GiB of memory each, 1 node"


@pytest.fixture(scope="module")
def clip(make_clip: MakeClip) -> Path:
    return make_clip("six.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=30", *X264)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    pytest.importorskip("ray", reason="Ray is not installed: the command is not tested with it")
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    head = {"num_cpus": 2, "include_dashboard": False, "memory": 4 * 1024**3}
    found = Cluster(initialize_head=True, head_node_args=head)
    yield found
    found.shutdown()


def begun(words: list[str]) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """The command once a worker has begun; and all that it has started."""
    run = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert run.stdout is not None
    for line in run.stdout:
        if json.loads(line)["event"] == "progress":
            break
    else:
        pytest.fail(str(run.communicate()))
    return run, psutil.Process(run.pid).children(recursive=True)


def gone(processes: list[psutil.Process], seconds: float = 20) -> list[psutil.Process]:
    """Those that are still there after a while."""
    return psutil.wait_procs(processes, timeout=seconds)[1]


@pytest.mark.torch
def test_an_interrupt_leaves_nothing_running(clip: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: the command is not tested with it")
    out = tmp_path / "out"
    words = [sys.executable, "-m", "render", str(clip), *SMALL, "--executor", "ray", "--json"]
    run, children = begun([*words, "-o", f"{out}/"])
    assert any("raylet" in one.name() for one in children)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal's Ctrl-C: all that was started has it, too
    _, said = run.communicate(timeout=60)
    assert run.returncode == 128 + signal.SIGINT, said
    assert "Traceback" not in said and "ray::" not in said
    assert gone(children) == []
    assert out.is_dir() and [*out.glob(".render-*")] == []


@pytest.mark.torch
def test_a_command_that_is_killed_goes_on_where_it_was(
    cluster: Any, clip: Path, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", "render", str(clip), *SMALL, "--json"]
    ray = [*words, "--executor", "ray", "--address", cluster.address, "--workers", "2"]
    run, _ = begun([*ray, "-o", f"{tmp_path / 'out'}/"])
    while not [*(tmp_path / "out").glob(".render/*/0*.mp4")]:  # a segment is there
        time.sleep(0.05)
        assert run.poll() is None
    run.kill()
    run.communicate()
    again = subprocess.run(
        [*ray, "-o", f"{tmp_path / 'out'}/"], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stderr
    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert any(event["event"] == "started" and event["frames"] for event in events)
    here = subprocess.run([*words, "-o", f"{tmp_path / 'here'}/"], capture_output=True, check=False)
    assert here.returncode == 0
    previews = sorted(path.name for path in (tmp_path / "here").glob("*.mp4"))
    assert len(previews) == 2
    for name in previews:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()

"""Tasks come to the same, whoever does them."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from render.errors import ClipError, EngineError
from render.events import WorkersBlind
from render.execution.tasks import Task, Tasks, TasksHere, Update
from render.media.ffmpeg import find_ffmpeg

FFMPEG = find_ffmpeg().path


def copy(source: Path, target: Path, *, ffmpeg: Path) -> Generator[str, None, int]:
    """Line by line."""
    assert ffmpeg.is_file()
    lines = source.read_text().splitlines(keepends=True)
    with target.open("w") as file:
        for line in lines:
            file.write(line)
            yield line
    return len(lines)


def endless(target: Path, *, ffmpeg: Path) -> Generator[int, None, None]:
    try:
        while True:
            yield os.getpid()
            time.sleep(0.01)
    finally:
        target.write_text("ended")


def broken(*, ffmpeg: Path) -> Generator[int, None, None]:
    yield 1
    raise ClipError("a.mp4: it broke", transient=True)


def deadly(deaths: Path, *, ffmpeg: Path) -> Generator[int, None, str]:
    yield 1
    left = int(deaths.read_text())
    if left:
        deaths.write_text(str(left - 1))
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


@pytest.fixture
def on_ray(ray_here: None) -> Iterator[Tasks]:
    from render.execution.ray_cluster import RayExecutor
    from render.execution.workers import Workers

    with RayExecutor(Workers(count=2, memory=0)) as executor:
        yield executor.tasks


@pytest.fixture(params=["here", "on ray"])
def tasks(request: pytest.FixtureRequest) -> Tasks:
    if request.param == "here":
        return TasksHere()
    found: Tasks = request.getfixturevalue("on_ray")
    return found


def all_of(tasks: Tasks, some: list[Task]) -> tuple[list[Any], tuple[Any, ...]]:
    told = []
    follow = tasks.follow(some, FFMPEG)
    while True:
        try:
            told.append(next(follow))
        except StopIteration as end:
            return told, end.value


def test_they_come_to_the_same(
    tasks: Tasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        Path(f"{number}.txt").write_text("".join(f"{number}.{n}\n" for n in range(number + 2)))
    some = [
        Task(copy, (Path(f"{n}.txt"), Path(f"{n}.copy")), reads=(Path(f"{n}.txt"),))
        for n in range(3)
    ]
    told, values = all_of(tasks, some)
    assert values == (2, 3, 4)
    for n in range(3):
        assert Path(f"{n}.copy").read_text() == Path(f"{n}.txt").read_text()
        lines = [one.update for one in told if one.number == n]
        assert lines == [f"{n}.{m}\n" for m in range(n + 2)]


def test_what_one_raises_ends_the_others(tasks: Tasks, tmp_path: Path) -> None:
    some = [Task(broken, ()), Task(endless, (tmp_path / "end",))]
    with pytest.raises(ClipError, match=r"^a\.mp4: it broke$") as failure:
        all_of(tasks, some)
    assert failure.value.transient


def test_closing_ends_them(tasks: Tasks, tmp_path: Path) -> None:
    with contextlib.closing(tasks.follow([Task(endless, (tmp_path / "end",))], FFMPEG)) as told:
        for _, one in zip(range(5), told, strict=False):
            assert isinstance(one, Update)
    assert (tmp_path / "end").read_text() == "ended"


def test_files_that_workers_do_not_see_are_worked_on_here(on_ray: Tasks, tmp_path: Path) -> None:
    lines, other = tmp_path / "lines.txt", tmp_path / "other.txt"
    lines.write_text("1\n")
    other.write_text("2\n3\n")
    there = on_ray.at_once
    assert there == 2
    some = [
        Task(copy, (lines, tmp_path / "one"), reads=(lines, tmp_path / "gone.txt")),
        Task(copy, (other, tmp_path / "two"), reads=(other,)),
    ]
    told, values = all_of(on_ray, some)
    blind = [one for one in told if isinstance(one, WorkersBlind)]
    assert blind == [WorkersBlind(tmp_path / "gone.txt")]
    assert values == (1, 2)
    assert (tmp_path / "one").read_text() == "1\n" and (tmp_path / "two").read_text() == "2\n3\n"


def test_a_task_begins_again_where_its_worker_dies_but_not_for_ever(
    on_ray: Tasks, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    deaths.write_text("2")
    told = []
    with pytest.raises(EngineError, match="its worker died, twice"):
        told.extend(on_ray.follow([Task(deadly, (deaths,))], FFMPEG))
    assert deaths.read_text() == "0"
    told, values = all_of(on_ray, [Task(deadly, (deaths,))])
    assert values == ("alive",)

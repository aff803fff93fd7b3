"""Temporary names: gone at the end, and of runs that were killed, after the next run."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from render.errors import OutputError
from render.files import temporary
from render.files.atomic import whole
from render.files.temporary import Cleared, beside, clear_dead, remove_all

DAY = 86400


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def at_work(folder: Path) -> subprocess.Popen[str]:
    """Another process with a temporary file and a temporary folder in ``folder``."""
    code = """
import sys, time
from pathlib import Path
from render.errors import OutputError
from render.files.temporary import beside
folder = Path(sys.argv[1])
with beside(folder, ".mp4", OutputError) as one, beside(folder, ".mlpackage", OutputError) as two:
    one.write_text("half")
    one.with_name(one.stem + "v.mp4").write_text("half")
    two.mkdir()
    (two / "part").write_text("half")
    print("there", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "there\n"
    return process


def test_a_name_is_there_while_it_is_used(tmp_path: Path) -> None:
    with beside(tmp_path, ".mp4", OutputError) as first:
        with beside(tmp_path, ".mlpackage", OutputError) as second:
            assert first.parent == tmp_path and first.suffix == ".mp4"
            first.write_text("half")
            second.mkdir()
            (second / "part").write_text("half")
            (lock,) = set(names(tmp_path)) - {first.name, second.name}
            assert lock.startswith(".render-") and lock.endswith(".lock")
        assert names(tmp_path) == sorted([first.name, lock])
    assert names(tmp_path) == []


def test_it_is_short_whatever_it_becomes(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".txt")
    with whole(path, OutputError) as new:
        assert len(new.name) < 60
        new.write_text("new")
    assert names(tmp_path) == [path.name]


def test_what_a_killed_run_left_goes_and_a_living_one_s_stays(tmp_path: Path) -> None:
    mine = tmp_path / ".render-notes.txt"
    mine.write_text("the user's own")
    dead, living = at_work(tmp_path), at_work(tmp_path)
    try:
        assert clear_dead(tmp_path) == Cleared()
        assert len(names(tmp_path)) == 1 + 2 * 4
        dead.kill()
        dead.wait()
        assert clear_dead(tmp_path) == Cleared(removed=3)
        assert len(names(tmp_path)) == 1 + 4
    finally:
        living.kill()
        living.wait()
    # Whatever is written in the folder next clears it.
    with whole(tmp_path / "a.txt", OutputError) as new:
        new.write_text("new")
    assert names(tmp_path) == sorted([mine.name, "a.txt"])


def test_what_came_after_its_run_s_end_goes(tmp_path: Path) -> None:
    # An encoder that was slower to end than its run.
    (tmp_path / ".render-0123456789ab-1v.mp4").write_text("half")
    assert clear_dead(tmp_path) == Cleared(removed=1)
    assert names(tmp_path) == []


def test_of_another_machine_it_goes_after_a_day(tmp_path: Path) -> None:
    lock = tmp_path / ".render-0123456789ab.00000000.00000000.lock"
    left = tmp_path / ".render-0123456789ab-1.mp4"
    for path in (lock, left):
        path.write_text("")
        os.utime(path, (time.time() - 2 * DAY,) * 2)
    os.utime(left)
    assert clear_dead(tmp_path) == Cleared(unsure=1)
    os.utime(left, (time.time() - 2 * DAY,) * 2)
    assert clear_dead(tmp_path) == Cleared(removed=1)
    assert names(tmp_path) == []


def test_where_there_are_no_locks_nothing_is_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = at_work(tmp_path)
    dead.kill()
    dead.wait()

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert clear_dead(tmp_path) == Cleared(unsure=3)
    before = names(tmp_path)
    with beside(tmp_path, ".mp4", OutputError) as path:
        path.write_text("half")
        assert names(tmp_path) == sorted([*before, path.name])
    # Nor is another's such name by a run that finds locks, say on another machine.
    (tmp_path / path.name).write_text("half")
    monkeypatch.undo()
    assert clear_dead(tmp_path) == Cleared(removed=3, unsure=1)
    assert names(tmp_path) == [path.name]


def test_who_clears_may_take_a_lock_before_its_owner_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes = fcntl.flock
    tries = []

    def late(held: int, how: int) -> None:
        tries.append(held)
        if len(tries) == 1:
            # Another run, in between: it finds the lock free, and what it guards dead.
            (only,) = tmp_path.iterdir()
            only.unlink()
        takes(held, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with beside(tmp_path, ".mp4", OutputError) as path:
        path.write_text("half")
        assert len(tries) == 2
        assert [name.endswith(".lock") for name in names(tmp_path)].count(True) == 1
    assert names(tmp_path) == []


def test_all_of_a_process_goes_at_its_end(tmp_path: Path) -> None:
    with beside(tmp_path, ".mp4", OutputError) as path:
        path.write_text("half")
        path.with_name(path.stem + "v.mp4").write_text("half")
        (tmp_path / "a.mp4").write_text("whole")
        remove_all()
        assert names(tmp_path) == ["a.mp4"]
    assert temporary.remove_all() is None  # twice does no harm


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"nowhere: cannot be written \(No such file"),
        beside(tmp_path / "nowhere", ".mp4", OutputError),
    ):
        pass

"""Which files count as clips, and when they are whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from render.watching.arrivals import Arrivals


class Folder:
    """One that is looked at by a clock of its own."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, 0.0
        self.arrivals = Arrivals(path, 3, lambda: self.now)

    def taken(self, at: float) -> list[str]:
        """What is whole by then."""
        self.now = at
        self.arrivals.look()
        found = iter(self.arrivals.take, None)
        return [path.name for path in found if path is not None]

    def write(self, name: str, size: int = 10) -> Path:
        path = self.path / name
        path.write_bytes(b"x" * size)
        os.utime(path, ns=(size, size))  # file systems' clocks are coarse
        return path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_clip_is_whole_when_it_has_stood_still(folder: Folder) -> None:
    folder.write("a.mp4")
    assert folder.taken(0) == []
    folder.write("a.mp4", 20)
    assert folder.taken(2) == folder.taken(4.9) == []
    assert [path.name for path in folder.arrivals.arriving] == ["a.mp4"]
    assert folder.taken(5) == ["a.mp4"]
    assert folder.taken(50) == [] and folder.arrivals.arriving == ()


def test_one_that_changes_comes_again_and_one_that_goes_does_not(folder: Folder) -> None:
    folder.write("a.mp4")
    gone = folder.write("gone.mp4")
    assert folder.taken(0) == []
    gone.unlink()
    assert folder.taken(3) == ["a.mp4"]
    folder.write("a.mp4", 30)
    assert folder.taken(4) == [] and folder.taken(7) == ["a.mp4"]


def test_other_files_are_none(folder: Folder) -> None:
    for name in (
        *("a.mp4.part", "b.mp4.crdownload", ".c.mp4", "d.txt", "e.mov.download", ".f.mp4.Xy12z"),
        "z.MOV",
    ):
        folder.write(name)
    (folder.path / "folder.mp4").mkdir()
    (folder.path / "below").mkdir()
    folder.write("below/g.mp4")
    folder.write("empty.mp4", 0)
    (folder.path / "broken.mp4").symlink_to("nowhere")
    folder.taken(0)
    assert folder.taken(3) == ["z.MOV"]
    (folder.path / "a.mp4.part").rename(folder.path / "a.mp4")
    assert folder.taken(4) == [] and folder.taken(7) == ["a.mp4"]


def test_what_render_wrote_there_is_none(folder: Folder) -> None:
    folder.write("a-preview.mp4")
    (folder.path / "results.json").write_text('{"cells": [{"id": "a-preview.mp4"}]}')
    folder.taken(0)
    assert folder.taken(9) == []


def test_the_first_to_be_whole_is_first(folder: Folder) -> None:
    folder.write("b.mp4")
    folder.taken(0)
    folder.write("a.mp4")
    folder.taken(1)
    assert folder.taken(9) == ["b.mp4", "a.mp4"]


def test_what_is_there_may_be_passed_over(folder: Folder) -> None:
    folder.write("a.mp4")
    folder.write("b.mp4")
    folder.arrivals.look()
    folder.arrivals.pass_over()
    folder.write("b.mp4", 20)
    folder.write("c.mp4")
    folder.taken(1)
    assert folder.taken(9) == ["b.mp4", "c.mp4"]


def test_a_folder_that_is_away_for_a_while(folder: Folder) -> None:
    folder.write("a.mp4")
    folder.write("b.mp4")
    folder.taken(0)
    assert folder.taken(3) == ["a.mp4", "b.mp4"]
    folder.write("c.mp4")
    folder.taken(4)
    away = folder.path.with_name("away")
    folder.path.rename(away)
    assert folder.taken(6) == [] and folder.arrivals.lost is not None
    away.rename(folder.path)
    # What nobody saw standing still is looked at anew; what was taken stays so.
    assert folder.taken(8) == [] and folder.arrivals.lost is None
    assert folder.taken(11) == ["c.mp4"]


def test_again_later(folder: Folder) -> None:
    path = folder.write("a.mp4")
    folder.taken(0)
    assert folder.taken(3) == ["a.mp4"]
    folder.arrivals.again(path, 30)
    assert folder.taken(32) == [] and folder.taken(33) == ["a.mp4"] and folder.taken(99) == []

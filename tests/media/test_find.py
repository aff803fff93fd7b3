"""Folders and patterns → clips."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from render.media.find import find_clips


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Videos by name, and what is none."""
    for name in ("b.MP4", "a.mov", "10.mkv", "notes.txt", ".render-1234.mp4", "below/c.mp4",
                 "below/deep/d.webm", ".hidden/e.mp4"):  # fmt: skip
        path = tmp_path / "clips" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "clips"


def names(*asked: Path) -> list[str]:
    found = find_clips(asked)
    assert not any(each.error for each in found), found
    return [each.place.name for each in found]


def refusal(path: Path) -> str:
    (found,) = find_clips([path])
    assert found.place == path
    return str(found.error)


def test_a_folder_is_the_videos_directly_in_it(folder: Path) -> None:
    assert names(folder) == ["10.mkv", "a.mov", "b.MP4"]
    assert names(folder / "below") == ["c.mp4"]


def test_two_stars_also_look_below(folder: Path) -> None:
    assert names(folder / "**") == ["10.mkv", "a.mov", "b.MP4", "c.mp4", "d.webm"]


def test_a_pattern_is_what_a_shell_makes_of_it(folder: Path) -> None:
    assert names(folder / "*.m*") == ["10.mkv", "a.mov"]
    assert names(folder / "**" / "*.mp4") == ["c.mp4"]
    assert names(folder / "[ab].???") == ["a.mov", "b.MP4"]
    assert names(folder / "be*") == ["c.mp4"]


def test_a_real_name_wins_over_the_pattern(tmp_path: Path) -> None:
    odd = tmp_path / "clip[1]*.mp4"
    for path in (odd, tmp_path / "clip1.mp4", tmp_path / "take [2]" / "x.mp4"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert names(odd) == [odd.name]
    assert names(tmp_path / "take [2]" / "*.mp4") == ["x.mp4"]
    assert names(tmp_path / "take [2]") == ["x.mp4"]


def test_each_file_once_in_the_order_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    asked = (Path("b.MP4"), folder, folder / "a.mov", Path("below/../a.mov"), Path("nowhere.mp4"))
    assert names(*asked) == ["b.MP4", "10.mkv", "a.mov", "nowhere.mp4"]


def test_what_render_wrote_is_no_clip(folder: Path) -> None:
    (folder / "results.json").write_text(json.dumps(RESULTS))
    for name in ("a-udnie.mp4", "grid.mp4", "a-source.mp4"):
        (folder / name).touch()
    (folder / "below" / "grid-2.mp4").touch()
    assert names(folder) == ["10.mkv", "a.mov", "b.MP4"]
    assert names(folder / "**")[-2:] == ["c.mp4", "d.webm"]
    assert names(folder / "grid.mp4") == ["grid.mp4"], "named itself, it is meant"
    for damaged in ("damaged", "[]", '{"cells": [3, {"id": 3}], "grids": {}}', "[" * 99999):
        (folder / "results.json").write_text(damaged)
        assert "grid.mp4" in names(folder)


def test_nothing_there_is_one_line(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert refusal(folder / "empty").endswith("is a folder with no video directly in it")
    assert refusal(folder / "empty" / "**").endswith("is a folder with no video")
    assert refusal(folder / "*.avi").endswith("*.avi: matches nothing")
    assert "No such file" in refusal(folder / "nowhere" / "**")
    (folder / "empty" / "grid.mp4").touch()
    (folder / "empty" / "results.json").write_text(json.dumps(RESULTS))
    assert "no video directly in it but what render wrote (1 file)" in refusal(folder / "empty")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_said(folder: Path) -> None:
    folder.chmod(0)
    try:
        assert "Permission denied" in refusal(folder)
    finally:
        folder.chmod(0o755)


def test_names_that_no_file_can_have_are_the_probe_s_to_refuse() -> None:
    for name in ("a\0b.mp4", "x" * 5000 + ".mp4"):
        assert names(Path(name)) == [name]


RESULTS = {
    "schema": 99,
    "clips": [{"name": "a.mov", "preview": "a-source.mp4"}, {"name": "b.MP4", "preview": None}],
    "cells": [{"id": "a-udnie.mp4"}],
    "grids": ["grid.mp4", "below/grid-2.mp4"],
}

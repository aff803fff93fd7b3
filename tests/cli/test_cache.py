"""``render clean --cache`` and what ``render doctor`` says of the cache."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from render.cli.app import run
from render.cli.cache_folder import cache_folder
from render.files.cache import Cache, cache_use


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("RENDER_CACHE", str(folder))
    for number in range(2):
        Cache(folder).put(f"{number}", bytes(1000))
    return folder


def test_it_is_emptied_and_said_how_much_there_was(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["clean", "--cache", "--dry-run"]) == 0
    assert f"{cache}: 2 entries, 2 kB" in capsys.readouterr().err
    assert cache_use(cache).entries == 2
    assert run(["clean", "--cache", "--json"]) == 0
    found, done = map(json.loads, capsys.readouterr().out.splitlines())
    assert (found["event"], found["entries"], found["path"]) == ("cache", 2, str(cache))
    assert done["event"] == "done" and done["removed"] is True
    assert cache_use(cache).entries == 0
    assert run(["clean", "--cache"]) == 0
    assert "is empty" in capsys.readouterr().err


def test_what_is_kept_of_urls_goes_too(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But not what has gone nowhere yet."""
    for name in ("clips/0123-45.mp4", "outputs/ab/a.mp4"):
        (cache / name).parent.mkdir(parents=True)
        (cache / name).write_bytes(bytes(5000))
    assert run(["clean", "--cache", "--dry-run"]) == 0
    assert "1 fetched clip, 5 kB" in capsys.readouterr().err
    assert run(["clean", "--cache", "--json"]) == 0
    clips, outputs, _, done = map(json.loads, capsys.readouterr().out.splitlines())
    assert (clips["event"], clips["removed"]) == ("clips", True)
    assert (outputs["event"], outputs["removed"]) == ("outputs", False)
    assert done["bytes"] > 5000
    assert not (cache / "clips/0123-45.mp4").exists() and (cache / "outputs/ab/a.mp4").exists()
    assert run(["clean", "s3://bucket/none/"]) == 2
    assert "s3://bucket/none/: there is no such folder here" in capsys.readouterr().err


def test_it_is_one_or_the_other(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["clean", str(tmp_path), "--cache"]) == 2
    assert run(["clean"]) == 2
    assert "render clean DIR, or render clean --cache" in capsys.readouterr().err
    assert cache_use(cache).entries == 2


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RENDER_CACHE", "here")
    assert cache_folder() == tmp_path / "here"
    monkeypatch.delenv("RENDER_CACHE")
    assert cache_folder().name == "render"

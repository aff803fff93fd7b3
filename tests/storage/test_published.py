"""A folder whose finished files go to a URL: whole, once, and never over what is not ours."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from render.errors import OutputError, UsageError
from render.storage.published import PublishedFolder, kept_outputs, work_folder
from render.storage.transfers import Moved
from render.storage.url import Url

fsspec = pytest.importorskip("fsspec")
THERE = Url("memory://b/previews/")


@pytest.fixture
def store() -> Iterator[Any]:
    found = fsspec.filesystem("memory")
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


def moved() -> Moved:
    return Moved(Event())


def looked(folder: Path, url: Url = THERE) -> PublishedFolder:
    found = PublishedFolder(url, folder)
    found.look()
    found.take_results()
    return found


def there(store: Any) -> dict[str, bytes]:
    names = store.find("/b/previews")
    return {name.removeprefix("/b/previews/"): store.cat_file(name) for name in names}


def test_a_file_goes_once_and_again_when_either_side_has_changed(
    store: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"one")
    assert looked(tmp_path).put("a.mp4", moved())
    assert there(store) == {"a.mp4": b"one"}
    assert not looked(tmp_path).put("a.mp4", moved())
    assert looked(tmp_path).not_sent() == []
    (tmp_path / "a.mp4").write_bytes(b"two")
    assert looked(tmp_path).not_sent() == ["a.mp4"]
    assert looked(tmp_path).put("a.mp4", moved())
    store.rm_file("/b/previews/a.mp4")
    assert looked(tmp_path).put("a.mp4", moved())
    assert there(store) == {"a.mp4": b"two"}


@pytest.mark.parametrize("name", ["a b.mp4", "a%20#?.mp4", "é[1]*.mp4", "..mp4", "-x.mp4"])
def test_hostile_names_are_names(name: str, store: Any, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"data")
    assert looked(tmp_path).put(name, moved())
    assert there(store) == {name: b"data"}
    assert not looked(tmp_path).put(name, moved())
    other = tmp_path / "other"
    assert looked(other).missing(iter([name])) == [name]
    assert looked(other).take(name, moved()).read_bytes() == b"data"


def test_a_kill_after_the_store_has_it_and_before_that_is_noted(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    (tmp_path / "a.mp4").write_bytes(b"ours")
    with monkeypatch.context() as patch:
        patch.setattr(PublishedFolder, "_note", killed)
        with pytest.raises(Killed):
            looked(tmp_path).put("a.mp4", moved())
    assert there(store) == {"a.mp4": b"ours"}
    assert looked(tmp_path).not_sent() == ["a.mp4"]
    assert looked(tmp_path).put("a.mp4", moved())
    assert not looked(tmp_path).put("a.mp4", moved())
    # Somebody else's took its place in between: it is not as long.
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.mp4").write_bytes(b"ours")
    with monkeypatch.context() as patch:
        patch.setattr(PublishedFolder, "_note", killed)
        with pytest.raises(Killed):
            looked(other).put("b.mp4", moved())
    store.pipe_file("/b/previews/b.mp4", b"somebody's")
    with pytest.raises(OutputError, match=r"b.mp4: exists already, and nothing says"):
        looked(other).put("b.mp4", moved())
    assert there(store)["b.mp4"] == b"somebody's"


def test_what_is_not_ours_stays(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/previews/index.html", b"somebody's")
    (tmp_path / "index.html").write_bytes(b"ours")
    with pytest.raises(OutputError, match=r"index.html: exists already, and nothing says"):
        looked(tmp_path).put("index.html", moved())
    assert there(store) == {"index.html": b"somebody's"}
    assert looked(tmp_path).put("index.html", moved(), force=True)


def test_half_a_file_is_never_there(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x" * 1000)
    before = type(store).put_file

    def half(self: Any, source: str, target: str, **words: Any) -> None:
        self.pipe_file(target, Path(source).read_bytes()[:500])
        raise ConnectionResetError("connection reset")

    monkeypatch.setattr(type(store), "put_file", half)
    with pytest.raises(OutputError, match=r"a.mp4: the connection failed .*; try again") as caught:
        looked(tmp_path).put("a.mp4", moved())
    assert caught.value.transient and there(store) == {}
    monkeypatch.setattr(type(store), "put_file", before)
    assert looked(tmp_path).put("a.mp4", moved())
    assert there(store) == {"a.mp4": b"x" * 1000}


def test_a_killed_run_s_half_is_cleared_and_nobody_else_s(store: Any, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"data")
    living = looked(tmp_path)
    store.pipe_file(f"/b/previews/{living._under_way}-0123", b"half")
    store.pipe_file("/b/previews/.render-upload-of-another-machine", b"half")
    looked(tmp_path)
    assert len(there(store)) == 2, "it is at work on it"
    living.close()
    looked(tmp_path)
    assert list(there(store)) == [".render-upload-of-another-machine"]


def results(*names: str) -> bytes:
    return json.dumps({"schema": 1, "cells": [{"id": name} for name in names]}).encode()


def test_another_machine_takes_what_the_results_name(store: Any, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    for name in ("a.mp4", "b.mp4", "index.html"):
        (one / name).write_bytes(name.encode())
    (one / "results.json").write_bytes(results("a.mp4", "b.mp4"))
    first = looked(one)
    for name in ("a.mp4", "b.mp4", "index.html", "results.json"):
        assert first.put(name, moved())
    store.pipe_file("/b/previews/unrelated.mov", b"")
    second = looked(two)
    assert second.missing(iter(["a.mp4", "none.mp4"])) == ["a.mp4", "b.mp4"]
    for name in ("a.mp4", "b.mp4"):
        second.take(name, moved())
    # A page of theirs is one of ours.
    (two / "index.html").write_bytes(b"newer")
    assert second.put("index.html", moved())
    # And back: theirs has taken the place of ours.
    (two / "b.mp4").write_bytes(b"other")
    (two / "results.json").write_bytes(results("a.mp4", "b.mp4") + b"\n")
    (one / ".render" / "journal.jsonl").write_text("")
    time.sleep(0.002)
    assert second.put("b.mp4", moved()) and second.put("results.json", moved())
    first.close()
    again = PublishedFolder(THERE, one)
    again.look()
    assert again.take_results() and not (one / ".render" / "journal.jsonl").exists()
    assert again.missing(iter([])) == ["b.mp4"]


def test_beside_another_run_here_its_results_stay(store: Any, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_bytes(results("a.mp4"))
    living = looked(tmp_path)
    assert living.put("results.json", moved())
    (tmp_path / ".render" / "journal.jsonl").write_text("")
    store.pipe_file("/b/previews/results.json", results("b.mp4"))
    beside = PublishedFolder(THERE, tmp_path)
    beside.look()
    assert not beside.take_results() and (tmp_path / ".render" / "journal.jsonl").exists()
    living.close()
    beside.close()
    alone = PublishedFolder(THERE, tmp_path)
    alone.look()
    assert alone.take_results() and not (tmp_path / ".render" / "journal.jsonl").exists()


def test_results_of_two_places_are_not_mixed(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/previews/results.json", results("a.mp4"))
    (tmp_path / "results.json").write_bytes(results("z.mp4"))
    with pytest.raises(UsageError, match="holds results already"):
        looked(tmp_path)
    assert (tmp_path / "results.json").read_bytes() == results("z.mp4")


def test_results_that_lead_elsewhere_bring_nothing_there(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/previews/results.json", results("../../x.mp4", "/etc/x.mp4"))
    store.pipe_file("/b/x.mp4", b"data")
    folder = tmp_path / "deep" / "er"
    assert looked(folder).missing(iter([])) == []
    with pytest.raises(OutputError, match="is not in its folder"):
        looked(folder).take("../../x.mp4", moved())


def test_what_has_gone_there_may_go_here(store: Any, tmp_path: Path) -> None:
    folder = work_folder(tmp_path, THERE)
    folder.mkdir(parents=True)
    (folder / "a.mp4").write_bytes(b"one")
    sending = looked(folder)
    assert sending.put("a.mp4", moved())
    (folder / "b.mp4").write_bytes(b"two")
    (kept,) = kept_outputs(tmp_path)
    assert kept.url == str(THERE) and "1 file has not gone there" in kept.remove()
    assert sending.put("b.mp4", moved())
    (kept,) = kept_outputs(tmp_path)
    assert kept.remove() == "a run is at work on it" and folder.is_dir()
    sending.close()
    assert kept.remove() == "" and not folder.exists()
    assert len(there(store)) == 2


def test_the_web_is_only_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing can be written to https://"):
        PublishedFolder(Url("https://host/previews/"), tmp_path)


def test_one_folder_for_one_place(tmp_path: Path) -> None:
    one = work_folder(tmp_path, Url("s3://b/previews"))
    assert one == work_folder(tmp_path, Url("s3://b/previews/"))
    assert one != work_folder(tmp_path, Url("s3://b/Previews/"))
    assert one.parent == tmp_path / "outputs"

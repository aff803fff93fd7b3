"""Clips at URLs: fetched once, whole, and again only when they have changed."""

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from render.errors import ClipError, OutputError, RenderError, UsageError
from render.storage import clip_cache
from render.storage.clip_cache import clips_kept, forget_clips
from render.storage.fetching import ClipFetching, fetch_all, fetched
from render.storage.transfers import Moved
from render.storage.url import Url

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def store() -> Iterator[Any]:
    found = fsspec.filesystem("memory")
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


class Server(ThreadingHTTPServer):
    """Serves ``content`` by path; ``short`` ends each answer after so many bytes."""

    content: ClassVar[dict[str, bytes]] = {}
    short: int | None = None
    etag = '"1"'
    wait = 0.0
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.begun = threading.Event()
        self.daemon_threads = True

    def url(self, rest: str) -> Url:
        return Url(f"http://127.0.0.1:{self.server_port}/{rest}")


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        data = self.server.content.get(self.path.partition("?")[0])
        if data is None or self.server.status != 200:
            self.send_error(404 if data is None else self.server.status)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        self.end_headers()
        if body:
            self.server.asked.append(self.path)
            self.wfile.write(data[: (self.server.short or len(data)) // 2])
            self.server.begun.set()
            time.sleep(self.server.wait)
            self.wfile.write(data[(self.server.short or len(data)) // 2 : self.server.short])
            self.close_connection = True


@pytest.fixture
def server() -> Iterator[Server]:
    pytest.importorskip("aiohttp")
    with Server() as found:
        found.content = {"/clip.mp4": b"x" * 3000}  # type: ignore[misc]
        thread = threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def left(cache: Path) -> list[str]:
    """All but locks."""
    return sorted(path.name for path in (cache / "clips").iterdir() if path.suffix != ".lock")


def test_a_clip_is_fetched_once_and_again_when_it_changes(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/my clip.mp4", b"one")
    url = Url("memory://b/my clip.mp4")
    first = fetched(url, tmp_path)
    assert first.read_bytes() == b"one" and first.suffix == ".mp4"
    at = first.stat().st_ino
    assert fetched(url, tmp_path) == first and first.stat().st_ino == at
    time.sleep(0.002)
    store.pipe_file("/b/my clip.mp4", b"two")
    second = fetched(url, tmp_path)
    assert second.read_bytes() == b"two"
    # Another run may still be at work on the one from before.
    assert first.read_bytes() == b"one" and second != first


@pytest.mark.parametrize(
    "key", ["../../../x.mp4", "a b.mp4", "a%20b.mp4", "ü/é#?.mp4", "w*[1].mp4", "x\ny.mp4", "-rf"]
)
def test_hostile_names_stay_in_the_cache(key: str, store: Any, tmp_path: Path) -> None:
    store.store.clear()
    name = store._strip_protocol(f"memory://b/{key}")
    store.pipe_file(name, b"data")
    cache = tmp_path / "deep" / "cache"
    path = fetched(Url(f"memory://b/{key}"), cache)
    assert path.read_bytes() == b"data" and path.parent == cache / "clips"
    assert len(left(cache)) == 1 and [p.name for p in tmp_path.iterdir()] == ["deep"]


def test_what_cannot_be_fetched_is_one_line(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/dir/x.mp4", b"data")
    cases: dict[str, tuple[type[RenderError], str]] = {
        "memory://b/none.mp4": (ClipError, "memory://b/none.mp4: there is no such object"),
        "memory://b/dir/*.mp4": (ClipError, "patterns in URLs are not expanded"),
        "memory://b/dir": (ClipError, "is a folder; name its files"),
        "nonsense://b/x": (UsageError, "nonsense://b/x: cannot be opened"),
        "gs://b/x": (UsageError, "gs:// takes another package; pip install gcsfs"),
    }
    for text, (kind, words) in cases.items():
        if text.startswith("gs") and _has("gcsfs"):
            continue
        with pytest.raises(kind, match=words.replace("*", r"\*")) as caught:
            fetched(Url(text), tmp_path)
        assert "\n" not in str(caught.value) and not caught.value.transient
    assert left(tmp_path) == []


def _has(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def test_a_cache_that_cannot_be_written_is_said(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/x.mp4", b"data")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        fetched(Url("memory://b/x.mp4"), tmp_path / "file")


def test_of_a_broken_connection_nothing_stays(server: Server, tmp_path: Path) -> None:
    server.short = 1000
    url = server.url("clip.mp4?token=tell-nobody")
    with pytest.raises(ClipError, match=r"clip.mp4: the connection failed") as caught:
        fetched(url, tmp_path)
    assert caught.value.transient and "tell-nobody" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert left(tmp_path) == [] and len(server.asked) > 1
    server.short = None
    assert fetched(url, tmp_path).read_bytes() == b"x" * 3000


@pytest.mark.parametrize(
    ("status", "words", "transient"),
    [(403, "access is denied", False), (401, "access is denied", False), (503, "503", True)],
)
def test_what_a_server_refuses(
    status: int, words: str, transient: bool, server: Server, tmp_path: Path
) -> None:
    server.status = status
    with pytest.raises(ClipError, match=words) as caught:
        fetched(server.url("clip.mp4"), tmp_path)
    assert caught.value.transient is transient
    server.status = 200
    with pytest.raises(ClipError, match="no such object"):
        fetched(server.url("other.mp4"), tmp_path)


def test_nobody_there_may_be_over_soon(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    with pytest.raises(ClipError, match="the connection failed") as caught:
        fetched(Url("http://127.0.0.1:9/clip.mp4"), tmp_path)
    assert caught.value.transient


def test_without_a_mark_it_is_fetched_each_time(server: Server, tmp_path: Path) -> None:
    server.etag = ""
    first = fetched(server.url("clip.mp4"), tmp_path)
    assert fetched(server.url("clip.mp4"), tmp_path) == first
    assert len(server.asked) == 2 and len(left(tmp_path)) == 1


def test_several_threads_and_processes_fetch_once(server: Server, tmp_path: Path) -> None:
    server.wait = 0.3
    url = server.url("clip.mp4")
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=fetched, args=(url, tmp_path)) for _ in range(2)]
    for other in others:
        other.start()
    assert _values(fetch_all([url, url], tmp_path))[0].stat().st_size == 3000
    for other in others:
        other.join(60)
        assert other.exitcode == 0
    assert len(server.asked) == 1 and len(left(tmp_path)) == 1


def _values(steps: Any) -> list[Path]:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return list(end.value.values())


def test_a_killed_fetch_is_cleared_and_made_anew(server: Server, tmp_path: Path) -> None:
    server.wait = 30.0
    url = server.url("clip.mp4")
    context = multiprocessing.get_context("spawn")
    other = context.Process(target=fetched, args=(url, tmp_path))
    other.start()
    assert server.begun.wait(60)
    deadline = time.monotonic() + 10
    while not left(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.01)
    other.kill()
    other.join(10)
    assert any(name.startswith(".render-") for name in left(tmp_path))
    server.wait = 0.0
    path = fetched(url, tmp_path)
    assert path.read_bytes() == b"x" * 3000
    assert left(tmp_path) == [path.name]


def test_whoever_stops_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.content["/clip.mp4"] = b"x" * 20_000_000
    server.wait = 1.5
    steps = fetch_all([server.url("clip.mp4")], tmp_path)
    event = next(steps)
    assert isinstance(event, ClipFetching) and 0 < event.bytes < 20_000_000 == event.of
    steps.close()
    deadline = time.monotonic() + 20
    while left(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left(tmp_path) == []


def test_a_clip_that_is_replaced_meanwhile_is_fetched_again(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe_file("/b/x.mp4", b"old, longer")
    before = type(store).get_file
    times = []

    def get_file(self: Any, *args: Any, **words: Any) -> None:
        before(self, *args, **words)
        times.append(1)
        if len(times) == 1:
            time.sleep(0.002)
            self.pipe_file("/b/x.mp4", b"newer")

    monkeypatch.setattr(type(store), "get_file", get_file)
    assert fetched(Url("memory://b/x.mp4"), tmp_path).read_bytes() == b"newer"


def test_it_is_bounded_by_what_was_used_longest_ago(store: Any, tmp_path: Path) -> None:
    paths = []
    for n in range(3):
        store.pipe_file(f"/b/{n}.mp4", b"x" * 100)
        paths.append(fetched(Url(f"memory://b/{n}.mp4"), tmp_path))
        long_ago = time.time() - (100 - n) * 86_400
        os.utime(paths[-1], (long_ago, long_ago))
    store.pipe_file("/b/new.mp4", b"x" * 100)
    new = clip_cache.fetch(Url("memory://b/new.mp4"), tmp_path, Moved(threading.Event()), limit=250)
    assert [path.exists() for path in (*paths, new)] == [False, False, True, True]
    # What a run may be at work on stays, however much it is.
    clip_cache.fetch(Url("memory://b/new.mp4"), tmp_path, Moved(threading.Event()), limit=1)
    assert new.exists() and not paths[2].exists()


def test_forgetting_leaves_what_a_run_is_at_work_on(store: Any, tmp_path: Path) -> None:
    store.pipe_file("/b/x.mp4", b"data")
    path = fetched(Url("memory://b/x.mp4"), tmp_path)
    assert (clips_kept(tmp_path).entries, clips_kept(tmp_path).bytes) == (1, 4)
    # This very process is such a run.
    assert not forget_clips(tmp_path) and path.exists()
    os.close(clip_cache._HELD.pop(tmp_path / "clips"))
    assert forget_clips(tmp_path) and not path.exists()
    assert forget_clips(tmp_path / "none")

"""A watched folder with real clips: copied slowly, renamed into place, damaged, changed, gone."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from render.errors import OutputError, StyleError, UsageError
from render.events import CellFailed
from render.look import Look
from render.planning.request import Request
from render.presets.preset import Preset
from render.sweeping.outputs import Outputs
from render.watching import watch_folder as module
from render.watching.watch_events import (
    ClipArrived,
    ClipThrough,
    FolderBack,
    FolderLost,
    WatchBegan,
    WatchEvent,
    WatchIdle,
)
from render.watching.watch_folder import watch_folder
from tests.conftest import X264, MakeClip

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parents[2]
SMALL = {"size": "64x36", "network": "res3-w16", "upscale": "none", "fps": "5", "audio": "none"}
LOOK = Preset().with_options(**SMALL).look()


@pytest.fixture(scope="module")
def clip(make_clip: MakeClip) -> Path:
    return make_clip("tiny.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=0.4", *X264)


@pytest.fixture(scope="module")
def other(make_clip: MakeClip) -> Path:
    return make_clip("other.mp4", "-f", "lavfi", "-i", "smptebars=s=64x36:r=10:d=0.4", *X264)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


class Watch:
    """A watch, and what happened in it."""

    def __init__(self, inbox: Path, **options: Any) -> None:
        self.output = inbox.with_name("out")
        request = Request(clips=(), looks=(LOOK,), output=self.output)
        self.events = watch_folder(inbox, request, settle=0.2, poll=0.05, **options)
        self.happened: list[WatchEvent] = []

    def until(self, done: Callable[[WatchEvent], bool]) -> WatchEvent:
        """The first event of which it is true."""
        deadline = time.monotonic() + 60
        for event in self.events:
            if not isinstance(event, WatchIdle):
                self.happened.append(event)
            if done(event):
                return event
            assert time.monotonic() < deadline
        raise AssertionError

    def through(self) -> ClipThrough:
        """What the next clip comes to."""
        event = self.until(lambda event: isinstance(event, ClipThrough))
        assert isinstance(event, ClipThrough)
        return event

    def idle(self) -> None:
        """Until nothing is left to do."""
        self.until(lambda event: isinstance(event, WatchIdle) and not event.arriving)

    @property
    def names(self) -> list[str]:
        return [path.name for path in sorted(self.output.glob("*.mp4"))]


@pytest.fixture
def watch(inbox: Path) -> Iterator[Callable[..., Watch]]:
    with contextlib.ExitStack() as stack:

        def begin(**options: Any) -> Watch:
            one = Watch(inbox, **options)
            stack.callback(one.events.close)
            return one

        yield begin


def test_what_is_there_and_what_arrives(
    watch: Callable[..., Watch], inbox: Path, clip: Path
) -> None:
    shutil.copy(clip, inbox / "a.mp4")
    (inbox / "bad.mp4").write_bytes(b"no video" * 99)
    one = watch()
    first, second = one.through(), one.through()
    assert isinstance(one.happened[0], WatchBegan)
    assert (first.path.name, first.previews, first.failed) == ("a.mp4", 1, 0)
    assert (second.path.name, second.previews, second.failed) == ("bad.mp4", 0, 1)
    assert second.again is None
    data = clip.read_bytes()
    # Slowly, as a copy writes it, and then another under a name of its own until it is whole.
    with (inbox / "slow.mp4").open("wb") as file:
        for start in range(0, len(data), len(data) // 4):
            file.write(data[start : start + len(data) // 4])
            file.flush()
            seen = one.until(lambda event: isinstance(event, WatchIdle))
            assert seen == WatchIdle((inbox / "slow.mp4",))
    assert (one.through().path.name, one.happened[-1]) == ("slow.mp4", one.happened[-1])
    shutil.copy(clip, inbox / "late.mp4.part")
    one.idle()
    (inbox / "late.mp4.part").rename(inbox / "late.mp4")
    assert one.through().path.name == "late.mp4"
    one.idle()
    assert [name.split("-")[0] for name in one.names] == ["a", "late", "slow"]
    # The bad one was told of once.
    assert sum(isinstance(event, CellFailed) for event in one.happened) == 1
    assert sorted(inbox.iterdir()) == [
        inbox / name for name in ("a.mp4", "bad.mp4", "late.mp4", "slow.mp4")
    ]


def test_what_was_done_before_is_kept_and_what_changed_is_made_anew(
    watch: Callable[..., Watch], inbox: Path, clip: Path, other: Path
) -> None:
    shutil.copy(clip, inbox / "a.mp4")
    one = watch()
    one.through()
    one.events.close()
    (name,) = one.names
    before = (one.output / name).read_bytes()
    one = watch()
    assert (one.through().kept, (one.output / name).read_bytes()) == (1, before)
    shutil.copy(other, inbox / "a.mp4")
    again = one.through()
    assert (again.previews, again.failed) == (1, 0)
    assert ClipArrived(inbox / "a.mp4", changed=True) in one.happened
    assert (one.output / name).read_bytes() != before


def test_only_what_is_new(watch: Callable[..., Watch], inbox: Path, clip: Path) -> None:
    shutil.copy(clip, inbox / "old.mp4")
    one = watch(new_only=True)
    one.idle()
    shutil.copy(clip, inbox / "new.mp4")
    assert one.through().path.name == "new.mp4"
    one.idle()
    assert [event.path.name for event in one.happened if isinstance(event, ClipArrived)] == [
        "new.mp4"
    ]


def test_a_folder_that_goes_and_comes_back(
    watch: Callable[..., Watch], inbox: Path, clip: Path
) -> None:
    one = watch()
    one.idle()
    inbox.rename(inbox.with_name("away"))
    lost = one.until(lambda event: isinstance(event, FolderLost))
    assert lost == FolderLost(inbox, os.strerror(errno.ENOENT))
    shutil.copy(clip, inbox.with_name("away") / "a.mp4")
    inbox.with_name("away").rename(inbox)
    one.through()
    assert FolderBack(inbox) in one.happened and len(one.names) == 1


def test_a_full_disk_is_waited_for(
    watch: Callable[..., Watch], inbox: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> Generator[Any, None, None]:
        error = OutputError("out: cannot be written (No space left on device)")
        error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
        yield CellFailed(clip, None, error)

    shutil.copy(clip, inbox / "a.mp4")
    monkeypatch.setattr(module, "_SOON", 0.2)
    with monkeypatch.context() as patch:
        patch.setattr(module, "sweep", full)
        one = watch()
        assert [one.through().again, one.through().again] == [0.2, 0.4]
    done = one.through()
    assert (done.previews, done.failed, done.again) == (1, 0, None)


def test_what_cannot_be_done_is_said_before_anything_is(inbox: Path, tmp_path: Path) -> None:
    def begin(request: Request, outputs: Outputs | None = None, folder: Path = inbox) -> None:
        next(watch_folder(folder, request, outputs or Outputs()))

    fine = Request(clips=(), looks=(LOOK,), output=tmp_path / "out")
    for error, words, do in (
        (UsageError, "is no folder", lambda: begin(fine, folder=tmp_path / "nowhere")),
        (UsageError, "is the watched folder itself",
         lambda: begin(Request(clips=(), looks=(LOOK,), output=inbox / ".." / "inbox"))),
        (UsageError, "need a folder, not one file",
         lambda: begin(Request(clips=(), looks=(LOOK,), output=tmp_path / "x.mp4"))),
        (UsageError, "each clip is rendered by itself", lambda: begin(fine, Outputs(rows="clip"))),
        (StyleError, "no-such", lambda: begin(
            Request(clips=(), looks=(Look("no-such", LOOK.target),), output=tmp_path / "out"))),
    ):  # fmt: skip
        with pytest.raises(error, match=words):
            do()
    assert not (tmp_path / "out").exists()


def test_a_watch_is_ended_by_a_signal(inbox: Path, clip: Path, tmp_path: Path) -> None:
    shutil.copy(clip, inbox / "a.mp4")
    words = [word for key, value in SMALL.items() for word in (f"--{key}", value)]
    command = [sys.executable, "-m", "render", "watch", str(inbox), "-o", str(tmp_path / "out")]
    command += ["--settle", "0.2", "--json", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        events = []
        for text in process.stdout:
            events.append(json.loads(text))
            if events[-1]["event"] == "clip":
                process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
    assert process.wait(60) == 0, said
    assert [e["event"] for e in events if e["event"] not in ("progress", "started")] == [
        "watching", "arrived", "plan", "preview", "clip", "done"
    ]  # fmt: skip
    assert events[-1] | {"clips": 1, "previews": 1, "failed": 0, "exit_status": 0} == events[-1]
    assert "stopped watching: 1 preview of 1 clip written" in said
    assert len(list((tmp_path / "out").glob("*.mp4"))) == 1
    assert [
        path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".render-")
    ] == []

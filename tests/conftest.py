"""Clips made with lavfi, so that the suite needs nothing from outside."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from render.media.ffmpeg import FFmpeg, find_ffmpeg

pytest_plugins = ["tests.without_torch"]

MakeClip = Callable[..., Path]


def pytest_collection_finish() -> None:
    """What all the imports have made stays: no collection of garbage has to go through it."""
    gc.freeze()


# One of several processes that test at a time (pytest-xdist) has a core: more threads than that,
# also its children's, would only wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Whoever runs the suite has settings of their own.
os.environ["RENDER_CONFIG"] = "none"


@pytest.fixture(scope="session", autouse=True)
def _nobody_s_presets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Those of whoever runs the suite are not under test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENDER_PRESETS", str(tmp_path_factory.mktemp("presets") / "none"))
        patch.setenv("RENDER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _signals_arrive() -> None:
    """Under ``nohup``, and in a shell's background, some are ignored, and children would inherit
    that. What is handled they do not inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)  # the suite itself still outlives it


@pytest.fixture(scope="session")
def ff() -> FFmpeg:
    return find_ffmpeg()


@pytest.fixture(scope="session")
def run_ffmpeg(ff: FFmpeg) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Plain ffmpeg, apart from everything under test: makes clips, reads previews back."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        command = [str(ff.path), "-nostdin", "-hide_banner", "-v", "error", "-y"]
        return subprocess.run(
            [*command, *map(str, arguments)], capture_output=True, check=True, timeout=120
        )

    return run


@pytest.fixture(scope="session")
def make_clip(
    run_ffmpeg: Callable[..., subprocess.CompletedProcess[bytes]],
    tmp_path_factory: pytest.TempPathFactory,
) -> MakeClip:
    """``make_clip("name.mp4", *ffmpeg arguments)``: made once a session for the same arguments."""
    folder = tmp_path_factory.mktemp("clips")

    def make(name: str, *arguments: str | Path) -> Path:
        key = hashlib.sha256(repr(arguments).encode()).hexdigest()[:8]
        path = folder / key / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            run_ffmpeg(*arguments, path)
        return path

    return make


X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="session")
def moving(make_clip: MakeClip) -> Path:
    """2 s, 25 fps, 320x180, a moving test picture with a tone."""
    return make_clip(
        "moving.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2"),
        *("-f", "lavfi", "-i", "sine=f=440:d=2"),
        *X264,
        *("-c:a", "aac"),
    )


# No GPU, nothing from outside; pictures of file: may be read, which only a test does.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--autoplay-policy=no-user-gesture-required",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    named = os.environ.get("RENDER_TEST_BROWSER")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium here: the report page is NOT tested in a browser")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no playwright here: the report page is NOT tested"
    )
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()

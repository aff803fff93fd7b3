"""``render doctor``: problems first, each with its remedy; 0 only where a preview is possible."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from render.cli import doctor
from render.errors import FFmpegError
from render.media.ffmpeg import NEEDED, FFmpeg

Command = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with everything but the extras; what is slow to ask is not asked."""
    found = FFmpeg(Path("/opt/ffmpeg"), "7.1", "bundled", frozenset(NEEDED))
    monkeypatch.setattr("render.media.ffmpeg.find_ffmpeg", lambda explicit: found)
    for slow in ("_devices", "_engines", "_styles"):
        monkeypatch.setattr(doctor, slow, lambda report: None)
    monkeypatch.setattr(doctor, "_LIBRARIES", {"numpy": "numpy"})
    monkeypatch.setattr(doctor, "_EXTRAS", {"coreml": ("no_such_module", "no-such")})


def test_a_healthy_machine(command: Command, capsys: Capture) -> None:
    assert command("doctor") == 0
    out = capsys.readouterr().out
    assert out.startswith("Everything that a preview needs is here.\n")
    assert "writes   .mp4 by libx264; .mov by libx264; .mkv by libx264; .webm by nothing; " in out
    assert "7.1 (bundled)" in out and "/opt/ffmpeg" in out and "libx264" in out
    assert "missing; pip install 'live-filter-preview[coreml]' adds it" in out


def test_problems_come_first_with_their_remedies(
    command: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(_: Path | None) -> FFmpeg:
        raise FFmpegError("no ffmpeg found: install the bundled one")

    monkeypatch.setattr("render.media.ffmpeg.find_ffmpeg", nowhere)
    monkeypatch.setattr(doctor, "_LIBRARIES", {"nonsense": "no_such_module"})
    assert command("doctor") == 1
    assert capsys.readouterr().out.splitlines()[:4] == [
        "problem: nonsense is not installed",
        "  remedy: pip install nonsense",
        "problem: no ffmpeg found",
        "  remedy: install the bundled one",
    ]


def test_a_missing_openvino_is_a_warning(
    command: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_LIBRARIES", {"openvino": "no_such_module"})
    assert command("doctor") == 0
    assert capsys.readouterr().out.startswith("warning: openvino")


def test_json(command: Command, capsys: Capture) -> None:
    assert command("doctor", "--json") == 0
    report, done = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert report["event"] == "doctor" and report["ready"] is True
    assert report["ffmpeg"]["origin"] == "bundled" and report["ffmpeg"]["missing"]
    assert report["extras"] == {"coreml": None}
    assert (done["event"], done["exit_status"]) == ("done", 0)

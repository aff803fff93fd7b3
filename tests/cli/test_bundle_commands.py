"""A preset goes from one user to another by the commands alone."""

from __future__ import annotations

import json
import os
import pty
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made: dict[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "fuzz_bundles.py"))
    path = tmp_path / "look.renderpreset"
    path.write_bytes(made["together"](made["parts"]()))
    return path


@pytest.fixture
def presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RENDER_PRESETS", str(tmp_path / "presets"))
    return tmp_path / "presets"


@pytest.mark.torch
def test_from_pack_to_preview(
    moving: Path, presets: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('schema = 1\nfps = 5\nsize = "48x86"\nnetwork = "res3-w16"\nupscale = "none"\n')
    sent = tmp_path / "sent.renderpreset"
    assert run(["presets", "pack", str(mine), "-o", str(sent), "--clip", str(moving)]) == 0
    out, err = capfd.readouterr()
    assert out == f"{sent}\n"
    assert "names no licence of the preset (--licence), the clip (--clip-licence)" in err
    assert run(["presets", "install", str(sent), "--as", "theirs", "--yes"]) == 0
    out, err = capfd.readouterr()
    assert out == f"{presets / 'theirs'}\n"
    assert "Composition VII, Wassily Kandinsky" in err and "use it with" in err
    assert run(["verify", str(sent)]) == 0
    assert "identical, all 10 frames" in capfd.readouterr().out
    assert run(["verify", str(sent), "--json"]) == 0
    said, done = map(json.loads, capfd.readouterr().out.splitlines())
    assert (said["event"], said["identical"], said["psnr_db"]) == ("verify", True, None)
    assert (done["event"], done["exit_status"]) == ("done", 0)
    preview = tmp_path / "preview.mp4"
    assert run([str(moving), "--preset", "theirs", "--duration", "0.4", "-o", str(preview)]) == 0
    assert preview.is_file()


def _asked(words: list[str], answer: bytes) -> tuple[str, int]:
    """At a terminal: what is shown, and the exit status."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "render", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT) as process:
        os.close(theirs)
        os.write(ours, answer)
        shown = b""
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:  # the other end is shut
                break
            if not data:
                break
            shown += data
    os.close(ours)
    return shown.decode(), process.returncode


def test_it_asks_first(bundle: Path, presets: Path) -> None:
    shown, status = _asked(["presets", "install", str(bundle)], b"\n")
    assert status == 1 and not presets.exists()
    assert "CC0-1.0" in shown and f"Install it as look into {presets}? [y/N]" in shown
    assert shown.index("licence") < shown.index("[y/N]")
    shown, status = _asked(["presets", "install", str(bundle)], b"y\n")
    assert status == 0 and (presets / "look" / "preset.toml").is_file()


def test_without_a_terminal_it_says_how(
    bundle: Path, presets: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["presets", "install", str(bundle)]) == 2
    assert "there is no terminal to ask on; --yes goes ahead" in capfd.readouterr().err
    assert not presets.exists()


def test_a_name_of_anybody_s_is_shown_escaped(
    tmp_path: Path, presets: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = runpy.run_path(str(ROOT / "benchmarks" / "fuzz_bundles.py"))
    contents = made["parts"]()
    said = made["manifest"](contents) | {"name": "\x1b[31m\u202ered", "made_with": "a\nb\x07"}
    path = tmp_path / "x.renderpreset"
    path.write_bytes(made["together"](contents, said))
    assert run(["presets", "install", str(path), "--yes"]) == 2
    err = capfd.readouterr().err
    assert "\x1b" not in err and "\u202e" not in err and "\x07" not in err
    assert "is no name for a preset; --as gives it another" in err
    assert run(["presets", "install", str(path), "--yes", "--as", "red", "--json"]) == 0
    said, _ = map(json.loads, capfd.readouterr().out.splitlines())
    assert (said["event"], said["path"]) == ("installed", str(presets / "red"))


@pytest.mark.torch
@pytest.mark.parametrize("named", ["environment", "settings"])
def test_its_ffmpeg_is_the_one_that_all_commands_take(
    named: str,
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('ffmpeg = "/no/such"\n' if named == "settings" else "")
    monkeypatch.setenv("RENDER_CONFIG", str(config))
    monkeypatch.setenv("RENDER_FFMPEG", "/no/such" if named == "environment" else "")
    sent = tmp_path / "sent.renderpreset"
    results = tmp_path / "results.json"
    results.write_text('{"schema": 1}')
    for words in (
        ["presets", "pack", "a12-live", "-o", str(sent)],
        ["verify", str(bundle)],
        ["report", str(tmp_path), "--pack", str(tmp_path / "x.zip")],
    ):
        assert run(words) == 1
        assert "/no/such" in capfd.readouterr().err
    assert not sent.exists()

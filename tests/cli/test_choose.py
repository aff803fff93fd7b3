"""``render choose``, and ``--on`` beside a sweep."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from render.choice.choice_file import NAME, load_if_current
from render.cli.app import run
from render.compare.report.page import write_report
from render.errors import UsageError
from render.presets.preset_library import load_preset
from render.results.results import load, save
from tests.choice.conftest import Sweep, sweep  # noqa: F401

R3, M = "res3", "480x853"


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


CommandLine = Callable[..., Done]


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    def call(*words: str) -> Done:
        status = run(list(words))
        captured = capsys.readouterr()
        return Done(status, captured.out, captured.err)

    return call


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "101")


@pytest.fixture
def folder(sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    monkeypatch.setenv("RENDER_DEVICES", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    save(sweep({("10", M, R3): 6.7, ("15", M, R3): 7.0, ("30", M, R3): 7.4}), tmp_path)
    return tmp_path


def test_it_says_which_and_why(folder: Path, run_cli: CommandLine) -> None:
    done = run_cli("choose", ".", "--on", "A12")
    assert done.status == 0 and done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "15 fps, 480x853, res3 on A12"
    assert lines[-1] == NAME
    assert any(line.startswith("*  15") and "at the limit" in line for line in lines)
    assert any("30   480x853  res3" in line and "too slow" in line for line in lines)
    assert any("To change: --max-ms" in line for line in lines)
    data = json.loads((folder / NAME).read_text())
    assert data["schema"] == 1 and data["device"] == "A12"
    taken = data["candidates"][data["taken"]]
    assert (taken["fps"], taken["size"], taken["network"]) == ("15", M, R3)
    assert taken["ms"] <= taken["budget"] < taken["high"]


def test_prose_is_as_wide_as_the_terminal(
    folder: Path, run_cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = run_cli("choose", ".", "--on", "A12").out.splitlines()
    prose = [line for line in lines if "  res3  " not in line and "VERDICT" not in line]
    assert len(prose) > 20 and max(map(len, prose)) < 50
    assert any(line.startswith("    ") for line in prose), "what goes on is indented"


def test_what_an_estimate_does_not_cover_is_said(
    sweep: Sweep,  # noqa: F811
    folder: Path,
    run_cli: CommandLine,
) -> None:
    slow_form = "res1-in-reflect"
    save(sweep({("15", "240x427", slow_form): 6.0, ("10", "240x427", slow_form): 5.0}), folder)
    done = run_cli("choose", ".", "--on", "A12")
    lines = done.out.splitlines()
    caveat = "instance norm and reflect padding, which no figure here has, may be several times"
    assert any(line.startswith(f"  But: {caveat}") for line in lines)
    assert any(line.startswith("*  15") and line.endswith("fits ?") for line in lines)
    assert any(line.startswith(f"? {caveat}") for line in lines)
    done = run_cli("choose", ".", "--on", "A12", "--surely")
    assert done.out.splitlines()[0] == "nothing is fast enough on A12"
    save(sweep({("15", "240x427", "res1"): 6.0, ("10", "240x427", "res1"): 5.0}), folder)
    assert "?" not in run_cli("choose", ".", "--on", "A12").out


def test_the_preset_holds_its_evidence(folder: Path, run_cli: CommandLine) -> None:
    clip = folder / "clip.bin"
    clip.write_bytes(b"a clip")
    results = load(folder)
    there = results.clips[0].model_copy(update={"path": str(clip)})
    save(results.model_copy(update={"clips": (there,)}), folder)
    done = run_cli("choose", ".", "--on", "A12", "--max-ms", "66", "--save", "live")
    assert done.out.splitlines()[-1] == "live.toml"
    preset = load_preset(folder / "live.toml")
    assert (str(preset.fps), str(preset.size), preset.network) == ("15", M, R3)
    assert str(preset.upscale) == "1080x1920" and preset.name == "live"
    evidence = tomllib.loads((folder / "live.toml").read_text())["evidence"]
    assert evidence["device"] == "A12" and evidence["jod"] == 7.0
    assert evidence["ms"] == 66.0 and evidence["ms_budget"] == 66.0
    assert evidence["ms_kind"] == "published" and "or res3-c32" in evidence["ms_source"]
    assert '\ndevice = "A12"\n' in (folder / "live.toml").read_text()
    digest = hashlib.sha256(b"a clip").hexdigest()
    assert evidence["clips"] == [f"clip.mp4 sha256:{digest}"]
    assert any(version.startswith("av ") for version in evidence["versions"])
    # It renders, and what it was chosen by stays with it.
    assert preset.evidence == evidence
    again = run_cli("choose", ".", "--on", "A12", "--save", "live")
    assert again.status == 1 and "live.toml: exists already; --force overwrites it" in again.err


def test_a_saved_preset_moves_with_its_style_or_says_that_it_cannot(
    folder: Path, run_cli: CommandLine
) -> None:
    def styled(path: Path) -> None:
        results = load(folder)
        cells = tuple(
            cell.model_copy(
                update={"target": cell.target.model_copy(update={"style_file": str(path)})}
            )
            for cell in results.cells
        )
        save(results.model_copy(update={"cells": cells}), folder)

    styled(folder / "mine.safetensors")
    done = run_cli("choose", ".", "--on", "A12", "--save", "live")
    assert tomllib.loads((folder / "live.toml").read_text())["style"] == "./mine.safetensors"
    assert "note:" not in done.err
    other = folder.parent / "other.safetensors"
    styled(other)
    done = run_cli("choose", ".", "--on", "A12", "--save", "live", "--force")
    assert tomllib.loads((folder / "live.toml").read_text())["style"] == str(other)
    assert done.err.startswith(f"note: live.toml: its style {other} lies outside the preset's")
    assert "`render presets pack live.toml -o live.renderpreset`" in done.err
    lines = run_cli("choose", ".", "--on", "A12", "--save", "live", "--force", "--json").out
    (told,) = (event for event in map(json.loads, lines.splitlines()) if event["event"] == "preset")
    assert told["path"] == "live.toml" and "pack live.toml" in told["notes"][0]


def test_json(folder: Path, run_cli: CommandLine) -> None:
    done = run_cli("choose", ".", "--on", "iPhone XS", "--json")
    first, last = map(json.loads, done.out.splitlines())
    assert first["event"] == "choice" and first["path"] == NAME
    assert first["device"] == "A12" and first["headline"].startswith("15 fps")
    assert last["event"] == "done"


def test_a_file_that_cannot_be_written_is_an_event(folder: Path, run_cli: CommandLine) -> None:
    (folder / NAME / "in the way").mkdir(parents=True)
    done = run_cli("choose", ".", "--on", "A12", "--json")
    failed, choice, last = map(json.loads, done.out.splitlines())
    assert (failed["event"], failed["step"]) == ("failed", "choice")
    assert choice["path"] is None and choice["headline"].startswith("15 fps")
    assert (last["failed"], last["exit_status"], done.status) == (1, 1, 1)


def test_the_report_is_written_anew_and_a_stale_choice_is_not_shown(
    folder: Path, run_cli: CommandLine
) -> None:
    write_report(load(folder), folder)
    assert '"choice": null' in (folder / "index.html").read_text()
    run_cli("choose", ".", "--on", "A12")
    assert '"headline": "15 fps, 480x853, res3 on A12"' in (folder / "index.html").read_text()
    results = load(folder)
    fewer = results.model_copy(update={"cells": results.cells[:2]})
    assert load_if_current(results, folder) is not None
    assert load_if_current(fewer, folder) is None
    (folder / NAME).unlink()
    assert load_if_current(results, folder) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"candidates": [3]}, "candidates.0"),
        ({"taken": 99}, "none of its candidates"),
        ({"reasons": "none"}, "reasons"),
        ({"headline": None}, "headline"),
        ({"schema": "1"}, "no choice of render's"),
    ],
)
def test_a_choice_that_the_page_could_not_show_is_told(
    folder: Path, run_cli: CommandLine, change: dict[str, Any], said: str
) -> None:
    run_cli("choose", ".", "--on", "A12")
    data = json.loads((folder / NAME).read_text()) | change
    (folder / NAME).write_text(json.dumps(data))
    with pytest.raises(UsageError, match="`render choose` writes it anew") as error:
        load_if_current(load(folder), folder)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert run_cli("report", ".").status == 2


def test_a_page_of_somebody_else_stays(folder: Path, run_cli: CommandLine) -> None:
    (folder / "index.html").write_text("mine")
    assert run_cli("choose", ".", "--on", "A12").status == 0
    assert (folder / "index.html").read_text() == "mine"


def test_a_device_of_which_nothing_is_known(folder: Path, run_cli: CommandLine) -> None:
    (folder / "mine.toml").write_text('schema = 1\nname = "Mine"\n')
    done = run_cli("choose", ".", "--on", "mine.toml")
    assert done.status == 2 and "Mine: no evidence of its time" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no folder given"),
        (("nowhere", "--on", "A12"), "is no folder"),
        ((".",), "no device given: --on A12"),
        ((".", "--on", "A1"), "there is no device 'A1'"),
        ((".", "--on", "A16", "--like", "A1"), "--like 'A1': there is no device 'A1'"),
        (
            (".", "--on", "A16", "--like", "iPhone 15"),
            "--like 'iPhone 15': A16 is assumed to be like itself",
        ),
        ((".", "--on", "A12", "--max-ms", "fast"), "--max-ms 'fast': is no number"),
        ((".", "--on", "A12", "--min-jod", "11"), "--min-jod 11: must be 0 to 10"),
        ((".", "--on", "A12", "--max-ms", "1", "--save", "x"), "there is nothing to save"),
        ((".", "--on", "A12", "--save", ""), "--save '': is no name for a preset"),
        ((".", "--on", "A12", "--save", "presets/"), "--save 'presets/': is no name"),
        ((".", "--on", "A12", "--save", ".live"), "--save '.live': is no name for a preset"),
        ((".", "--on", "A12", "--save", "a\x1b[2Jb"), "is no name for a preset"),
        ((".", "--on", "A12", "--save", "x" * 300), "is too long a name: 305 bytes"),
    ],
)
def test_mistakes_are_one_line(
    arguments: tuple[str, ...], said: str, folder: Path, run_cli: CommandLine
) -> None:
    done = run_cli("choose", *arguments)
    assert done.status in (1, 2) and said in done.err
    assert len([line for line in done.err.splitlines() if line.startswith("error:")]) == 1
    assert not (folder / "x.toml").exists()

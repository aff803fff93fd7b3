"""What a run shows, on stdout and on stderr, and its exit status."""

import json
import os
import sys
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from render.cli.output import put, safe
from render.errors import FFmpegError, InternalError
from render.events import CellStarted, Event
from render.execution.segment_store import LINES
from render.files.journal import STATE, Journal
from render.planning.plan import Plan
from render.planning.request import Request

from .conftest import Machine

Command = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def objects(text: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in text.splitlines()]
    assert all(o["schema"] == 1 for o in found)
    return found


def test_stdout_holds_the_paths(command: Command, capsys: Capture) -> None:
    assert command("a.mp4", "b.mp4") == 0
    captured = capsys.readouterr()
    assert captured.out == "previews/a.mp4\npreviews/b.mp4\n"
    err = captured.err.splitlines()
    assert err[0] == "torch on cpu: the only one there"
    assert "note: a.mp4: a note of the plan" in err
    assert "warning: a.mp4: 70 of about 75 frames decoded" in err
    summary = "previews/a.mp4: 75 frames in 32 s (2.3 fps), video 1920x1080 at 15 fps, 3.1 MB"
    assert summary in err
    assert err[-1].startswith("2 previews written, in ")
    assert "\x1b" not in captured.err


def test_a_failed_clip_does_not_stop_the_others(command: Command, capsys: Capture) -> None:
    assert command("bad.mp4", "broken.mp4", "c.mp4") == 1
    captured = capsys.readouterr()
    assert captured.out == "previews/c.mp4\n"
    assert "error: bad.mp4: is not a video" in captured.err
    assert "error: broken.mp4: ran out of frames" in captured.err
    assert "1 preview written, 2 failed, in " in captured.err.splitlines()[-1]


def test_json_ends_with_done(command: Command, capsys: Capture) -> None:
    assert command("a.mp4", "bad.mp4", "--json") == 1
    found = objects(capsys.readouterr().out)
    assert [o["event"] for o in found] == ["plan", "failed", "started", "preview", "done"]
    plan, failed, started, preview, done = found
    assert plan["plan"]["cells"][0]["size"] == "853x480"
    assert failed["clip_path"] == "bad.mp4" and failed["kind"] == "clip" and failed["cell"] is None
    assert started["cell"] == 0 and started["about_frames"] == 75
    assert (preview["path"], preview["size"]) == ("previews/a.mp4", "1920x1080")
    assert (preview["fps"], preview["fps_float"]) == ("15", 15.0)
    assert (preview["frames"], preview["stylized"], preview["duration"]) == (75, 73, 5.0)
    assert preview["clip"]["fps"] == "30000/1001"
    assert preview["clip"]["audio"]["codec"] == "aac"
    assert preview["target"] == {
        "style": "composition-vii", "network": "res3", "size": "853x480", "fps": "15",
        "fps_float": 15.0, "upscale": "1920x1080", "upscaler": "bilinear", "strength": 1.0,
        "on": None, "parameters": 1071875, "macs": 47297507328,
    }  # fmt: skip
    assert preview["timings"] == {
        "load": 1.0, "decode": 1.0, "resize": 0.5, "stylize": 30.0, "upscale": 0.5,
        "encode": 2.0, "wall": 32.0,
    }  # fmt: skip
    assert preview["warnings"] == ["70 of about 75 frames decoded"]
    assert (done["previews"], done["failed"], done["exit_status"]) == (1, 1, 1)


@pytest.mark.parametrize("words", [["--fsp", "3"], ["--fps", "x"], []])
def test_json_ends_with_error_on_wrong_usage(
    command: Command, capsys: Capture, words: list[str]
) -> None:
    assert command("--json", *(["a.mp4", *words] if words else [])) == 2
    (last,) = objects(capsys.readouterr().out)
    assert last["event"] == "error" and last["kind"] == "usage" and last["exit_status"] == 2
    assert last["message"]


def test_what_a_killed_run_left_is_removed_and_said(
    command: Command, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("previews").mkdir()
    dead, unsure = (
        Path("previews") / f".render-{token}-1.mp4" for token in ("0123456789ab", "x0123456789ab")
    )
    for path in (dead, unsure):
        path.write_text("half")
    assert command("a.mp4", "--debug") == 0
    err = capsys.readouterr().err
    assert "note: previews: removed 1 temporary file of a run that was killed" in err
    assert "note: previews: 1 temporary file stays: without file locks" in err
    assert unsure.exists() and not dead.exists()
    assert command("a.mp4") == 0
    assert "temporary" not in capsys.readouterr().err


def test_dry_run_renders_nothing(
    command: Command, machine: Machine, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("render.execution.execute.run")
    assert command("a.mp4", "--dry-run") == 0
    out = capsys.readouterr().out
    for fact in ("h264 1280x720", "29.97", "aac", "480x853 (here 853x480)",
                 "1080x1920 (here 1920x1080), bilinear", "about 75", "previews/a.mp4",
                 "torch on cpu"):  # fmt: skip
        assert fact in out
    assert command("a.mp4", "bad.mp4", "--dry-run", "--json") == 1
    plan, done = objects(capsys.readouterr().out)
    assert plan["event"] == "plan" and done["event"] == "done" and done["failed"] == 1


def test_an_unexpected_error_asks_for_debug(
    command: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(_: object) -> None:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr("render.planning.plan.make_plan", explode)
    assert command("a.mp4", "--json") == 1
    captured = capsys.readouterr()
    assert len(captured.err.splitlines()) == 1
    assert "internal error: ZeroDivisionError" in captured.err and "--debug" in captured.err
    assert objects(captured.out)[-1]["kind"] == "internal"
    assert command("a.mp4", "--debug") == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_fault_in_a_process_of_ours_is_an_internal_error(
    command: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(_: object) -> None:
        raise InternalError("a.mp4: probing it failed: TypeError: no", stderr_tail="Trace\nback")

    monkeypatch.setattr("render.planning.plan.make_plan", explode)
    assert command("a.mp4", "--json") == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "error: internal error: a.mp4: probing it failed: TypeError: no; "
        "run again with --debug and report it"
    ]
    (event,) = objects(captured.out)
    assert (event["event"], event["kind"], event["exit_status"]) == ("error", "internal", 1)
    assert command("a.mp4", "--debug") == 1
    said = capsys.readouterr().err
    assert "there: Trace\nthere: back\n" in said and "TypeError: no\n" in said


def test_debug_shows_what_ffmpeg_said(
    command: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise FFmpegError("ffmpeg failed", command=("ffmpeg", "-i", "a b"), stderr_tail="[x] why")

    monkeypatch.setattr("render.planning.plan.make_plan", fail)
    assert command("a.mp4") == 1
    assert capsys.readouterr().err == "error: ffmpeg failed\n"
    command("a.mp4", "--debug")
    err = capsys.readouterr().err
    assert "command: ffmpeg -i 'a b'" in err and "ffmpeg: [x] why" in err


def test_the_pipeline_is_closed_whatever_happens(
    command: Command, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("render.cli.progress.Progress.start", fail)
    assert command("a.mp4") == 1
    assert machine.closed


@pytest.mark.parametrize(
    ("force", "how"), [([], "the same"), (["--force"], "without --force the same")]
)
def test_an_interrupted_run_says_what_is_kept(
    force: list[str], how: str, command: Command, machine: Machine, capsys: Capture,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)

    def work(plan: Plan, executor: None) -> Generator[Event, None, None]:
        for event in machine.run(plan, executor):
            if isinstance(event, CellStarted) and event.cell is plan.cells[-1]:
                raise KeyboardInterrupt
            yield event

    def plan(request: Request) -> Plan:
        return replace(machine.make_plan(request), force=request.force)

    monkeypatch.setattr("render.execution.execute.run", work)
    monkeypatch.setattr("render.planning.plan.make_plan", plan)
    clips = ("a.mp4", "b.mp4", "c.mp4")
    # Where nothing is kept there is nothing to say.
    assert command("a.mp4") == 130
    assert "stopped" not in capsys.readouterr().err
    for more in ((), ("--metrics", "none")):
        assert command(*clips, *more, *force) == 130
        assert capsys.readouterr().err.splitlines()[-2:] == [
            f"stopped: 2 of 3 previews are kept; {how} command goes on",
            "error: interrupted",
        ]
    begun = Path("previews") / STATE / "0123"
    Journal(begun / LINES).append({"kind": "cell", "preview": "c.mp4"})
    for number in range(2):
        (begun / f"0000{number}.mp4").write_bytes(b"a part")
    parts = "" if force else " and 2 parts of others"
    assert command(*clips, *force) == 130
    assert f"stopped: 2 of 3 previews{parts} are kept; {how} command" in capsys.readouterr().err


EVIL = "a\x1b[31m\nb\u202e\u00a0é.mp4"


def test_names_cannot_write_to_the_terminal(command: Command, capsys: Capture) -> None:
    assert safe(EVIL) == "a\\x1b[31m\\nb\\u202e\u00a0é.mp4"
    assert safe(os.fsdecode(b"\xff.mp4")) == "\\xff.mp4"
    for arguments in ([], ["--dry-run"]):
        command(EVIL, "bad" + EVIL, *arguments)
        captured = capsys.readouterr()
        shown = captured.err + (captured.out if arguments else "")
        assert "\x1b" not in shown and "\u202e" not in shown


def test_names_that_are_not_utf8_survive(command: Command, capsysbinary: Any) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    assert command(name) == 0
    assert capsysbinary.readouterr().out == b"previews/caf\xe9.mp4\n"
    assert command(name, "--json") == 0
    last = capsysbinary.readouterr().out.splitlines()
    assert json.loads(last[-2])["path"] == f"previews/{name}"
    assert command(name, "--dry-run") == 0


def test_a_reader_that_has_gone_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        put("x")
        put("y")


def test_presets(command: Command, capsys: Capture) -> None:
    assert command("presets") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("NAME") and any(line.startswith("a12-live ") for line in out)
    assert command("presets", "--json") == 0
    found = objects(capsys.readouterr().out)
    assert found[-1]["event"] == "done"
    assert found[0]["preset"]["size"] == "480x853"


def test_a_style_s_networks_share_a_row() -> None:
    from render.cli.styles import _rows
    from render.networks.catalogue import FoundStyle
    from render.networks.metadata import StyleMetadata
    from render.networks.spec import NetworkSpec

    found = [
        FoundStyle(
            Path(f"udnie.{name}.safetensors"),
            StyleMetadata("udnie", NetworkSpec.parse(name), "Udnie", "Picabia", "1913", "CC0-1.0"),
        )
        for name in ("res1", "res3")
    ]
    assert _rows(found) == [["udnie", "Udnie", "Picabia", "1913", "res3, res1", "CC0-1.0"]]


def test_version(command: Command, capsys: Capture) -> None:
    from render import __version__

    assert command("--version") == 0
    assert capsys.readouterr().out == f"render {__version__}\n"


def test_paths_stay_relative_as_given(command: Command, machine: Machine) -> None:
    command("a.mp4", "-o", "x/y.mp4")
    assert machine.request.output == Path("x/y.mp4")

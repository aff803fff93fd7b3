"""The user's settings file: what it may say, and what wins over what."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from render.cli import doctor
from render.cli.app import run as run_command_line
from render.cli.settings_file import KEYS
from render.engines.base import DeviceName
from render.errors import OutputError, UsageError
from render.planning.request import Request
from render.target import Rate, Size

from .conftest import Machine

Command = Callable[..., int]
Captured = pytest.CaptureFixture[str]
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    def put(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        monkeypatch.setenv("RENDER_CONFIG", str(path))
        return path

    return put


def test_what_a_command_line_leaves_open(command: Command, machine: Machine, write: Write) -> None:
    write('crf = 20\nfps = [10, 15]\nsize = "100x200"\ndevice = "cpu"\noutput = "there"\n')
    assert command("a.mp4", "--size", "300x400") == 0
    request = machine.request
    assert request.encoding.crf == 20 and request.device is DeviceName.CPU
    assert [str(look.target.rate) for look in request.looks] == ["10", "15"]
    assert {look.target.size for look in request.looks} == {Size(300, 400)}
    assert request.output == Path("there") and request.into_folder


@pytest.mark.parametrize("words", [["--crf", "5"], ["--crf=5"], ["--output", "x/", "--crf", "5"]])
def test_options_win(command: Command, machine: Machine, write: Write, words: list[str]) -> None:
    write("crf = 20\n")
    assert command(*words, "a.mp4") == 0
    assert machine.request.encoding.crf == 5


def test_a_short_name_is_the_option_too(command: Command, machine: Machine, write: Write) -> None:
    write('output = "there"\n')
    assert command("a.mp4", "-o", "here/") == 0
    assert machine.request.output == Path("here")


def test_a_preset_wins_for_what_it_says(
    command: Command, machine: Machine, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text('schema = 1\nfps = 12\nnetwork = "res1"\n')
    write('fps = 24\nnetwork = "res5"\ncrf = 30\npreset = "mine.toml"\n')
    assert command("a.mp4") == 0  # which the file names, beside itself
    assert command("a.mp4", "--preset", str(tmp_path / "mine.toml")) == 0
    for request in machine.requests:
        (look,) = request.looks
        assert (look.target.rate, look.target.network) == (Rate.parse(12), "res1")
        assert request.encoding.crf == 30
    assert command("a.mp4", "--fps", "8") == 0
    assert machine.request.looks[0].target.rate == Rate.parse(8)


def test_a_style_file_brings_its_own_network(
    command: Command, machine: Machine, write: Write
) -> None:
    write('network = "res5"\n')
    assert command("a.mp4", "--style", "mine.safetensors") == 0
    assert machine.request.looks[0].target.network is None
    assert command("a.mp4", "--style", "udnie") == 0
    assert machine.request.looks[0].target.network == "res5"


def test_files_are_found_from_the_settings_file_and_other_texts_are_not_touched(
    command: Command, machine: Machine, write: Write
) -> None:
    path = write('style = "styles/s.safetensors,udnie"\nfps = "30000/1001"\n')
    assert command("a.mp4") == 0
    styles = [look.style for look in machine.request.looks]
    assert styles == [str(path.parent / "styles/s.safetensors"), "udnie"]
    assert machine.request.looks[0].target.rate == Rate.parse("30000/1001")
    path.write_text('style = "~/s.safetensors"\n')
    assert command("a.mp4") == 0
    assert machine.request.looks[0].style == str(Path.home() / "s.safetensors")


def test_flags_are_set_and_taken_back(command: Command, machine: Machine, write: Write) -> None:
    write("strict = true\nreport = false\n")
    assert command("a.mp4") == 0 and machine.request.strict
    assert command("a.mp4", "--no-strict") == 0 and not machine.request.strict
    assert command("--no-config", "a.mp4") == 0 and not machine.request.strict


def test_no_config_and_none_read_nothing(
    command: Command, machine: Machine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("nonsense")
    assert command("a.mp4") == 2
    assert command("a.mp4", "--no-config") == 0
    monkeypatch.setenv("RENDER_CONFIG", "none")
    assert command("a.mp4") == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("crg = 20", "`crg`: unknown key; did you mean `crf`?"),
        ("play_on = 'A12'", "`play_on`: unknown key; did you mean `play-on`?"),
        ("force = true", "`force`: is of one run, and no setting; write --force"),
        ("[bensh]\nseed = 1", "`bensh`: unknown key; did you mean `bench`?"),
        ("crf = true", "`crf`: True: write a text or a number"),
        ("report = 'yes'", "`report`: yes: write true or false"),
        ("crf = 99", "`crf`: 99 is not a number from 0 to 51"),
        ("engine = 'torsch'", "`engine`: 'torsch': not one of"),
        ("style = ''", "`style`: is empty"),
        ("fps = 1979-05-27", "`fps`: datetime.date(1979, 5, 27): write a text"),
        ("preset = 'drafd'", "`preset`: there is no preset named 'drafd'; did you mean"),
        ("on = 'A99'", "`on`: there is no device 'A99'"),
        ("size = 'big'", "`size`: "),
        ("crf = ", "is not valid TOML"),
    ],
)
def test_what_cannot_be_meant_is_one_line_with_file_and_key(
    command: Command, capsys: Captured, write: Write, text: str, said: str
) -> None:
    path = write(text)
    assert command("a.mp4") == 2
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith(f"error: {path}: ") and said in first


def test_a_file_that_is_named_must_be_there(
    command: Command, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDER_CONFIG", str(tmp_path / "no.toml"))
    assert command("a.mp4") == 2
    assert "RENDER_CONFIG " in capsys.readouterr().err


def test_other_commands_have_tables(command: Command, capsys: Captured, write: Write) -> None:
    path = write('size = "1x1"\n[devices.show]\nsize = "480x853"\n')
    assert command("devices", "show", "A12") == 0
    assert command("presets") == 0
    capsys.readouterr()
    path.write_text("[devices.show]\nsise = 1\n")
    assert command("devices", "show", "A12") == 2
    assert "`devices.show.sise`: unknown key; did you mean `size`?" in capsys.readouterr().err


def test_a_watch_takes_what_a_render_would(
    command: Command, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def watch_folder(folder: Path, request: Request, *_: object, **more: object) -> None:
        asked.append((request, more["command"]))
        raise UsageError("seen")

    monkeypatch.setattr("render.watching.watch_folder.watch_folder", watch_folder)
    write('crf = 20\nfps = 10\nsize = "100x200"\n[watch]\nfps = 12\nsettle = 1\n')
    monkeypatch.setattr(sys, "argv", ["render", "watch", "in", "--crf=5"])
    assert command("watch", "in", "--crf=5") == 2
    ((request, recorded),) = asked
    assert [str(look.target.rate) for look in request.looks] == ["12"]
    assert [look.target.size for look in request.looks] == [Size(100, 200)]
    assert request.encoding.crf == 5
    assert recorded[:2] == ("render", "watch") and set(recorded[2:]) == {
        "--fps=12", "--size=100x200", "--settle=1", "in", "--crf=5",
    }  # fmt: skip


def test_the_machines_settings_are_of_every_command(
    command: Command, capsys: Captured, write: Write
) -> None:
    path = write('device = "sky"\n')
    assert command("bench") == 2
    assert f"{path}: `device`: " in capsys.readouterr().err


def test_the_environment_wins_for_ffmpeg(
    command: Command, machine: Machine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write('ffmpeg = "bin/ffmpeg"\n')
    assert command("a.mp4") == 0
    assert machine.request.ffmpeg == path.parent / "bin/ffmpeg"
    monkeypatch.setenv("RENDER_FFMPEG", "/opt/ffmpeg")
    assert command("a.mp4") == 0
    assert machine.request.ffmpeg == Path("/opt/ffmpeg")


def test_what_was_set_is_shown_and_recorded(
    command: Command, capsys: Captured, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("crf = 20\n")
    assert command("a.mp4", "--dry-run") == 0
    assert f"  settings {path}: --crf=20\n" in capsys.readouterr().out
    commands = []

    def sweep(_request: object, _outputs: object, *, command: tuple[str, ...], **_: object) -> None:
        commands.append(command)
        raise OutputError("enough")

    monkeypatch.setattr("render.sweeping.sweep.sweep", sweep)
    for words in (["a.mp4"], ["a.mp4", "--no-config"]):
        monkeypatch.setattr(sys, "argv", ["render", *words])
        assert command(*words) == 1
    assert commands == [("render", "--crf=20", "a.mp4"), ("render", "a.mp4", "--no-config")]


def test_config_shows_it(command: Command, capsys: Captured, write: Write) -> None:
    path = write('crf = 20\n[bench]\nsize = "1x1"\n')
    assert command("config") == 0
    assert capsys.readouterr().out.splitlines() == [str(path), "  crf = 20", "  bench.size = 1x1"]
    assert command("config", "--path") == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert command("config", "--json") == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["settings"] == {"crf": "20", "bench.size": "1x1"} and first["there"]


def test_the_doctor_shows_it_and_what_is_wrong_with_it(write: Write) -> None:
    path = write("crf = 20\n")
    report = doctor.Report()
    doctor._settings(report)
    assert report.settings == {"path": str(path), "there": True, "sets": {"crf": "20"}}
    path.write_text("crg = 20\n")
    doctor._settings(report)
    (problem,) = report.problems
    assert "did you mean `crf`?" in problem.what and problem.blocks


def test_every_key_is_an_option(command: Command, capsys: Captured) -> None:
    command("--help")
    out = capsys.readouterr().out
    assert [key for key in KEYS if f"--{key}" not in out] == []


def test_an_option_takes_back_what_it_contradicts(
    command: Command, capsys: Captured, machine: Machine, write: Write
) -> None:
    path = write('on = "A12"\nplay-on = "A12"\n')
    assert command("a.mp4", "--metrics", "none", "--latency", "66") == 0
    path.write_text('metrics = "none"\n')
    assert command("a.mp4", "--on", "A12") == 0


def test_config_looks_at_every_table(command: Command, capsys: Captured, write: Write) -> None:
    path = write("[train]\nstep = 100\n")
    assert command("config") == 2
    assert f"{path}: `train.step`: unknown key; did you mean `steps`?" in capsys.readouterr().err
    path.write_text("[doctor.dog]\nx = 1\n")
    assert command("config") == 2
    assert "`doctor.dog`: there is no such command" in capsys.readouterr().err


@pytest.mark.torch
def test_the_doctor_says_which_ffmpeg_the_settings_name(
    command: Command, capsys: Captured, write: Write
) -> None:
    path = write('ffmpeg = "/nowhere/ffmpeg"\n')
    assert command("doctor") == 1
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"problem: {path}: `ffmpeg`: /nowhere/ffmpeg: ")
    assert "--no-config" in second


def test_an_old_preset_s_note_is_said_once(
    write: Write, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write("crf = 20\n")
    old = tmp_path / "old.toml"
    (tmp_path / "mine.safetensors").write_bytes(b"")
    old.write_text('schema = 1\nstyle = "/gone/mine.safetensors"\n')
    assert run_command_line(["clip.mp4", "--preset", str(old)]) != 0
    assert capfd.readouterr().err.count("beside the preset is taken for it") == 1

"""`-q`, `-v`, `-V`: how much stderr says, for every command."""

import io
import json
import logging
import shlex
import sys
from collections.abc import Callable, Iterator

import pytest

from render.cli import verbosity
from render.cli.live import Live
from render.cli.log_lines import listening
from render.cli.output import detail, labelled, say
from render.cli.status import Status
from render.cli.verbosity import Verbosity
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.media.process import Process

Command = Callable[..., int]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def usual_afterwards() -> Iterator[None]:
    yield
    verbosity.ask(Verbosity.USUAL)


@pytest.mark.parametrize("flag", ["-q", "--quiet"])
def test_quiet_leaves_results_and_what_matters(
    command: Command, capsys: Captured, flag: str
) -> None:
    assert command("clip.mp4", "broken.mp4", flag) == 1
    out, err = capsys.readouterr()
    assert out == "previews/clip.mp4\n"
    assert err.splitlines() == [
        "warning: clip.mp4: 70 of about 75 frames decoded",
        "error: broken.mp4: ran out of frames",
    ]


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_verbose_says_what_runs_and_how_long_it_takes(
    command: Command, capsys: Captured, flag: str
) -> None:
    assert command("clip.mp4") == 0
    usual = capsys.readouterr()
    assert command(flag, "clip.mp4") == 0
    out, err = capsys.readouterr()
    assert out == usual.out
    more = [line for line in err.splitlines() if line not in usual.err.splitlines()]
    assert any(line.startswith("render 0.") and ", python 3." in line for line in more)
    assert any("decode 1.0 s, resize 0.5 s, stylize 30 s" in line for line in more)


def test_json_is_the_same_however_much_is_said(command: Command, capsys: Captured) -> None:
    said = []
    for flags in ([], ["-q"], ["-v"]):
        command("clip.mp4", "--json", *flags)
        lines = map(json.loads, capsys.readouterr().out.splitlines())
        said.append([line | {"wall": 0} for line in lines])
    assert said[0] == said[1] == said[2]


def test_both_are_refused_and_files_of_that_name_are_not(
    command: Command, capsys: Captured
) -> None:
    assert command("clip.mp4", "-q", "--verbose") == 2
    assert "error: --quiet and --verbose: leave out one of them\n" in capsys.readouterr().err
    assert command("-q", "--", "clip.mp4", "-v") == 0
    assert capsys.readouterr().out.splitlines() == ["previews/clip.mp4", "previews/-v.mp4"]


def test_debug_says_its_part_however_quiet_a_run_is(command: Command, capsys: Captured) -> None:
    assert command("broken.mp4", "-q", "--debug") == 1
    assert capsys.readouterr().err.startswith("render.errors.ClipError: ran out of frames\n")


def test_a_usage_error_needs_no_more_words_in_quiet(command: Command, capsys: Captured) -> None:
    assert command("clip.mp4", "-q", "--fps", "x") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: --fps: ")


@pytest.mark.parametrize("words", [["-V"], ["--version"], ["clip.mp4", "-V"], ["bench", "-V"]])
def test_version(command: Command, capsys: Captured, words: list[str]) -> None:
    assert command(*words) == 0
    assert capsys.readouterr().out.startswith("render 0.")


@pytest.mark.parametrize("words", [[], ["doctor"], ["devices", "show"], ["styles"]])
def test_every_page_names_them(command: Command, capsys: Captured, words: list[str]) -> None:
    command(*words, "--help")
    out = capsys.readouterr().out
    for option in ("-q, --quiet", "-v, --verbose", "-V, --version", "-h, --help", "--no-config"):
        assert f"\n  {option}  " in out


@pytest.mark.parametrize("terminal", [True, False])
def test_a_quiet_run_says_nothing_of_its_progress(terminal: bool) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    quiet, usual = Stream(), Stream()
    for stream, asked in ((quiet, Verbosity.QUIET), (usual, Verbosity.USUAL)):
        verbosity.ask(asked)
        clock = iter(map(float, range(0, 100, 10)))
        live = Live(stream, lambda clock=clock: next(clock), ticks=False)  # type: ignore[misc]
        for done in range(3):
            live.show(Status("clip.mp4", 0, 0, "loading", done=done))
        live.close()
    assert not quiet.getvalue() and "clip.mp4: loading" in usual.getvalue()


def test_a_line_is_said_from_where_it_matters(capsys: Captured) -> None:
    heard = {}
    for asked in Verbosity:
        verbosity.ask(asked)
        detail("detail")
        say("words")
        for label in ("note", "warning", "error"):
            say(labelled(label, "x", sys.stderr))
        heard[asked] = capsys.readouterr().err.split("\n")[:-1]
    matter = ["warning: x", "error: x"]
    assert heard[Verbosity.QUIET] == matter
    assert heard[Verbosity.USUAL] == ["words", "note: x", *matter]
    assert heard[Verbosity.VERBOSE] == ["detail", "words", "note: x", *matter]


def test_of_ffmpegs_commands_the_first_of_each_form_is_said(capsys: Captured) -> None:
    def run(segment: int) -> None:
        words = ("/opt/ffmpeg-linux", "-ss", str(segment), "-i", f".render-{segment:x}-1.ffconcat",
                 "-metadata", f"description={segment}", f"file:{segment:05}.mp4")  # fmt: skip
        logger = logging.getLogger("render.media.process")
        logger.debug("%s", " ".join(words), extra={"command": words})

    verbosity.ask(Verbosity.VERBOSE)
    with listening(all_commands=False):
        run(1)
        run(0xA)
    assert capsys.readouterr().err == (
        "ffmpeg -ss 1 -i .render-1-1.ffconcat -metadata 'description=…' file:00001.mp4\n"
    )
    with listening(all_commands=True):
        run(1)
        run(2)
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("description=1 file:00001.mp4") and " -ss 2 " in second
    run(3)
    assert capsys.readouterr().err == ""


def test_the_library_logs_which_ffmpeg_runs_and_with_what(
    ff: FFmpeg, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "render"):
        assert find_ffmpeg() == ff
        with Process(ff.path, ["-version"]) as process:
            process.wait()
    which, command = caplog.records
    assert which.getMessage() == f"ffmpeg {ff.version}: {ff.path}"
    assert getattr(command, "command", None) == process.command
    assert command.getMessage() == shlex.join(process.command)


def test_every_command_takes_debug(command: Command, capsys: Captured) -> None:
    assert command("presets", "--debug") == 0
    assert command("styles", "show", "nobody", "--debug") == 1
    assert capsys.readouterr().err.startswith("Traceback (most recent call last)")

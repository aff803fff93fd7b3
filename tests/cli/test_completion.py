"""`render completion`: asked in a real bash; zsh and fish where they are."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from render.cli import shell_names
from render.cli.app import make_app
from render.cli.app import run as run_command_line
from render.cli.completion_bash import bash_script
from render.cli.completion_fish import fish_script
from render.cli.completion_table import Command, commands
from render.media.encoding import Encoder
from render.target import Upscaling

Captured = pytest.CaptureFixture[str]
Complete = Callable[..., list[str]]

ASK = """
ask() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _render
  printf '%s\\n' "${COMPREPLY[@]}"
}
"""


@pytest.fixture(scope="module")
def found() -> list[Command]:
    return list(commands(make_app()))


@pytest.fixture(scope="module")
def complete(found: list[Command], tmp_path_factory: pytest.TempPathFactory) -> Complete:
    """What bash offers for the last of some words, in a folder of files of every kind."""
    folder = tmp_path_factory.mktemp("complete")
    (folder / "sub").mkdir()
    for name in ("my clip.mp4", "B.MOV", "note.txt", "p.toml", "s.safetensors"):
        (folder / name).touch()
    command = folder / "sub/render"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m render "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    (folder / "sub/script").write_text(bash_script(found) + ASK)
    environment = os.environ | {
        "PYTHONPATH": str(Path(shell_names.__file__).parents[2]),
        "RENDER_PRESETS": str(folder),
    }

    def ask(*words: str) -> list[str]:
        done = subprocess.run(
            ["bash", "--norc", "-c", 'source sub/script; ask "$@"', "-", "sub/render", *words],
            cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.split("\n")[:-1]

    return ask


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["be"], ["bench"]),
        (["-q", "--fps", "15", "be"], ["bench"]),
        (["my clip.mp4", "be"], [""]),
        (["--fps", ""], [""]),
        (["--enc"], ["--encoder"]),
        (["bench", "--siz"], ["--size"]),
        (["devices", "sh"], ["show"]),
        (["help", "dev"], ["devices"]),
        (["--engine", "o"], ["openvino"]),
        (["--engine", "=", "o"], ["openvino"]),  # as bash parts --engine=o
        (["--engine=o"], ["--engine=openvino"]),  # as zsh does
        (["--upscaler", "nearest,b"], ["nearest,bilinear", "nearest,bicubic"]),
        (["my"], ["my clip.mp4"]),
        (["--", "B"], ["B.MOV"]),
        (["--cells", ""], ["p.toml", "sub"]),
        (["choose", ""], ["sub"]),
        (["completion", "z"], ["zsh"]),
        (["--preset", "p"], ["p", "p.toml"]),
        (["devices", "show", "A17"], [r"A17\ Pro"]),
    ],
)
def test_bash(complete: Complete, words: list[str], offered: list[str]) -> None:
    assert sorted(complete(*words)) == sorted(offered)


def test_every_option_of_every_command_is_offered(found: list[Command], capsys: Captured) -> None:
    assert {command.chain for command in found} >= {(), ("bench",), ("devices", "import")}
    for command in found:
        run_command_line([*command.chain, "--help"])
        page = capsys.readouterr().out
        for option in command.options:
            assert any(f"{name}" in page for name in option.names), (command.chain, option.names)


def test_the_words_are_those_that_there_are(found: list[Command]) -> None:
    words = {
        name: option.values.words
        for option in found[0].options
        for name in option.names
        if option.values
    }
    assert words["--encoder"] == tuple(encoder.value for encoder in Encoder)
    assert words["--upscaler"] == tuple(one.value for one in Upscaling)
    assert words["--metrics"] == ("none", "fast", "full", "later")


def test_the_names_are_those_that_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from render.devices.profile import shipped_profiles
    from render.networks.catalogue import list_styles
    from render.presets.preset_library import list_presets

    monkeypatch.setenv("RENDER_PRESETS", str(tmp_path))
    styles = list_styles()
    assert shell_names.names("presets") == [preset.name for preset in list_presets()]
    assert shell_names.names("styles") == sorted({one.metadata.style for one in styles})
    assert shell_names.names("networks") == sorted({one.metadata.spec.name for one in styles})
    assert shell_names.names("devices") == sorted(one.name for one in shipped_profiles())
    (tmp_path / "mine.toml").touch()
    assert "mine" in shell_names.names("presets")
    assert shell_names.names("nonsense") == []


def test_names_import_nothing_heavy() -> None:
    code = (
        "import sys; from render.cli import main; sys.argv = ['render', '__names', 'devices']; "
        "main(); print([m for m in ('cyclopts', 'pydantic', 'numpy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("A12\n") and done.stdout.endswith("\n[]\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_its_shell_reads(
    shell: str, found: list[Command], tmp_path: Path
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    script = tmp_path / "script"
    script.write_text(fish_script(found) if shell == "fish" else bash_script(found))
    done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_fish(found: list[Command], tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(fish_script(found))
    lines = ["render be", "render bench --siz", "render --upscaler nearest,bil", "render devices s"]
    asked = "; ".join(f"complete -C'{line}'" for line in lines)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; {asked}"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    offered = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert offered == ["bench", "--size", "nearest,bilinear", "show"]


def test_an_unknown_shell_is_refused(capsys: Captured) -> None:
    assert run_command_line(["completion", "bsh"]) == 2
    assert "bsh: no script for that shell; did you mean `bash`?" in capsys.readouterr().err
    assert run_command_line(["completion"]) == 2
    assert run_command_line(["completion", "bash"]) == 0
    assert "\ncomplete -F _render render\n" in capsys.readouterr().out

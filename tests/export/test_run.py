"""An export from end to end: same bytes again, words inside, nothing left of what failed."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run
from render.errors import ExportError, OutputError
from render.export import run as module
from render.export.canonical import digest
from render.export.graph import read
from render.export.pictures import given
from render.export.run import export
from render.export.target import Compression, Format
from render.export.words import target_of
from tests.export.conftest import finished, make_target

SMALL = ("--network", "res1", "--size", "66x94", "--upscale", "132x188")


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


CommandLine = Callable[..., Done]


@pytest.fixture
def cli(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RENDER_DEVICES", str(tmp_path / "none"))

    def call(*words: str) -> Done:
        status = run(list(words))
        captured = capsys.readouterr()
        return Done(status, captured.out, captured.err)

    return call


@pytest.mark.parametrize("suffix", [".mlpackage", ".mlmodel"])
def test_export_and_verify(suffix: str, cli: CommandLine, tmp_path: Path) -> None:
    name = f"live{suffix}"
    done = cli("export", "a12-live", *SMALL, "-o", name, "--on", "A12")
    assert done.status == 0, done.err
    assert done.out == f"{name}\n"
    assert "PSNR" in done.err and "risk: " in done.err and "not checked" in done.err
    assert "ms (" in done.err and "on A12" in done.err
    # Not a word of coremltools' own.
    assert "Torch version" not in done.err and "libcoremlpython" not in done.err
    assert "Running MIL" not in done.err
    words = read(tmp_path / name).metadata
    assert (
        words["license"] == "CC0-1.0"
        and words["author"]
        and "composition-vii" in words["description"]
    )
    assert json.loads(words["preset"])["size"] == "66x94"
    facts = json.loads(words["render"])
    assert facts["provenance"]["artist"] and facts["network"] == "res1"
    again = cli("verify", name)
    assert again.status == 0 and "FAILED" not in again.out
    as_json = cli("verify", name, "--json")
    first, last = map(json.loads, as_json.out.splitlines())
    assert first["passed"] is True and first["psnr"] > 55 and last["event"] == "done"


def test_the_same_bytes_in_another_process(cli: CommandLine, tmp_path: Path) -> None:
    for form in Format:
        first, second = (f"{name}.{form}" for name in ("first", "second"))
        assert cli("export", "a12-live", *SMALL, "-o", first).status == 0
        command = [sys.executable, "-m", "render", "export", "a12-live", *SMALL, "-o", second]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        assert digest(tmp_path / first) == digest(tmp_path / second)
    assert not (tmp_path / "first.mlpackage" / "executorch_debug_handle_mapping.json").exists()


def test_no_path_of_this_machine_is_inside(cli: CommandLine, tmp_path: Path) -> None:
    from render.networks.catalogue import find_style

    mine = tmp_path / "private" / "mine.safetensors"
    mine.parent.mkdir()
    mine.write_bytes(find_style("udnie", "res1").path.read_bytes())
    words = (
        "--style",
        str(mine),
        "--network",
        "res1",
        "--size",
        "66x94",
        "--no-upscale",
        "-o",
        "a.mlmodel",
    )
    assert cli("export", "a12-live", *words).status == 0
    assert b"private" not in (tmp_path / "a.mlmodel").read_bytes()
    # It is the shipped file byte for byte, so it is found by its name.
    assert cli("verify", "a.mlmodel").status == 0
    mine.write_bytes(find_style("great-wave", "res1").path.read_bytes())
    other = cli("verify", "a.mlmodel", "--style", str(mine))
    assert other.status == 1 and "was made of another file" in other.err


def test_what_fails_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = make_target()
    output = tmp_path / "a.mlpackage"
    right = module.shipped

    def wrong(asked: Any) -> Any:
        made = right(asked)
        made.network.strength = 0.5
        return made

    monkeypatch.setattr(module, "shipped", wrong)
    with pytest.raises(ExportError, match="is not what the preview shows, and was removed: PSNR"):
        finished(export(target, {}, given(target, None), output))
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_when_the_new_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target()
    output = tmp_path / "a.mlpackage"
    finished(export(target, {}, given(target, None), output))
    before = digest(output)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "save", full)
    with pytest.raises(OutputError, match="No space left on device"):
        finished(export(target, {}, given(target, None), output, force=True))
    assert digest(output) == before and [p.name for p in tmp_path.iterdir()] == ["a.mlpackage"]
    monkeypatch.undo()
    with pytest.raises(OutputError, match="exists already"):
        finished(export(target, {}, given(target, None), output))
    finished(export(make_target(strength=0.5), {}, given(target, None), output, force=True))
    assert digest(output) != before and [p.name for p in tmp_path.iterdir()] == ["a.mlpackage"]


def test_an_interrupted_export_leaves_nothing(tmp_path: Path) -> None:
    target = make_target()
    steps = export(target, {}, given(target, None), tmp_path / "a.mlpackage")
    next(steps)
    next(steps)
    steps.close()
    assert list(tmp_path.iterdir()) == []


def test_compression_says_its_loss(cli: CommandLine) -> None:
    done = cli("export", "a12-live", *SMALL, "--compress", "int8", "-o", "a.mlpackage")
    assert done.status == 0
    assert "note: --compress int8: needs iOS 16" in done.err and "lost to int8: " in done.err
    worse = cli("export", "a12-live", *SMALL, "--compress", "palettize4", "-o", "b.mlpackage")
    assert worse.status == 1 and "PSNR" in worse.err and not Path("b.mlpackage").exists()


def test_a_model_tells_its_target(tmp_path: Path, cli: CommandLine) -> None:
    words = (*SMALL, "--context", "camera", "--strength", "0.7", "--landscape", "-o", "a.mlmodel")
    assert cli("export", "a12-live", *words).status == 0
    target = target_of(read(tmp_path / "a.mlmodel").metadata, None, "a")
    assert (str(target.size), str(target.upscale), target.strength) == ("94x66", "188x132", 0.7)
    assert target.surroundings.value == "camera" and target.ios == 14
    assert target.compression is Compression.NONE
    assert str(target.input_size) == str(read(tmp_path / "a.mlmodel").image.size)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no preset given"),
        (("a12-liv",), "did you mean"),
        (("a12-live", "-o", "a.zip"), "is called NAME.mlpackage"),
        (("a12-live", "--format", "mlmodel", "-o", "a.mlpackage"), "is called NAME.mlmodel"),
        (("a12-live", "--format", "onnx"), "--format 'onnx': not one of mlpackage, mlmodel"),
        (("a12-live", "--ios", "12"), "--ios 12: this form runs on iOS 15 to 18"),
        (("a12-live", "--ios", "new"), "--ios 'new'"),
        (("a12-live", "--compress", "int8", "--ios", "15"), "runs on iOS 16 to 18"),
        (("a12-live", "--compress", "int8", "--format", "mlmodel"), "use --format mlpackage"),
        (("a12-live", "--size", "4100x5000"), "at most 4096 pixels a side"),
        (("a12-live", "--network", "res4"), "no file for network res4"),
        (("a12-live", "--on", "A1"), "there is no device 'A1'"),
        (("a12-live", "--clip", "nothing.mp4"), "nothing.mp4"),
    ],
)
def test_mistakes_are_one_line(
    words: tuple[str, ...], said: str, cli: CommandLine, tmp_path: Path
) -> None:
    done = cli("export", *words)
    assert done.status in (1, 2) and said in done.err, done.err
    assert len([line for line in done.err.splitlines() if line.startswith("error:")]) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_upscaler_that_core_ml_lacks(cli: CommandLine, tmp_path: Path) -> None:
    preset = tmp_path / "sharp.toml"
    preset.write_text('schema = 1\nupscaler = "lanczos"\nnetwork = "res1"\nsize = "66x94"\n')
    done = cli("export", "sharp.toml")
    assert done.status == 1 and "use --no-upscale" in done.err
    assert cli("export", "sharp.toml", "--no-upscale", "-o", "a.mlmodel").status == 0


def test_without_coremltools_one_line_says_so(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "coremltools", None)
    done = cli("export", "a12-live", *SMALL)
    assert done.status == 1
    assert "pip install 'render[coreml]'" in done.err

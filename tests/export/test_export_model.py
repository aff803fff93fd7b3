"""An export from end to end: same bytes again, words inside, nothing left of what failed."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run
from render.cli.export_request import ask
from render.errors import ExportError, OutputError
from render.export import export_model as module
from render.export.canonical import digest
from render.export.description import target_of
from render.export.export_model import export
from render.export.export_target import Compression, Format
from render.export.proof_pictures import given
from render.export.read_model import read
from render.networks.spec import NetworkSpec
from render.target import Size
from tests.export.conftest import finished, make_target

pytestmark = pytest.mark.usefixtures("loaded")

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
    assert "PSNR" in done.err and "risk (medium): " in done.err and "not checked" in done.err
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
        assert cli("export", "a12-live", *SMALL, "-o", f"first.{form}").status == 0
    code = "import sys\nfrom render.cli.app import run\n" + "".join(
        f"assert run(['export', 'a12-live', *sys.argv[1:], '-o', 'second.{form}']) == 0\n"
        for form in Format
    )
    command = [sys.executable, "-c", code, *SMALL]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for form in Format:
        assert digest(tmp_path / f"first.{form}") == digest(tmp_path / f"second.{form}")
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


def test_what_programs_read(cli: CommandLine) -> None:
    done = cli("export", "a12-live", *SMALL, "-o", "a.mlmodel", "--json", "--on", "A12")
    assert done.status == 0, done.err
    first, last = map(json.loads, done.out.splitlines())
    assert (first["event"], first["path"], first["input"]) == ("export", "a.mlmodel", "66x94")
    assert first["output"] == "132x188" and first["ios"] == 14 and first["ran_on"] == []
    assert first["psnr"] > 55 and first["macs"] == NetworkSpec.parse("res1").macs(Size(66, 94))
    assert all(check["passed"] for check in first["checks"])
    assert {risk["severity"] for risk in first["risks"]} == {"medium", "low"}
    assert first["estimate"]["network"] == "res1" and first["estimate"]["ms"] > 0
    assert last["event"] == "done" and last["exit_status"] == 0


@pytest.mark.parametrize(
    ("words", "size", "note"),
    [
        (("--size", "94x66"), "66x94", True),
        (("--size", "94x66", "--orient", "as-given"), "94x66", False),
        (("--size", "94x66", "--orient", "landscape"), "94x66", False),
        (("--size", "66x94"), "66x94", False),
        (("--size", "66x94", "--orient", "landscape"), "94x66", True),
    ],
)
def test_sizes_are_turned_as_a_phone_is_held(words: tuple[str, ...], size: str, note: bool) -> None:
    options = dict(zip(words[::2], words[1::2], strict=True))
    form = dict.fromkeys(("format", "ios", "precision", "compress", "context"))
    asked = ask("a12-live", {"size": words[1]}, form | {"orient": options.get("--orient")}, None)
    assert str(asked.target.size) == size
    assert any("as a phone is held" in said for said in asked.notes) is note
    landscape = asked.target.size.landscape and "--orient" in words and "landscape" in words
    assert asked.target.upscale == (Size(1920, 1080) if landscape else Size(1080, 1920))


def test_a_preset_that_keeps_its_sizes_keeps_them(tmp_path: Path) -> None:
    preset = tmp_path / "wide.toml"
    preset.write_text('schema = 1\norient = "as-given"\nsize = "94x66"\nupscale = "none"\n')
    form = dict.fromkeys(("orient", "format", "ios", "precision", "compress", "context"))
    assert str(ask(str(preset), {}, form, Path("a.mlmodel")).target.size) == "94x66"


def test_a_hand_off_is_written_too(cli: CommandLine, tmp_path: Path) -> None:
    words = ("export", "a12-live", *SMALL, "-o", "a.mlmodel", "--handoff", "out")
    done = cli(*words)
    assert done.status == 0 and done.out == "a.mlmodel\nout\n"
    assert (tmp_path / "out" / "report.json").is_file()
    again = cli(*words[:-3], "b.mlmodel", "--handoff", "out")
    assert again.status == 1 and "--force" in again.err
    assert not (tmp_path / "b.mlmodel").exists()


def test_a_hand_off_that_cannot_be_written_costs_no_model(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError("out: cannot be written (No space left on device)")

    monkeypatch.setattr("render.export.handoff.folder.write_handoff", full)
    words = ("export", "a12-live", *SMALL, "-o", "a.mlmodel", "--handoff", "out", "--json")
    done = cli(*words)
    exported, failed, last = map(json.loads, done.out.splitlines())
    assert exported["event"] == "export" and (tmp_path / "a.mlmodel").is_file()
    assert (failed["event"], failed["step"]) == ("failed", "handoff")
    assert (last["failed"], last["exit_status"], done.status) == (1, 1, 1)


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


def test_what_cannot_be_verified_is_told_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target(upscale=None)
    larger = module.shipped(make_target())
    monkeypatch.setattr(module, "shipped", lambda _: larger)
    with pytest.raises(ExportError) as error:
        finished(export(target, {}, given(target, None), tmp_path / "a.mlpackage"))
    assert str(error.value) == (
        f"{tmp_path}/a.mlpackage: is not of this target: returns, size 216x292, not 97x131"
    )
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
    assert "note: --compress int8 needs iOS 16" in done.err
    assert re.search(r"^int8: [\d.]+ dB before, [\d.]+ dB with it; ", done.err, re.MULTILINE)


def test_a_model_tells_its_target(tmp_path: Path, cli: CommandLine) -> None:
    words = (
        *SMALL,
        "--context",
        "camera",
        "--strength",
        "0.7",
        "--orient",
        "landscape",
        "-o",
        "a.mlmodel",
    )
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
        (("a12-live", "--ios", "12"), "--ios 12: this form (mlpackage) is for iOS 15 to 18"),
        (("a12-live", "--ios", "new"), "--ios 'new'"),
        (("a12-live", "--compress", "int8", "--ios", "15"), "is for iOS 16 to 18"),
        (("a12-live", "--format", "mlmodel", "--ios", "16"), "leave --ios out"),
        (("a12-live", "--compress", "int8", "--format", "mlmodel"), "use --format mlpackage"),
        (("a12-live", "--size", "4100x5000"), "GB of numbers at one time"),
        (("a12-live", "--size", "9000x9000"), "must be 1 to 8192 pixels"),
        (("a12-live", "--upscaler", "bicubic"), "Core ML has none"),
        (("a12-live", "--upscaler", "nearest"), "use --upscale 960x1706"),
        (("a12-live", "--orient", "up"), "--orient 'up': not one of portrait, landscape"),
        (("a12-live", "--context", "none"), "--context 'none': not one of reflect, camera"),
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
    assert done.status == 1 and "or --no-upscale and scale in the app" in done.err
    assert cli("export", "sharp.toml", "--no-upscale", "-o", "a.mlmodel").status == 0


def test_without_coremltools_one_line_says_so(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "coremltools", None)
    done = cli("export", "a12-live", *SMALL)
    assert done.status == 1
    assert "pip install 'live-filter-preview[coreml]'" in done.err

"""``render styles import``: a path on stdout, words on stderr, refusals in one line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from render.cli.app import run
from render.media.ffmpeg import FFmpeg
from render.networks.metadata import read_metadata
from tests.media.preview import pictures
from tests.networks.transformer_net import Graph, TransformerNet

pytestmark = pytest.mark.torch

NAME = "res1-w8-k9-in-reflect-linear"
Capture = pytest.CaptureFixture[str]
Import = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.save(TransformerNet().state_dict(), tmp_path / "wave.pth")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(*arguments: str) -> int:
    return run(["styles", "import", *arguments])


def test_it_writes_a_style(folder: Path, capfd: Capture) -> None:
    words = ["--title", "The Wave", "--artist", "A", "--year", "1831", "--licence", "CC0-1.0",
             "--trained-on", "photographs", "--author", "me"]  # fmt: skip
    assert imported("wave.pth", "-o", "my/wave.safetensors", *words) == 0
    stdout, stderr = capfd.readouterr()
    assert stdout == "my/wave.safetensors\n"
    lines = stderr.splitlines()
    assert lines[0].startswith(f"TransformerNet of pytorch/examples: {NAME}, 0.03 M parameters, ")
    assert lines[0].endswith(" G MACs at 480x853")
    assert "differs from wave.pth by 0.00" in lines[1] and "half precision" in lines[1]
    assert lines[2].startswith("note: instance norm and reflect padding are not native on")
    assert "not native on the neural engine before the A14 (its generation H13)" in lines[2]
    assert lines[2].endswith("its 9x9 convolutions would be faster as two of 5x5")
    assert len(lines) == 3
    found = read_metadata(folder / "my/wave.safetensors")
    assert (found.style, found.network, found.title, found.artist) == (
        "wave",
        NAME,
        "The Wave",
        "A",
    )
    assert (found.year, found.licence, found.author) == ("1831", "CC0-1.0", "me")
    assert found.trained_on == "photographs"
    assert found.settings["imported_from"] == "wave.pth"
    assert found.measured["import_max_difference"] < 0.02
    assert sorted(p.name for p in (folder / "my").iterdir()) == ["wave.safetensors"]


def test_what_is_not_known_is_said(folder: Path, capfd: Capture) -> None:
    assert imported("wave.pth", "-o", f"wave.{NAME}.safetensors") == 0
    stderr = capfd.readouterr().err
    assert "does not say its licence and what it was trained on" in stderr
    found = read_metadata(folder / f"wave.{NAME}.safetensors")
    assert (found.style, found.licence, found.trained_on) == ("wave", "unknown", "unknown")
    assert imported("wave.pth", "-o", "b.safetensors", "--licence", "MIT", "--style", "sea") == 0
    stderr = capfd.readouterr().err
    assert "does not say what it was trained on; " in stderr and "--licence" not in stderr
    assert read_metadata(folder / "b.safetensors").style == "sea"


def test_a_style_gets_new_words(folder: Path, capfd: Capture) -> None:
    assert imported("wave.pth", "-o", "wave.safetensors", "--title", "T", "--licence", "MIT") == 0
    again = ["wave.safetensors", "-o", "wave.safetensors", "--artist", "A"]
    capfd.readouterr()
    assert imported(*again) == 1
    assert capfd.readouterr().err == (
        "error: wave.safetensors: exists already; --force overwrites it\n"
    )
    assert imported(*again, "--force") == 0
    found = read_metadata(folder / "wave.safetensors")
    assert (found.style, found.title, found.artist, found.licence) == ("wave", "T", "A", "MIT")
    assert found.settings["imported_from"] == "wave.pth"


def test_another_range_is_noticed(folder: Path, capfd: Capture) -> None:
    net = TransformerNet()
    with torch.no_grad():
        net.deconv3.conv2d.weight /= 255
        net.deconv3.conv2d.bias /= 255
    torch.save(net.state_dict(), "small.pth")
    assert imported("small.pth", "-o", "small.safetensors") == 0
    assert "may have been trained for another range than 0 to 255" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "no file given"),
        (
            ["wave.pth"],
            2,
            "-o is missing: name the style file to write, such as -o wave.safetensors",
        ),
        (["wave.pth", "-o", "wave.pt"], 2, "is called NAME.safetensors"),
        (["wave.pth", "-o", "a.safetensors", "--network", "rse3"], 2, "did you mean res3"),
        (
            ["wave.pth", "-o", "a.safetensors", "--network", "res3"],
            1,
            f"wave.pth: holds network {NAME}, not res3",
        ),
        (["none.pth", "-o", "a.safetensors"], 1, "none.pth: does not exist"),
        (["wave.pth", "-o", "wave.pth/a.safetensors"], 1, "cannot be written"),
    ],
)
def test_refusals(
    folder: Path, capfd: Capture, arguments: list[str], status: int, words: str
) -> None:
    assert imported(*arguments) == status
    stdout, stderr = capfd.readouterr()
    assert stdout == ""
    assert words in stderr and "Traceback" not in stderr
    assert [p.name for p in folder.iterdir()] == ["wave.pth"]


def test_the_network_may_be_named(folder: Path) -> None:
    assert imported("wave.pth", "-o", "a.safetensors", "--network", NAME) == 0


QUICK = ("--fps", "5", "--size", "64x36", "--upscale", "none", "--duration", "0.2")


@pytest.fixture
def imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where networks from elsewhere are kept."""
    place = tmp_path / "imports"
    monkeypatch.setenv("RENDER_IMPORTS", str(place))
    return place


def test_a_foreign_file_is_a_style_too(
    folder: Path, imports: Path, moving: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [str(moving), "--style", "wave.pth", *QUICK, "-o", "a.mp4"]
    assert run(command) == 0
    said = capfd.readouterr().err
    (kept,) = imports.rglob("*.safetensors")
    assert f"wave.pth: imported as a style of {NAME}, kept as {kept}" in said
    assert "note: wave.pth: instance norm and reflect padding are not native on" in said
    assert "note: wave.pth: the file does not say its licence" in said
    assert (kept.name, read_metadata(kept).settings["imported_from"]) == (
        "wave.safetensors", "wave.pth"
    )  # fmt: skip
    # Once: the second time it is not even read by torch, and the preview is the same.
    monkeypatch.setattr("render.networks.importers.import_model", None)
    assert run(command) == 0
    said = capfd.readouterr().err
    assert "1 kept" in said and "imported" not in said
    # By its content: another file of that name is another style.
    monkeypatch.undo()
    monkeypatch.setenv("RENDER_IMPORTS", str(imports))
    other = TransformerNet()
    with torch.no_grad():
        other.deconv3.conv2d.bias += 1
    torch.save(other.state_dict(), folder / "wave.pth")
    assert run(["styles", "show", str(folder / "wave.pth")]) == 0
    assert NAME in capfd.readouterr().out and len(list(imports.rglob("*.safetensors"))) == 2


def test_a_preset_may_name_a_foreign_file(
    folder: Path, imports: Path, moving: Path, capfd: Capture
) -> None:
    preset = folder / "presets" / "mine.toml"
    preset.parent.mkdir()
    (folder / "wave.pth").rename(preset.parent / "wave.pth")
    preset.write_text('schema = 1\nname = "mine"\nstyle = "wave.pth"\n')
    assert run([str(moving), "--preset", str(preset), *QUICK, "--dry-run"]) == 0
    assert NAME in capfd.readouterr().out and len(list(imports.rglob("*.safetensors"))) == 1


def test_a_damaged_import_is_made_anew(folder: Path, imports: Path, capfd: Capture) -> None:
    assert run(["styles", "show", "./wave.pth"]) == 0
    (kept,) = imports.rglob("*.safetensors")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:100])
    assert run(["styles", "show", "./wave.pth"]) == 0
    assert kept.read_bytes() == whole


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"PK\x03\x04nothing", "wave.pth: "), (b"hello", "is a pickle or an archive of them")],
)
def test_a_foreign_file_that_is_no_network(
    folder: Path, imports: Path, moving: Path, capfd: Capture, data: bytes, words: str
) -> None:
    (folder / "wave.pth").write_bytes(data)
    assert run([str(moving), "--style", "wave.pth", *QUICK]) == 1
    said = capfd.readouterr().err
    assert words in said and "Traceback" not in said
    assert not imports.exists() and not (folder / "previews").exists()


def test_where_an_import_cannot_be_kept(folder: Path, imports: Path, capfd: Capture) -> None:
    imports.write_text("a file")
    assert run(["styles", "show", "./wave.pth"]) == 1
    assert "cannot be written" in capfd.readouterr().err


@pytest.mark.parametrize("words", [["wave.pth"], ["wave.pth", "-o", "a.pt"]])
def test_what_is_missing_is_said_before_torch_is_loaded(folder: Path, words: list[str]) -> None:
    code = (
        "import sys; from render.cli.app import run;"
        f"assert run({['styles', 'import', *words]!r}) == 2;"
        "assert not {'torch', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_help_needs_no_torch() -> None:
    code = (
        "import sys; from render.cli.app import run; run(['styles', 'import', '--help']);"
        "assert not {'torch', 'onnx', 'numpy', 'openvino'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert "--trained-on" in done.stdout and "FILE" in done.stdout


def test_an_imported_style_renders(folder: Path, moving: Path, ff: FFmpeg) -> None:
    Graph(TransformerNet(), 9, numbered=True).save(folder / "wave.onnx")
    assert imported("wave.onnx", "-o", "wave.safetensors") == 0
    shown = []
    for engine in ("torch", "openvino"):
        command = [str(moving), "--style", "wave.safetensors", "--engine", engine, "--fps", "5",
                   "--size", "96x54", "--upscale", "none", "--duration", "1", "--crf", "0",
                   "-o", f"{engine}.mp4", "--device", "cpu"]  # fmt: skip
        assert run(command) == 0
        shown.append(pictures(ff, folder / f"{engine}.mp4").astype(int))
    assert shown[0].shape == shown[1].shape and shown[0].std() > 20
    assert np.abs(shown[0] - shown[1]).max() <= 2

"""``render styles`` and the commands below it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from render.cli.app import run
from render.networks.checkpoint import save_style
from render.networks.metadata import StyleMetadata, read_metadata
from render.networks.spec import NetworkSpec
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch

Capture = pytest.CaptureFixture[str]


def command(*words: str | Path) -> int:
    return run([str(word) for word in words])


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped styles of our own: two styles, two networks, one combination missing."""
    folder = tmp_path / "shelf"
    monkeypatch.setattr("render.networks.catalogue.styles_dir", lambda: folder)
    for name, network, steps in (
        ("sea", "res0-w4", 10),
        ("sea", "res1-w8", 20),
        ("sky", "res0-w4", 5),
    ):
        net = lively(network)
        said = StyleMetadata(
            name, net.spec, f"The {name.title()}", "Ann Otherwise", "1901", "CC0-1.0",
            f"a painting of the {name}; " + "photographs that are in the public domain " * 3, "Me",
            settings={"steps": steps, "batch": 4, "layers": ["relu1_2", "relu2_2"], "start": None},
            measured={"content": 9.5, "flicker": float("nan"), "by_size": {"360x640": 0.25}},
        )  # fmt: skip
        save_style(folder / f"{name}.{network}.safetensors", net, said)
    return folder


def error(capsys: Capture) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    first, *others = [t for t in captured.err.splitlines() if t.startswith("error: ")]
    assert not others and "Traceback" not in captured.err
    return first


def test_the_list(shelf: Path, capsys: Capture) -> None:
    assert command("styles") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", "sea", "sky"]
    assert "res1-w8, res0-w4" in lines[1]


def test_the_list_for_programs(shelf: Path, capsys: Capture) -> None:
    assert command("styles", "--json") == 0
    *styles, done = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(s["style"], s["network"]) for s in styles] == [
        ("sea", "res0-w4"), ("sea", "res1-w8"), ("sky", "res0-w4"),
    ]  # fmt: skip
    assert styles[0]["event"] == "style" and styles[0]["measured"]["flicker"] is None
    assert (done["event"], done["styles"], done["exit_status"]) == ("done", 3, 0)


def test_show_lays_out_all_of_a_style(shelf: Path, capsys: Capture) -> None:
    assert command("styles", "show", "sea") == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[:2] == ["The Sea", "Ann Otherwise, 1901"]
    table = next(i for i, line in enumerate(lines) if line.startswith("NETWORK"))
    for head in ("PARAMS (M)", "MACS (G)", "FILE (MB)", "CONTENT", "FLICKER", "BY SIZE.360X640"):
        assert head in lines[table]
    rows = [line.split() for line in lines[table + 1 : table + 3]]
    assert [row[0] for row in rows] == ["res1-w8", "res0-w4"], "the costliest first"
    assert rows[0][-3:] == ["9.5", "nan", "0.25"]
    for said in ("CC0-1.0", "Me", "relu1_2, relu2_2", "res1-w8: 20", "res0-w4: 10", str(shelf)):
        assert said in out
    assert sum("batch" in line for line in lines) == 1, "what is the same is said once"
    assert all(len(line) <= 100 or str(shelf) in line for line in lines)


def test_show_one_network_and_a_file(shelf: Path, tmp_path: Path, capsys: Capture) -> None:
    assert command("styles", "show", "sea", "--network", "res0-w4") == 0
    named = capsys.readouterr().out
    assert "res1-w8" not in named and "sea.res0-w4.safetensors" in named
    assert command("styles", "show", shelf / "sea.res0-w4.safetensors") == 0
    assert capsys.readouterr().out == named
    for name in ("show", "show.safetensors"):  # called as the command is
        show = tmp_path / name
        show.write_bytes((shelf / "sky.res0-w4.safetensors").read_bytes())
        assert command("styles", "show", show) == 0
        assert "The Sky" in capsys.readouterr().out


def _nan(path: Path) -> None:
    tensors, words = load_file(path), read_metadata(path).as_header()
    tensors["decoder.6.weight"].fill_(float("nan"))
    save_file(tensors, path, words)


def _lacking(path: Path) -> None:
    tensors, words = load_file(path), read_metadata(path).as_header()
    del tensors["decoder.6.weight"]
    save_file(tensors, path, words)


def _overlapping(path: Path) -> None:
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    first, second = [e for k, e in header.items() if k != "__metadata__" and e["shape"] == [4]][:2]
    second["data_offsets"] = first["data_offsets"]
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_nan, "holds numbers that are not finite"),
        (_lacking, "lacks 'decoder.6.weight'"),
        (_overlapping, "that overlaps another"),
    ],
)
def test_what_could_not_be_rendered_is_not_shown(
    shelf: Path, capsys: Capture, spoil: Callable[[Path], None], said: str
) -> None:
    path = shelf / "sea.res0-w4.safetensors"
    spoil(path)
    for words in ([path], [path, "--json"], ["sea", "--network", "res0-w4"]):
        assert command("styles", "show", *words) == 1
        captured = capsys.readouterr()
        assert said in captured.err and str(path) in captured.err
        assert all(json.loads(line)["event"] == "error" for line in captured.out.splitlines())


def test_show_for_programs(shelf: Path, capsys: Capture) -> None:
    assert command("styles", "show", "sea", "--json") == 0
    first, second, done = map(json.loads, capsys.readouterr().out.splitlines())
    spec = NetworkSpec.parse("res1-w8")
    assert (first["network"], second["network"]) == ("res1-w8", "res0-w4")
    assert first["parameters"] == spec.parameters()
    assert first["bytes"] == (shelf / "sea.res1-w8.safetensors").stat().st_size
    assert first["macs_at"] == "480x853" and first["macs"] > second["macs"]
    assert first["settings"]["layers"] == ["relu1_2", "relu2_2"]
    assert done["exit_status"] == 0


def test_wide_tables_are_folded_on_a_narrow_terminal() -> None:
    from render.cli.styles_show import _blocks

    assert list(_blocks([8, 10, 10, 10], 200)) == [[0, 1, 2, 3]]
    assert list(_blocks([8, 10, 10, 10], 32)) == [[0, 1, 2], [0, 3]]
    assert list(_blocks([8, 10, 10], 5)) == [[0, 1], [0, 2]]
    assert list(_blocks([8], 5)) == [[0]]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("shwo", 2, "did you mean `render styles show`?"),
        ("sheets a.mp4", 2, "did you mean `render styles sheet`?"),
        ("sea", 2, "did you mean `render styles show sea`?"),
        ("zzz", 2, "there is `render styles show`, `render styles sheet`"),
        ("--jsno", 2, "Did you mean --json?"),
        ("show", 2, "no style given. Usage: render styles show NAME|FILE"),
        ("show see", 1, "did you mean sea?"),
        ("show sea sky", 2, "sky"),
        ("show sea --network res3", 1, "has no file for network res3, only for res0-w4, res1-w8"),
        ("show sea --network rez3", 2, "'rez3' is not known"),
        ("show no.safetensors", 1, "does not exist"),
        ("sheet", 2, "no picture given. Usage: render styles sheet PHOTO|CLIP"),
        ("sheet none.mp4", 1, "none.mp4: does not exist"),
        ("sheet none.jpg", 1, "none.jpg: does not exist"),
        ("sheet none.jpg --style see", 1, "did you mean sea?"),
        ("sheet none.jpg --style sea,,sky", 2, "an empty place in the list"),
        ("sheet none.jpg --network rez3", 2, "'rez3' is not known"),
        ("sheet none.jpg --network res3", 1, "no style here has a file for res3"),
        ("sheet none.jpg --size 3", 2, "--size: '3'"),
        ("sheet none.jpg --at soon", 2, "--at 'soon': write seconds"),
        ("sheet none.jpg --strength nan", 2, "--strength: 'nan' is not a number from 0 to 1"),
        ("sheet none.jpg --cell 3", 2, "--cell '3': not a number of pixels from 40 to 4096"),
        ("sheet none.jpg --engine onnx", 2, "not one of auto, torch, openvino"),
        ("sheet none.jpg --device gpu", 2, "not one of auto, cpu, cuda, mps"),
        ("sheet none.jpg -o x.gif", 2, "sheets are written as .png, .jpg, .jpeg"),
    ],
)
def test_mistakes_are_one_line(
    shelf: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    status: int,
    said: str,
) -> None:
    monkeypatch.chdir(shelf.parent)
    assert command("styles", *words.split()) == status
    assert said in error(capsys)
    assert {p.name for p in shelf.parent.iterdir()} == {"shelf"}


@pytest.mark.parametrize("words", ["", "show", "sheet"])
def test_every_command_has_a_plain_page(capsys: Capture, words: str) -> None:
    assert command("styles", *words.split(), "--help") == 0
    out = capsys.readouterr().out
    assert f"Usage: render styles {words}".strip() in out
    assert "WORDS" not in out and "--no-" not in out.replace("--no-config", "")
    assert all(len(line) <= 100 for line in out.splitlines())
    if not words:
        assert all(f"\n  {name} " in out for name in ("show", "sheet", "import"))


def test_help_imports_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys; from render.cli.app import run;"
        "[run(['styles', *w, '--help']) for w in ([], ['show'], ['sheet'])];"
        "sys.exit(any(n in sys.modules for n in ('torch', 'cv2', 'numpy', 'PIL', 'pydantic')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a photo.png"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (60, 100, 3), dtype=np.uint8)).save(path)
    return path


def test_a_sheet_of_a_photograph(shelf: Path, photo: Path, capsys: Capture) -> None:
    out = photo.with_name("sheet.png")
    words = ("styles", "sheet", photo, "-o", out, "--size", "30x48", "--engine", "torch")
    assert command(*words, "--cell", "100") == 0
    captured = capsys.readouterr()
    assert captured.out == f"{out}\n"
    assert "torch on cpu: asked for" in captured.err
    with Image.open(out) as sheet:
        # A source and two columns of 100, gutters of 12, margins of 38.
        assert sheet.width == 3 * 100 + 2 * 12 + 2 * 38
    assert command(*words) == 1
    assert "exists already; --force overwrites it" in error(capsys)
    assert command(*words, "--force") == 0
    assert sorted(p.name for p in photo.parent.iterdir()) == ["a photo.png", "sheet.png", "shelf"]


def test_a_sheet_of_a_clip_and_how_it_is_made(
    shelf: Path, moving: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr("render.compare.sheet.draw", lambda grid, cell: drawn.append((grid, cell)))
    monkeypatch.setattr("render.compare.sheet.save", lambda sheet, path: None)
    words = "--size 30x48 --engine torch --at 1 --strength"
    for strength in ("1", "0"):
        where = tmp_path / f"{strength}.png"
        assert command("styles", "sheet", moving, "-o", where, *words.split(), strength) == 0
    (whole, cell), (none, _) = drawn
    assert cell.width == 360 and cell.height == 202
    assert [label.head for label in whole.columns] == ["res1-w8", "res0-w4"]
    assert whole.columns[0].lines[0].endswith(" G MACs")
    assert [(label.head, *label.lines) for label in whole.rows] == [
        ("The Sea", "Ann Otherwise", "1901"), ("The Sky", "Ann Otherwise", "1901"),
    ]  # fmt: skip
    assert whole.title.head == "moving.mp4"
    assert whole.title.lines == ("at 0:01.0, network input 30x48, shown at 1080x1920",)
    assert none.title.lines[0].endswith(", strength 0")
    assert whole.cells[1][0] == "no res1-w8"
    assert whole.cells[0][0].shape == (1080, 1920, 3)
    assert not np.array_equal(whole.cells[0][0], whole.corner)
    assert np.abs(none.cells[0][0].astype(int) - none.corner).max() <= 1


def test_a_sheet_never_replaces_its_picture(shelf: Path, photo: Path, capsys: Capture) -> None:
    assert command("styles", "sheet", photo, "-o", photo, "--force") == 1
    assert "is the picture itself" in error(capsys)


def test_two_trainings_of_one_style_are_told_apart(
    shelf: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = photo.with_name("again.safetensors")
    again.write_bytes((shelf / "sea.res0-w4.safetensors").read_bytes())
    drawn: list[Any] = []
    monkeypatch.setattr("render.compare.sheet.draw", lambda grid, cell: drawn.append(grid))
    monkeypatch.setattr("render.compare.sheet.save", lambda sheet, path: None)
    words = ("--style", f"sea,{again}", "--network", "res0-w4", "--size", "30x48")
    assert command("styles", "sheet", photo, *words, "--engine", "torch") == 0
    # A single network: its styles stand in a line, behind the picture.
    (one,) = drawn
    assert [label.head for label in one.columns] == ["the picture itself", "The Sea", "The Sea"]
    assert [label.lines[-1] for label in one.columns[1:]] == [
        "sea.res0-w4.safetensors", "again.safetensors",
    ]  # fmt: skip
    assert len(one.cells) == 1 and one.corner is None and one.rows[0].head == ""
    assert one.title.lines[0].startswith("res0-w4, ")


def test_moments_in_words() -> None:
    from render.cli.styles_sheet import _clock

    assert [_clock(Fraction(t)) for t in ("0", "2.64", "59.97", "61.5")] == [
        "0:00.0", "0:02.6", "1:00.0", "1:01.5",
    ]  # fmt: skip

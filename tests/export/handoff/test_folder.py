"""The folder: what it holds, whole or not at all, and whose it is."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from render.errors import OutputError
from render.export.canonical import digest
from render.export.handoff import folder as module
from render.export.handoff.folder import check_folder, write_handoff
from render.presets.preset import Preset
from render.presets.preset_file import stamped
from render.presets.preset_library import load_preset
from render.target import Size
from tests.export.handoff.conftest import MakeHandoff

INSIDE = "LiveFilter/Sources/LiveFilter/Model"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_what_a_developer_needs(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    handoff = make_handoff()
    out = write_handoff(handoff, tmp_path / "new" / "out")
    assert out == tmp_path / "new" / "out"
    assert names(out) == [
        "LiveFilter", "LiveFilterApp.swiftpm", "README.md", "index.html", "live.mlpackage",
        "live.toml", "pictures", "report.json",
    ]  # fmt: skip
    assert digest(out / "live.mlpackage") == digest(handoff.model)
    assert digest(out / INSIDE / "filter.mlpackage") == digest(handoff.model)
    assert load_preset(out / "live.toml") == stamped(handoff.preset)
    assert names(out.parent) == ["out"]


def test_what_the_app_is_told(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    handoff = make_handoff(
        "live.mlmodel", network="res1-c40-0", context=40, input_size=Size(116, 144)
    )
    out = write_handoff(handoff, tmp_path / "out")
    assert json.loads((out / INSIDE / "filter.json").read_bytes()) == {
        "schema": 1,
        "title": "live: udnie in res1",
        "model": "filter.mlmodel",
        "sha256": digest(handoff.model),
        "network": "res1-c40-0",
        "size": "36x64",
        "fps": 12.5,
        "context": 40,
    }
    assert (out / INSIDE / "filter.mlmodel").read_bytes() == b"a network"
    assert "40 pixels on every side" in (out / "README.md").read_text()


def test_the_pictures_are_those_of_the_shots(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    handoff = make_handoff()
    out = write_handoff(handoff, tmp_path / "out")
    assert len(names(out / "pictures")) == 8
    for number, shot in enumerate(handoff.shots, 1):
        for key in ("source", "preview", "exported"):
            read = np.asarray(Image.open(out / f"pictures/{number}-{key}.png"))
            assert np.array_equal(read, getattr(shot, key))
    apart = np.asarray(Image.open(out / "pictures/1-difference.png"))
    assert apart[70, 30].tolist() == [0, 24, 0] and apart.sum() == 24


def test_the_report_says_all_for_programs(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    handoff = make_handoff(fps=Fraction(30000, 1001), warnings=("a frame was damaged",))
    out = write_handoff(handoff, tmp_path / "out")
    report = json.loads((out / "report.json").read_text("ascii"))
    assert report["schema"] == 1 and report["kind"] == "render-handoff"
    assert report["passed"] is True
    assert report["checks"] == [
        {"name": "PSNR", "value": "61.0 dB", "limit": ">= 55", "passed": True}
    ]
    assert report["risks"] == [
        {
            "severity": "low",
            "what": "odd sides",
            "do": "a --size in multiples of 4",
            "source": "",
        }
    ]
    assert report["model"] == {
        "file": "live.mlpackage", "bytes": 258, "sha256": digest(handoff.model),
        "takes": {"width": 36, "height": 64}, "returns": {"width": 72, "height": 128},
        "context": 0, "ios": 15,
    }  # fmt: skip
    assert report["target"] == {
        "network": "res1", "size": "36x64", "fps": "30000/1001",
        "fps_float": pytest.approx(29.97, abs=0.001),
    }  # fmt: skip
    first, second = report["pictures"]
    assert first["name"] == "clip.mp4 at 1.00 s" and first["largest"] == 3
    assert first["psnr"] == pytest.approx(83.0, abs=0.1)
    assert second["psnr"] is None and second["largest"] == 0
    for picture in report["pictures"]:
        assert all((out / name).is_file() for name in picture["files"].values())
    assert any("neural engine" in line for line in report["not_checked"])
    assert any("compiled by nobody" in line for line in report["not_checked"])
    assert report["warnings"] == ["a frame was damaged"]
    on_disk = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert set(report["files"]) == on_disk - {"report.json"}


def test_the_readme_says_what_to_do_and_what_was_not_tried(
    make_handoff: MakeHandoff, tmp_path: Path
) -> None:
    out = write_handoff(make_handoff(ios=16), tmp_path / "out")
    text = (out / "README.md").read_text()
    for words in (
        "Open `LiveFilterApp.swiftpm` in Xcode", "iOS 16 or later", "render devices import",
        "None of the Swift was compiled", "`live.mlpackage`", "`live.toml`", "Of those 12.5",
    ):  # fmt: skip
        assert words in text
    assert "@@" not in text


@pytest.mark.parametrize(
    ("model", "preset"),
    [
        ('<b>&"`it`"|.mlpackage', "<script>alert(1)</script>"),
        ("ärger ☂.mlmodel", "ä/../../etc"),
        ("$(id) 'x'.mlmodel", "..."),
        ("-rf @@title@@.mlmodel", "@@checks@@"),
        ("bad\udcff.mlmodel", "\x7f"),
    ],
)
def test_names_with_odd_characters(
    make_handoff: MakeHandoff, tmp_path: Path, model: str, preset: str
) -> None:
    handoff = make_handoff(model, preset=Preset().with_options(name=preset))
    # A title is made of the names.
    handoff = make_handoff_again(handoff, title=f"{preset}: {model}")
    out = write_handoff(handoff, tmp_path / "out")
    assert (out / model).exists()
    assert (
        "<script" not in (out / "index.html").read_text()
        and "<b>" not in (out / "index.html").read_text()
    )
    (file,) = out.glob("*.toml")
    assert load_preset(file) == stamped(handoff.preset)
    told = json.loads((out / INSIDE / "filter.json").read_bytes().decode("utf-8"))
    assert told["model"] in ("filter.mlmodel", "filter.mlpackage")
    write_handoff(handoff, out, force=True)


def make_handoff_again(handoff: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(handoff, **changes)


def test_a_style_of_one_s_own_travels_along(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    mine = tmp_path / "mine.res1.safetensors"
    mine.write_bytes(b"weights")
    preset = Preset().with_options(name="own", style=str(mine))
    out = write_handoff(make_handoff(preset=preset, style_file=mine), tmp_path / "out")
    moved = out.rename(tmp_path / "elsewhere")
    mine.unlink()
    assert Path(load_preset(moved / "own.toml").style).read_bytes() == b"weights"
    for name in ("own.toml", "report.json", "index.html", "README.md"):
        assert str(tmp_path) not in (moved / name).read_text()


def test_a_style_travels_under_a_name_that_any_system_takes(
    make_handoff: MakeHandoff, tmp_path: Path
) -> None:
    names = (".hidden.safetensors", "a\nb.safetensors", "\udcff.safetensors", "index.html")
    for number, name in enumerate(names):
        mine = tmp_path / name
        mine.write_bytes(b"weights")
        preset = Preset().with_options(name="𠀀" * 80, style=str(mine))
        handoff = make_handoff(f"{number}.mlpackage", preset=preset, style_file=mine)
        out = write_handoff(handoff, tmp_path / f"out{number}")
        (style,), (file,) = out.glob("*.safetensors"), out.glob("*.toml")
        assert not style.name.startswith(".") and style.name.isprintable()
        assert Path(load_preset(file).style) == style and style.read_bytes() == b"weights"
        assert style.name in (out / "README.md").read_text("utf-8")


@pytest.mark.parametrize("what", ["file", "folder", "other report", "no list"])
def test_what_is_not_ours_is_never_overwritten(
    make_handoff: MakeHandoff, tmp_path: Path, what: str
) -> None:
    out = tmp_path / "out"
    if what == "file":
        out.write_text("years of work")
    else:
        out.mkdir()
        (out / "thesis.txt").write_text("years of work")
    if what == "other report":
        (out / "report.json").write_text('{"kind": "something", "files": ["thesis.txt"]}')
    if what == "no list":
        (out / "report.json").write_text('{"kind": "render-handoff", "files": 7}')
    before = out.read_text() if out.is_file() else names(out)
    for force in (False, True):
        with pytest.raises(OutputError, match="no hand-off of render's"):
            check_folder(out, force=force)
        with pytest.raises(OutputError, match="no hand-off of render's"):
            write_handoff(make_handoff(f"{force}.mlmodel"), out, force=force)
    assert (out.read_text() if out.is_file() else names(out)) == before


def test_ours_is_written_anew_only_when_told_and_only_while_it_is_ours_alone(
    make_handoff: MakeHandoff, tmp_path: Path
) -> None:
    out = write_handoff(make_handoff(), tmp_path / "out")
    second = make_handoff("second.mlmodel")
    with pytest.raises(OutputError, match="--force writes it anew"):
        write_handoff(second, out)
    # What Xcode and a Mac leave behind is nobody's work.
    (out / "LiveFilterApp.swiftpm/.swiftpm").mkdir()
    (out / "LiveFilterApp.swiftpm/.swiftpm/state").write_text("x")
    (out / "LiveFilterApp.swiftpm/Package.resolved").write_text("{}")
    (out / ".DS_Store").write_text("x")
    write_handoff(second, out, force=True)
    assert not (out / "live.mlpackage").exists() and (out / "second.mlmodel").exists()
    mine = out / "LiveFilterApp.swiftpm/Sources/Mine.swift"
    mine.write_text("// mine")
    with pytest.raises(OutputError, match=r"holds LiveFilterApp\.swiftpm/Sources/Mine\.swift"):
        write_handoff(second, out, force=True)
    assert mine.read_text() == "// mine"


def test_an_empty_folder_is_as_good_as_none(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    check_folder(tmp_path / "out", force=False)
    write_handoff(make_handoff(), tmp_path / "out")
    assert (tmp_path / "out" / "report.json").is_file()


def test_a_link_stays_one(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_handoff(make_handoff(), tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real/report.json").is_file()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("where", ["_pictures", "_preset", "readme"])
def test_whole_or_not_at_all(
    make_handoff: MakeHandoff,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    error: BaseException,
) -> None:
    handoff = make_handoff()
    out = tmp_path / "place" / "out"

    def fails(*_: Any) -> None:
        raise error

    def refused(force: bool) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(module, where, fails)
            with pytest.raises((OutputError, KeyboardInterrupt)) as raised:
                write_handoff(handoff, out, force=force)
        if isinstance(error, OSError):
            assert str(raised.value) == f"{out}: cannot be written (No space left on device)"

    refused(force=False)
    assert names(out.parent) == []
    write_handoff(handoff, out)
    before = (out / "report.json").read_bytes()
    refused(force=True)
    assert names(out.parent) == ["out"] and (out / "report.json").read_bytes() == before
    write_handoff(handoff, out, force=True)


def test_the_same_hand_off_is_the_same_bytes(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    handoff = make_handoff()
    first, second = (write_handoff(handoff, tmp_path / name) for name in ("a", "b"))
    assert digest(first) == digest(second)

"""Preset files of all versions, and what is written: it works where it is moved to."""

import os
import tomllib
from pathlib import Path

import pytest

from render.distribution import VERSION
from render.errors import OutputError, PresetError
from render.networks.catalogue import styles_dir
from render.presets.preset import SCHEMA, Preset
from render.presets.preset_file import read_preset, stamped, write_preset
from render.presets.preset_library import find_preset


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text, encoding="utf-8")
    return path


OF_0_1_0 = """\
schema = 1
name = "live"
description = "Chosen for A12: JOD 7.00, about 66 of 66.7 ms a frame"
author = ""
licence = ""
fps = "15"
size = "480x853"
network = "res3"
style = "{style}"
upscale = "1080x1920"
upscaler = "bilinear"
strength = 1.0
orient = "auto"
fit = "cover"
encoder = "libx264"
crf = 18
audio = "keep"

[evidence]
device = "A12"
"""


def test_a_preset_of_0_1_0_is_read(tmp_path: Path) -> None:
    read = read_preset(write(tmp_path / "live.toml", OF_0_1_0.format(style="udnie")))
    assert read.notes == () and read.preset.schema_version == SCHEMA
    assert read.preset.style == "udnie" and read.preset.evidence == {"device": "A12"}


def test_a_style_that_moved_together_with_an_old_preset_is_found_and_said(tmp_path: Path) -> None:
    gone = tmp_path / "gone" / "mine.safetensors"
    beside = write(tmp_path / "here" / "mine.safetensors", "")
    path = write(tmp_path / "here" / "live.toml", OF_0_1_0.format(style=gone))
    preset, notes = read_preset(path)
    assert preset.style == str(beside)
    said = f"{path}: its style {gone} is not there; mine.safetensors beside the preset is taken"
    assert notes == (f"{said} for it",)
    assert find_preset("live", path.parent).notes == notes
    # Not where the style is there, nor for a file that this version wrote.
    write(gone, "")
    assert read_preset(path) == (preset.with_options(style=str(gone)), ())
    gone.unlink()
    now = write(path, OF_0_1_0.format(style=gone).replace("schema = 1", "schema = 2"))
    assert read_preset(now).preset.style == str(gone)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"schema = {SCHEMA + 1}\nwritten_with = '9.1.0'\nnew = 1",
            f"was written by render 9.1.0, in schema {SCHEMA + 1} of presets; this is render "
            f"{VERSION}, which reads up to schema {SCHEMA}; upgrade to render 9.1.0 or later",
        ),
        (f"schema = {SCHEMA + 1}\nnew = 1", f"is in schema {SCHEMA + 1} of presets; this is rende"),
        (f"schema = {SCHEMA + 1}", f"up to schema {SCHEMA}; upgrade render"),
        ("schema = 99\nwritten_with = 'none at all'", "is in schema 99 of presets"),
        (f"schema = 99\nwritten_with = '{'1' * 99}'", "is in schema 99 of presets"),
        (f"schema = 99\nwritten_with = '{VERSION}'", "upgrade render"),
        ("schema = 99\nwritten_with = 3", "upgrade render"),
    ],
)
def test_a_newer_schema_says_which_render_reads_it(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path / "new.toml", text)
    with pytest.raises(PresetError) as caught:
        read_preset(path)
    assert str(caught.value).startswith(f"{path}: ") and said in str(caught.value)


def test_what_is_written_says_by_whom(tmp_path: Path) -> None:
    path = tmp_path / "live.toml"
    assert write_preset(Preset(name="live"), path) == ()
    keys = tomllib.loads(path.read_text())
    assert (keys["schema"], keys["written_with"]) == (SCHEMA, VERSION)
    assert read_preset(path) == (stamped(Preset(name="live")), ())


@pytest.mark.parametrize("where", ["mine.safetensors", "styles/mine.safetensors"])
def test_a_style_below_the_folder_moves_with_it(tmp_path: Path, where: str) -> None:
    style = write(tmp_path / "here" / where, "weights")
    preset = Preset(style=str(style), network="res1")
    assert write_preset(preset, tmp_path / "here" / "live.toml") == ()
    moved = (tmp_path / "here").rename(tmp_path / "there")
    read = read_preset(moved / "live.toml").preset
    assert Path(read.style) == moved / where and Path(read.style).read_text() == "weights"
    assert read.network == "res1"
    assert str(tmp_path) not in (moved / "live.toml").read_text()


def test_relative_paths_are_of_the_place_that_they_were_given_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("a/mine.safetensors"), "weights")
    assert write_preset(Preset(style="a/mine.safetensors"), Path("a/live.toml")) == ()
    assert tomllib.loads(Path("a/live.toml").read_text())["style"] == "./mine.safetensors"
    assert read_preset(Path("a/live.toml")).preset.style == "a/mine.safetensors"


def test_a_folder_by_way_of_a_link(tmp_path: Path) -> None:
    style = write(tmp_path / "real" / "mine.safetensors", "weights")
    (tmp_path / "link").symlink_to("real")
    assert write_preset(Preset(style=str(style)), tmp_path / "link" / "live.toml") == ()
    assert "style = './mine" in (tmp_path / "real" / "live.toml").read_text().replace('"', "'")


def test_a_style_elsewhere_needs_packing(tmp_path: Path) -> None:
    style = write(tmp_path / "styles" / "mine.safetensors", "weights")
    path = tmp_path / "presets" / "live.toml"
    (note,) = write_preset(Preset(style=str(style)), path)
    assert f"its style {style} lies outside the preset's folder" in note and "\n" not in note
    assert f"`render presets pack {path} -o {path.with_suffix('.renderpreset')}`" in note
    assert read_preset(path).preset.style == str(style)


def test_the_file_of_a_shipped_style_is_written_by_its_name(tmp_path: Path) -> None:
    preset = Preset(style=str(styles_dir() / "udnie.res1.safetensors"))
    assert write_preset(preset, tmp_path / "live.toml") == ()
    read = read_preset(tmp_path / "live.toml").preset
    assert (read.style, read.network) == ("udnie", "res1")


def test_the_network_of_a_style_file_stays_its_own(tmp_path: Path) -> None:
    """Written out, it would be the default's."""
    path = tmp_path / "live.toml"
    write_preset(Preset(style=str(tmp_path / "mine.safetensors")), path)
    assert "network" not in tomllib.loads(path.read_text())
    assert read_preset(path).preset.target().network is None


def test_a_style_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    style = os.fsdecode(bytes(tmp_path) + b"/\xff.safetensors")
    with pytest.raises(OutputError, match="which is no UTF-8; rename that file"):
        write_preset(Preset(style=style), tmp_path / "live.toml")
    assert list(tmp_path.iterdir()) == []

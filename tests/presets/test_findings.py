"""Everything that is wrong with a preset, and what would not work elsewhere."""

import os
import shutil
from pathlib import Path

import pytest

from render.distribution import VERSION
from render.errors import StyleError
from render.networks.catalogue import styles_dir
from render.presets.findings import PresetFindings, check_preset
from render.presets.preset import SCHEMA

UDNIE = styles_dir() / "udnie.res1.safetensors"


def of(folder: Path, text: str | bytes) -> PresetFindings:
    path = folder / "here" / "live.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return check_preset(path)


def styled(folder: Path, where: str) -> Path:
    place = folder / where
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(UDNIE, place)
    return place


def test_what_is_fine(tmp_path: Path) -> None:
    styled(tmp_path, "here/styles/mine.safetensors")
    for text in ("schema = 1", "schema = 2\nstyle = 'udnie'", "schema = 2\nstyle = './styles/"
                 "mine.safetensors'\nnetwork = 'res1'"):  # fmt: skip
        assert of(tmp_path, text) == PresetFindings()


def test_all_of_it_is_said(tmp_path: Path) -> None:
    keys = ("fpss = 3", "size = 4", "crf = 99", "fit = 'covr'", "strength = 2", "audio = 'no'")
    found = of(tmp_path, "\n".join([*keys, "style = 'udni'", "network = 'res1'"]))
    said = "\n".join(found.problems)
    assert len(found.problems) == len(keys) + 2
    assert said.startswith("`schema`: is missing; write")
    assert "`fpss`: unknown key; did you mean `fps`?" in said and "did you mean `cover`?" in said
    assert "`style`: style 'udni' is not known: did you mean udnie?" in said


def test_a_wrong_network_does_not_hide_a_wrong_style(tmp_path: Path) -> None:
    first, second = of(tmp_path, "schema = 2\nstyle = 'no.safetensors'\nnetwork = 3").problems
    assert first.startswith("`network`: 3 is not text")
    assert second.startswith("`style`: ") and "does not exist" in second


def test_a_network_that_the_style_is_not_for(tmp_path: Path) -> None:
    mine = styled(tmp_path, "here/mine.safetensors")
    text = "schema = 2\nstyle = 'mine.safetensors'\nnetwork = 'res5'"
    assert of(tmp_path, text).problems == (
        f"`network`: is res5, but the style {mine} is for res1; write that, or nothing",
    )
    (said,) = of(tmp_path, "schema = 2\nstyle = 'udnie'\nnetwork = 'res2'").problems
    assert said.startswith("`style`: ") and "no file for network res2" in said


def test_a_damaged_style(tmp_path: Path) -> None:
    mine = styled(tmp_path, "here/mine.safetensors")
    os.truncate(mine, 5000)
    (said,) = of(tmp_path, "schema = 2\nstyle = 'mine.safetensors'").problems
    assert "is cut short" in said
    mine.unlink()
    os.mkfifo(mine)
    (said,) = of(tmp_path, "schema = 2\nstyle = 'mine.safetensors'").problems
    assert "is no regular file" in said


def test_who_reads_the_style_decides_whether_it_can_be(tmp_path: Path) -> None:
    def refuse(style: Path) -> None:
        raise StyleError(f"{style.name}: holds no numbers")

    path = tmp_path / "live.toml"
    path.write_text("schema = 2\nstyle = 'udnie'\nnetwork = 'res1'")
    assert check_preset(path, refuse).problems == (f"`style`: {UDNIE.name}: holds no numbers",)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    assert check_preset(tmp_path / "no.toml").problems == ("there is no such preset file (.toml)",)
    assert of(tmp_path, b"\xff").problems == ("is not UTF-8 text (at byte 0)",)
    (said,) = of(tmp_path, "schema = 2\nfps 15").problems
    assert said.startswith("is not valid TOML") and "line 2" in said


def test_of_a_newer_schema_nothing_else_is_said(tmp_path: Path) -> None:
    (said,) = of(tmp_path, f"schema = {SCHEMA + 1}\nwritten_with = '99.0'\nnew = 1").problems
    assert f"this is render {VERSION}" in said and "upgrade to render 99.0 or later" in said


@pytest.mark.parametrize("where", ["outside/mine.safetensors", "here/styles/mine.safetensors"])
def test_an_absolute_path_is_found_here_alone(tmp_path: Path, where: str) -> None:
    mine = styled(tmp_path, where)
    found = of(tmp_path, f"schema = 2\nstyle = '{mine}'")
    (said,) = found.elsewhere
    assert found.problems == () and said.startswith(f"`style`: {mine} ")
    path = tmp_path / "here" / "live.toml"
    if where.startswith("outside"):
        pack = f"`render presets pack {path} -o live.renderpreset`"
        assert said.endswith(f"is an absolute path; needs packing: {pack}")
    else:
        assert said.endswith('write "./styles/mine.safetensors"')


def test_a_path_that_leads_out_of_the_folder(tmp_path: Path) -> None:
    mine = styled(tmp_path, "mine.safetensors")
    (said,) = of(tmp_path, "schema = 2\nstyle = '../mine.safetensors'").elsewhere
    assert "leads out of the folder; needs packing" in said
    (tmp_path / "here" / "link.safetensors").symlink_to(mine)
    (said,) = of(tmp_path, "schema = 2\nstyle = './link.safetensors'").elsewhere
    assert "leads out of the folder; needs packing" in said
    styled(tmp_path, "here/mine.safetensors")
    (said,) = of(tmp_path, "schema = 2\nstyle = '../here/mine.safetensors'").elsewhere
    assert said.endswith('write "./mine.safetensors"')


def test_a_shipped_style_has_a_name(tmp_path: Path) -> None:
    (said,) = of(tmp_path, f"schema = 2\nstyle = '{UDNIE}'").elsewhere
    assert said == f'`style`: {UDNIE} comes with render; write its name, style = "udnie"'


def test_what_an_old_preset_is_read_as(tmp_path: Path) -> None:
    styled(tmp_path, "here/mine.safetensors")
    found = of(tmp_path, "schema = 1\nstyle = '/gone/mine.safetensors'")
    assert found.problems == () and found.elsewhere == ()
    assert found.notes[0].startswith("its style /gone/mine.safetensors is not there; mine")

"""Presets by name: whose they are, which hides which, and a folder full of what is none."""

import os
from pathlib import Path

import pytest

from render.errors import PresetError
from render.presets.preset_library import (
    KnownPreset,
    PresetOrigin,
    find_preset,
    is_preset_name,
    known_presets,
    list_presets,
    load_preset,
)
from render.resources import presets_dir


def own(folder: Path, name: str, text: str = "schema = 1\nfps = 7\n") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def installed(folder: Path, name: str, text: str = "schema = 1\nfps = 8\n") -> Path:
    path = folder / name / "preset.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def by_path(folder: Path) -> dict[Path, KnownPreset]:
    return {one.path: one for one in known_presets(folder)}


def test_without_a_folder_there_are_the_shipped_ones(tmp_path: Path) -> None:
    names = [preset.name for preset in list_presets()]
    for folder in (None, tmp_path / "none"):
        known = known_presets(folder)
        assert [one.name for one in known] == names
        assert {(one.origin, one.hidden_by) for one in known} == {(PresetOrigin.SHIPPED, None)}
    assert find_preset("draft").path == presets_dir() / "draft.toml"


def test_a_user_s_preset_has_a_name_too(tmp_path: Path) -> None:
    path = own(tmp_path, "live", "schema = 1\nfps = 7\nstyle = 'mine.safetensors'\n")
    found = find_preset("live", tmp_path)
    assert (found.path, found.origin, found.hidden_by) == (path, PresetOrigin.OWN, None)
    assert load_preset("live", tmp_path) == found.read() == load_preset(path)
    assert found.read().style == str(tmp_path / "mine.safetensors")
    with pytest.raises(PresetError, match="there is no preset named 'live'"):
        load_preset("live")


def test_which_hides_which(tmp_path: Path) -> None:
    both, bundle = own(tmp_path, "draft"), installed(tmp_path, "draft")
    shipped = presets_dir() / "draft.toml"
    hidden = {
        one.path: (one.origin, one.hidden_by)
        for one in known_presets(tmp_path)
        if one.name == "draft"
    }
    assert list(hidden) == [both, bundle, shipped], "each after the one that hides it"
    assert hidden == {
        both: (PresetOrigin.OWN, None),
        bundle: (PresetOrigin.INSTALLED, both),
        shipped: (PresetOrigin.SHIPPED, both),
    }
    assert str(load_preset("draft", tmp_path).fps) == "7"
    both.unlink()
    assert str(load_preset("draft", tmp_path).fps) == "8"
    assert by_path(tmp_path)[shipped].hidden_by == bundle


def test_a_broken_one_is_listed_and_never_passed_over(tmp_path: Path) -> None:
    broken = own(tmp_path, "draft", "schema = 1\nfpss = 3\n")
    own(tmp_path, "other")
    known = by_path(tmp_path)
    error = known[broken].error
    assert error is not None and "`fpss`: unknown key; did you mean `fps`?" in str(error)
    assert known[broken].preset is None and known[tmp_path / "other.toml"].error is None
    with pytest.raises(PresetError, match="fpss"):
        load_preset("draft", tmp_path)


def test_what_is_no_preset_is_said_or_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "lost.toml").symlink_to("nowhere.toml")
    (tmp_path / "ring.toml").symlink_to("ring.toml")
    (tmp_path / "bell\a.toml").write_text("schema = 1\n")
    (tmp_path / "a.toml.toml").write_text("schema = 1\n")
    (tmp_path / os.fsdecode(b"\xff.toml")).write_text("schema = 1\n")
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "bundle.json").write_text("{}")
    (tmp_path / "piped").mkdir()
    os.mkfifo(tmp_path / "piped" / "preset.toml")
    # Nobody's business here:
    (tmp_path / "styles").mkdir()
    (tmp_path / ".hidden.toml").write_text("no")
    (tmp_path / "notes.txt").write_text("no")
    own(tmp_path, "good")
    said = {
        one.name: "" if one.error is None else one.error.message
        for one in known_presets(tmp_path)
        if one.origin is not PresetOrigin.SHIPPED
    }
    assert {name for name, text in said.items() if not text} == {"good"}
    assert "is a folder" in said["x"]
    assert "no regular file" in said["pipe"] and "no regular file" in said["piped"]
    assert "no such preset file" in said["lost"] and "no such preset file" in said["bare"]
    assert "cannot be read" in said["ring"]
    for name in ("bell\a", "a.toml", os.fsdecode(b"\xff")):
        assert said[name].endswith("is no name for a preset; rename it")
    assert len(said) == 10


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "presets"
    file.write_text("")
    for place in (file, tmp_path / "a\0b"):
        with pytest.raises(PresetError, match="cannot be read as a folder of presets"):
            known_presets(place)
    assert load_preset("draft", file) == load_preset("draft"), "a name that is there needs no list"


def test_ten_thousand_files(tmp_path: Path) -> None:
    for n in range(10_000):
        (tmp_path / f"p{n}.toml").touch()
    with pytest.raises(PresetError) as caught:
        load_preset("p10000", tmp_path)
    assert "and 9988 more" in str(caught.value) and len(str(caught.value)) < 500
    assert find_preset("p9999", tmp_path).error is not None


def test_an_unknown_name_offers_the_user_s_too(tmp_path: Path) -> None:
    own(tmp_path, "evening-live")
    with pytest.raises(PresetError) as caught:
        load_preset("evening-liv", tmp_path)
    said = str(caught.value)
    assert "did you mean `evening-live`?" in said and f"in {tmp_path}: evening-live;" in said
    assert "\n" not in said


def test_a_file_that_lies_here_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `choose --save live` wrote is live.toml."""
    monkeypatch.chdir(tmp_path)
    own(tmp_path, "live")
    with pytest.raises(PresetError, match="named 'live'; did you mean the file `live"):
        load_preset("live", tmp_path / "none")


@pytest.mark.parametrize("name", ["", ".", "..", "../x", ".x", "x.toml", "a\nb", "x" * 300, "b\0"])
def test_names_that_no_preset_has(name: str, tmp_path: Path) -> None:
    assert not is_preset_name(name)
    with pytest.raises(PresetError):
        find_preset(name, tmp_path)


def test_a_bundle_is_told_what_to_do_with(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="is a bundle; `render presets install`"):
        load_preset("live.renderpreset", tmp_path)

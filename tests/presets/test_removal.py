"""Removing a preset, and what an installed one's bundle says."""

from pathlib import Path

import pytest

from render.errors import OutputError, PresetError
from render.presets.installed_from import InstalledFrom, installed_from
from render.presets.preset_library import find_preset, known_presets
from render.presets.removal import remove_preset
from render.resources import presets_dir


def installed(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    (place / "preset.toml").write_text("schema = 1\n")
    (place / "style.safetensors").write_bytes(b"weights")
    return place


def test_one_s_own_goes_and_what_it_hid_is_there_again(tmp_path: Path) -> None:
    place = installed(tmp_path, "draft")
    own = tmp_path / "draft.toml"
    own.write_text("schema = 1\n")
    assert remove_preset(find_preset("draft", tmp_path)) == own
    assert remove_preset(find_preset("draft", tmp_path)) == place
    assert list(tmp_path.iterdir()) == []
    shipped = find_preset("draft", tmp_path)
    with pytest.raises(PresetError, match="draft: comes with render and cannot be removed"):
        remove_preset(shipped)
    assert (presets_dir() / "draft.toml").exists()


def test_a_broken_one_can_be_removed(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("no")
    (tmp_path / "dir.toml").mkdir()
    (tmp_path / "dir.toml" / "held").write_text("")
    for name in ("x", "dir"):
        remove_preset(find_preset(name, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_link_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    place, folder = installed(tmp_path, "real"), tmp_path / "presets"
    folder.mkdir()
    (folder / "linked").symlink_to(place)
    remove_preset(find_preset("linked", folder))
    assert list(folder.iterdir()) == [] and (place / "style.safetensors").exists()


def test_what_is_left_of_a_removal_that_was_killed_is_no_preset(tmp_path: Path) -> None:
    """It has its temporary name from the first moment on."""
    installed(tmp_path, ".render-0123456789ab-1")
    assert {one.path.parent for one in known_presets(tmp_path)} == {presets_dir()}


def test_what_vanished_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("schema = 1\n")
    found = find_preset("x", tmp_path)
    found.path.unlink()
    with pytest.raises(OutputError, match=r"x\.toml: cannot be removed \(No such file"):
        remove_preset(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", InstalledFrom()),
        (
            '{"author": "Ada", "licence": "CC0-1.0", "packed_by": "render 9", "files": ["a", "b"]}',
            InstalledFrom("Ada", "CC0-1.0", "render 9", 2),
        ),
        ('{"author": ["a"], "licence": 3, "packed_by": {}, "files": "many"}', InstalledFrom()),
        ('{"author": "%s", "files": {}}' % ("a" * 999), InstalledFrom("a" * 200, files=0)),
    ],
)
def test_what_a_bundle_says_is_taken_for_text_or_not_at_all(
    tmp_path: Path, text: str, said: InstalledFrom
) -> None:
    place = installed(tmp_path, "neon")
    (place / "bundle.json").write_text(text)
    assert installed_from(place / "preset.toml") == said


@pytest.mark.parametrize("text", [None, "[]", "no", '{"a": 1, "a": 2}'])
def test_a_manifest_that_is_none(tmp_path: Path, text: str | None) -> None:
    place = installed(tmp_path, "neon")
    if text is not None:
        (place / "bundle.json").write_text(text)
    with pytest.raises(PresetError, match=r"bundle\.json: "):
        installed_from(place / "preset.toml")

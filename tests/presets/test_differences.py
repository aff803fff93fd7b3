"""What two presets differ in."""

import shutil
from pathlib import Path

from render.networks.catalogue import styles_dir
from render.presets.differences import PresetDifference, compare_presets
from render.presets.preset import Preset

UDNIE, SCREAM = (styles_dir() / f"{name}.res1.safetensors" for name in ("udnie", "the-scream"))


def copied(style: Path, place: Path) -> str:
    shutil.copyfile(style, place)
    return str(place)


def test_presets_that_ask_for_the_same() -> None:
    found = compare_presets(Preset(), Preset(written_with="0.2.0", name=""))
    assert found.differences == () and found.weights is None and found.unread == ""


def test_key_by_key_in_their_order_the_evidence_last() -> None:
    first = Preset(name="a", fps=15, evidence={"ms": 66.0, "why": ["x"]})
    second = Preset(fps="30000/1001", size="240x427", evidence={"ms": 66.0, "jod": 7})
    assert compare_presets(first, second).differences == (
        PresetDifference("name", "a", None),
        PresetDifference("fps", "15", "30000/1001"),
        PresetDifference("size", "480x853", "240x427"),
        PresetDifference("evidence.why", ["x"], None),
        PresetDifference("evidence.jod", None, 7),
    )


def test_the_same_weights_in_two_files_are_no_difference(tmp_path: Path) -> None:
    a, b = (copied(UDNIE, tmp_path / f"{name}.safetensors") for name in "ab")
    found = compare_presets(Preset(style=a), Preset(style=b))
    assert found.differences == () and found.weights is not None and found.weights.same


def test_other_weights_are_one_and_where_a_name_is_a_file_s_weights_it_is_said(
    tmp_path: Path,
) -> None:
    a = copied(UDNIE, tmp_path / "a.safetensors")
    b = copied(SCREAM, tmp_path / "b.safetensors")
    found = compare_presets(Preset(style=a, crf=1), Preset(style=b))
    assert [each.key for each in found.differences] == ["style", "crf"]
    assert found.weights is not None and not found.weights.same
    named = compare_presets(Preset(style="udnie", network="res1"), Preset(style=a, network="res1"))
    assert [each.key for each in named.differences] == ["style"]
    assert named.weights is not None and named.weights.same


def test_weights_that_cannot_be_read(tmp_path: Path) -> None:
    found = compare_presets(Preset(style=str(tmp_path / "no.safetensors")), Preset())
    assert [each.key for each in found.differences] == ["network", "style"]
    assert found.weights is None and "no.safetensors: does not exist" in found.unread

"""Names that every computer takes."""

from __future__ import annotations

import pytest

from render.compare.packed.file_names import plain_name


@pytest.mark.parametrize(
    "name", ["clip-udnie-res1-114x64-15-s0.5-on-A12-upnone.mp4", "a b.mp4", "v1.2+x,y=3@2x.mp4"]
)
def test_harmless_names_stay(name: str) -> None:
    assert plain_name(name, ".mp4") == name


@pytest.mark.parametrize(
    "name",
    [
        "../x", "a/b.mp4", 'a"b<c>.mp4', "a:b.mp4", "con.mp4", "LPT1.x.mp4", "x.mp4 ", " x.mp4",
        ".hidden.mp4", "-rf.mp4", "x..mp4", "e\u0301t\u00e9.mp4", "\u202egpj.mp4", "\udcff.mp4",
        "n" * 250 + ".mp4", "\u6771\u4eac.mp4", "", "\n.mp4",
    ],
)  # fmt: skip
def test_others_are_made_plain_and_stay_apart(name: str) -> None:
    made = plain_name(name, ".mp4")
    assert made.isascii() and made.endswith(".mp4") and len(made) <= 110
    assert not set(made) & set('/\\<>:"|?*\n') and made[0] not in ".- " and made != name
    assert plain_name(made, ".mp4") == made  # it is plain
    assert plain_name(f"x{name}", ".mp4") != made


def test_names_that_differ_in_case_alone_stay_apart() -> None:
    first = plain_name("Clip.mp4", ".mp4")
    assert plain_name("clip.mp4", ".mp4", [first]).casefold() != first.casefold()
    assert plain_name("clip.mov", ".mp4", ["clip.mp4"]) not in ("clip.mp4", "clip.mov")


def test_a_folder_keeps_its_dots() -> None:
    assert plain_name("sweep.v2", "") == "sweep.v2"

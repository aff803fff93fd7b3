"""What a file may be called: hostile names, long ones, and those that stay as they are."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest

from render.errors import OutputError, UsageError
from render.files.names import (
    MEDIA,
    MOST,
    file_name,
    given,
    inside,
    is_file,
    leads_below,
    numbered,
    only_file,
    safe_part,
    shortened,
)
from render.files.names import (
    VIDEOS as READ,
)
from render.media.encoding import SUFFIXES

HOSTILE = (
    "", " ", ".", "..", "...", "/", "\\", "//", "../..", "/etc/passwd", "x/../../../victim/y",
    "..\\..\\victim", ".hidden", "a/.", "a\0b", "a\nb", "a\r\n", "\x1b[31m", "\x7f", "\x9b",
    "a\u2028b", "a\u2029", "\u202egpj.exe", "a\u2066b", "\u200f", "\u061c", "\ud800", "caf\udce9",
    "\udcff" * 90, "n" * 5000, "/" * 5000, "." * 5000, "é" * 3000, "🎬" * 3000, "-", "--", "a/-/b",
)  # fmt: skip


def made_up(seed: int, count: int) -> list[str]:
    """Names of any characters at all, rather more of the bad ones, short and long."""
    chance = random.Random(seed)
    bad = "/\\.\0\n\x1b\u202e\u2028\ud800\udcff -"
    return [
        "".join(
            chance.choice(bad) if chance.random() < 0.3 else chr(chance.randrange(0x110000))
            for _ in range(chance.choice((1, 3, 20, 100, 400)))
        )
        for _ in range(count)
    ]


NAMES = (*HOSTILE, *made_up(1, 300))


def check(name: str, suffix: str = ".mp4") -> None:
    assert 0 < len(name.encode("utf-8")) <= MOST  # and so no surrogates
    assert name.endswith(suffix) and name != suffix
    assert not name.startswith(".")
    assert not set(name) & set("/\\")
    for character in name:
        assert unicodedata.category(character) not in ("Cc", "Zl", "Zp"), ascii(name)
        turning = unicodedata.bidirectional(character)
        assert turning not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        assert character not in "\u200e\u200f\u061c"


def test_no_name_leads_out_of_its_folder_or_is_too_long(tmp_path: Path) -> None:
    for name in NAMES:
        for parts in ([name], ["clip", name, "res3", "853x480", "15"], [name, name, "grid", "2"]):
            made = file_name(parts, ".mp4")
            check(made)
            assert inside(tmp_path, made) == tmp_path / made


def test_such_a_file_can_be_made(tmp_path: Path) -> None:
    for name in (*HOSTILE, *made_up(2, 30)):
        inside(tmp_path, file_name(["clip", name], ".mp4")).touch()
    assert all(path.is_file() for path in tmp_path.iterdir())


def test_different_names_stay_different() -> None:
    names = {*NAMES, "x-victim-y", "n" * 4999, "n" * 300, "n" * 301, "a-b"}
    for suffix in (".mp4", ".mlpackage"):
        assert len({file_name([name], suffix) for name in names}) == len(names)
        assert len({file_name(["clip", name, "res1"], suffix) for name in names}) == len(names)
    longest = ["c" * 250, "s" * 250, "res3", "853x480"]
    assert len({file_name([*longest, str(n)], ".mp4") for n in range(100)}) == 100


@pytest.mark.parametrize(
    "name",
    [
        "bigbuckbunny",
        "Été à Paris (1)",
        "a.b",
        "-x",
        "a b ",
        "100%",
        "映画",
        "👩‍👧",
        "x..y",
        "it's",
        "a:b",
    ],
)
def test_harmless_names_stay_as_they_are(name: str) -> None:
    assert safe_part(name) == name
    assert (
        file_name([name, "composition-vii", "res3"], ".mp4") == f"{name}-composition-vii-res3.mp4"
    )


def test_the_clip_yields_first_then_the_longest() -> None:
    rest = ["udnie", "res3", "853x480", "15"]
    name = file_name(["c" * 250, *rest], ".mp4")
    assert name.endswith("-udnie-res3-853x480-15.mp4") and len(name) == MOST
    name = file_name(["c" * 250, "s" * 5000, *rest[1:]], ".mp4")
    assert name.endswith("-res3-853x480-15.mp4") and len(name) == MOST
    assert name.startswith("ccccccccccccccc-") and "-sssssss" in name
    check(file_name(["x" * 100] * 50, ".mp4"))


def test_what_is_cut_is_cut_between_characters() -> None:
    for most in range(24, 60):
        cut = shortened("é" * 40, most)
        assert len(cut.encode()) <= most and set(cut.rsplit("-")[0]) <= {"é"}
    assert shortened("short", 24) == "short"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc/x", ".x", "a/"])
def test_nothing_is_written_elsewhere(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no name for a file"):
        inside(tmp_path, name)


VIDEOS = (".mp4", ".mkv")


def test_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "there.mp4").mkdir()
    (tmp_path / "notes.v2").touch()
    for name in ("out", "sweep.v2", "2026.11.23", "out.mp4/", "there.mp4", "a.webm/", ".."):
        assert not is_file(f"{tmp_path}/{name}", VIDEOS, "no")
    for name in ("a.mp4", "a.MKV", "sweep.v2/a.mp4"):
        assert is_file(tmp_path / name, VIDEOS, "no")
        assert only_file(str(tmp_path / name), VIDEOS, "no") == tmp_path / name
    for name in ("a.webm", "a.gif", "a.AVI", "a.png", "notes.v2"):
        with pytest.raises(UsageError, match=r"-o .*: written as \.mp4"):
            is_file(tmp_path / name, VIDEOS, "written as .mp4")
    for name in ("out", "sweep.v2", "a.gif", "a.mp4/", "there.mp4"):
        with pytest.raises(UsageError):
            only_file(f"{tmp_path}/{name}", VIDEOS, "written as .mp4")


def test_what_is_read_is_known_as_media() -> None:
    assert {*SUFFIXES} - {".gif"} < READ < MEDIA
    assert {*SUFFIXES} < MEDIA


@pytest.mark.parametrize("name", ["a" * 256 + ".mp4", "é" * 200, "a\0.mp4", "\ud800.mp4"])
def test_what_a_user_names_must_be_a_name(name: str) -> None:
    for place in (name, f"{name}/x.mp4"):
        with pytest.raises(UsageError, match=r"^-o ") as caught:
            given(place)
        assert len(str(caught.value)) < 200
    assert given("a" * 255) == Path("a" * 255)


def test_pages_are_numbered_within_what_a_name_may_be() -> None:
    assert numbered(Path("x/grid.mp4"), 2) == Path("x/grid-2.mp4")
    first, second = (numbered(Path("g" * 250 + ".mp4"), n) for n in (1, 2))
    assert first != second and len(first.name) == 255 and first.name.endswith("-1.mp4")


def test_what_a_file_names_lies_below_it() -> None:
    for path in ("a.mp4", "a/b.mp4", "..a", "a..b/c", "a\\b", "\udcff"):
        assert leads_below(path)
    for path in ("", "/a", "../a", "a/../b", "a/..", "./a", "a//b", "a/", "..", ".", "a\0"):
        assert not leads_below(path)

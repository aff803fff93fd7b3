"""Bundles come from anybody: whole ones are taken, all others refused in a line.

The short form of `benchmarks/fuzz_bundles.py`, whose mutants these are.
"""

from __future__ import annotations

import json
import runpy
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from render.bundles.archive import archive, read_archive
from render.bundles.bundle import open_bundle
from render.bundles.install import install
from render.errors import BundleError, OutputError, PresetError, RenderError, UsageError
from render.presets.preset_library import load_preset
from tests.files.hostile import in_time, places, refusal

ROOT = Path(__file__).parents[2]
Contents = dict[str, bytes]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "benchmarks" / "fuzz_bundles.py"))


@pytest.fixture
def bundle(made: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "look.renderpreset"
    path.write_bytes(made["together"](made["parts"]()))
    return path


def test_mutants(made: dict[str, Any], tmp_path: Path) -> None:
    ends = made["fuzz"](400, 20, tmp_path)
    assert min(ends["refused"], ends["installed"]) > 30


def _bug(*_: object) -> None:
    raise KeyError("a bug")


def _long(*_: object) -> None:
    raise RenderError("x" * 10_000)


def _outside(bundle: Any, presets: Path) -> Any:
    done = install(bundle, presets)
    (presets.parent / "escaped").write_text("x")
    return done


@pytest.mark.parametrize("broken", [_bug, _long, _outside])
def test_the_fuzzer_finds_what_it_looks_for(
    broken: Any, made: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(made["tried"].__globals__, "install", broken)
    with pytest.raises((KeyError, AssertionError)):
        made["tried"](made["together"](made["parts"]()), tmp_path)


def test_a_whole_one_is_taken(bundle: Path, tmp_path: Path) -> None:
    found = open_bundle(bundle)
    done = install(found, tmp_path / "presets")
    assert (done.name, done.already) == ("look", False)
    assert install(found, tmp_path / "presets").already
    preset = load_preset("look", tmp_path / "presets")
    assert preset.style == str(done.folder / "s.res1-w8.safetensors")
    assert Path(preset.style).read_bytes() == found.contents["s.res1-w8.safetensors"]
    assert {oct(path.stat().st_mode & 0o777) for path in done.folder.iterdir()} == {"0o644"}


def test_the_same_files_are_the_same_bytes() -> None:
    contents = {"bundle.json": b"{}", "a.toml": b"x" * 1000}
    assert archive(contents) == archive(dict(contents))


def _deflated(contents: Contents) -> bytes:
    return _zipped(contents, lambda entry: setattr(entry, "compress_type", zipfile.ZIP_DEFLATED))


def _link(contents: Contents) -> bytes:
    wrong = (stat.S_IFLNK | 0o777) << 16
    return _zipped(contents, lambda entry: setattr(entry, "external_attr", wrong))


def _zipped(contents: Contents, change: Callable[[zipfile.ZipInfo], object]) -> bytes:
    import io

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name)
            if name != "bundle.json":
                change(entry)
            file.writestr(entry, data)
    return made.getvalue()


def _bomb(contents: Contents) -> bytes:
    """Two files of the table of contents that are one in the file."""
    data = bytearray(archive({"a.mp4": bytes(100), "b.mp4": bytes(100)}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<L", 0)
    return bytes(data)


def _very_large(contents: Contents) -> bytes:
    """What stands before the end says that the table of contents is another, and longer."""
    data = archive({"a.mp4": b"PK\x06\x06" + bytes(52)})
    end = data[-22:-10] + struct.pack("<LLH", 0, len(data) - 22 + 20, 0)
    return data[:-22] + b"PK\x06\x07" + bytes(16) + end


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: archive({**c, "../x.mp4": b"x"}), "no name that a file in it may have"),
        (lambda c: archive({**c, "a/b.mp4": b"x"}), "no name that a file in it may have"),
        (lambda c: archive({**c, ".x": b"x"}), "no name that a file in it may have"),
        (lambda c: archive({**c, "PRESET.TOML": b"x"}), "is in it twice"),
        (lambda c: archive({**c, "more.py": b"x"}), "holds more.py, of which it says nothing"),
        (lambda c: archive({k: v for k, v in c.items() if k != "clip.mp4"}), "is not in it"),
        (lambda c: archive({**c, "clip.mp4": b"x"}), "its SHA-256 is another"),
        (lambda c: archive(dict(reversed(c.items()))), "does not begin with bundle.json"),
        (lambda c: archive(c) + b"x", "does not begin and end as one does"),
        (lambda c: archive(c)[:-30], "does not begin and end as one does"),
        (_deflated, "is compressed"),
        (_link, "is no regular file"),
        (_bomb, "is not where it should be"),
        (_very_large, "of the kind for very large files"),
        (lambda c: archive({f"{n}.mp4": b"" for n in range(40)}), "not one of 1 to 16 files"),
        (lambda c: b"", "does not begin and end as one does"),
    ],
)
def test_what_is_refused(
    change: Callable[[Contents], bytes], said: str, bundle: Path, tmp_path: Path
) -> None:
    contents = read_archive(bundle)
    bundle.write_bytes(change(contents))
    with pytest.raises(BundleError, match=said):
        open_bundle(bundle)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("schema", 2, "packed by render 0.2.0: update render to that"),
        ("schema", True, "True is no version"),
        ("kind", "zip", "says of no bundle what it holds"),
        ("name", 7, "`name`: 7 is no text"),
        ("files", [], "`files`: is no object"),
    ],
)
def test_a_manifest_says_what_it_has_to(
    key: str, value: object, said: str, made: dict[str, Any], bundle: Path
) -> None:
    contents = made["parts"]()
    bundle.write_bytes(made["together"](contents, made["manifest"](contents) | {key: value}))
    with pytest.raises(BundleError, match=said):
        open_bundle(bundle)


@pytest.mark.parametrize("style", ["udnie", "/etc/passwd", "../s.res1-w8.safetensors"])
def test_its_preset_asks_for_its_own_style(style: str, made: dict[str, Any], bundle: Path) -> None:
    contents = made["parts"]()
    old = b'style = "s.res1-w8.safetensors"'
    contents["preset.toml"] = contents["preset.toml"].replace(old, f'style = "{style}"'.encode())
    bundle.write_bytes(made["together"](contents))
    with pytest.raises(BundleError, match="have to be those of the style in the bundle"):
        open_bundle(bundle)


def test_what_its_style_and_preset_must_be(
    made: dict[str, Any], bundle: Path, tmp_path: Path
) -> None:
    contents = made["parts"]()
    presets = tmp_path / "presets"
    presets.mkdir()
    for name, data, error, said in (
        ("s.res1-w8.safetensors", b"\x80pickle", BundleError, "can run code"),
        ("preset.toml", b"schema = 1\nfsp = 3", PresetError, "`fsp`"),
        ("preset.toml", contents["preset.toml"].replace(b"res1-w8\"", b"res3\"", 1), BundleError,
         "its style is for network res1-w8, its preset asks for res3"),
    ):  # fmt: skip
        bundle.write_bytes(made["together"]({**contents, name: data}))
        with pytest.raises(error, match=said):
            install(open_bundle(bundle), presets)
        assert not list(presets.iterdir())


@pytest.mark.parametrize("name", ["../x", "", "a/b", "x.toml", ".x", "x" * 300, "x\n"])
def test_names_that_none_can_have(name: str, bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no name for a preset"):
        install(open_bundle(bundle), tmp_path / "presets", name)
    assert not (tmp_path / "presets").exists()


def test_what_is_there_stays(bundle: Path, made: dict[str, Any], tmp_path: Path) -> None:
    presets = tmp_path / "presets"
    first = open_bundle(bundle)
    install(first, presets)
    contents = {**made["parts"](), "clip.mp4": b"another"}
    bundle.write_bytes(made["together"](contents))
    second = open_bundle(bundle)
    with pytest.raises(OutputError, match="is there already; --force replaces it"):
        install(second, presets)
    assert not install(second, presets, force=True).already
    assert (presets / "look/clip.mp4").read_bytes() == b"another"
    (presets / "mine.toml").write_text("schema = 1")
    with pytest.raises(OutputError, match=r"mine\.toml: there is a preset of that name"):
        install(second, presets, "mine", force=True)
    (presets / "photos").mkdir()
    with pytest.raises(OutputError, match="is there already; --as"):
        install(second, presets, "photos", force=True)
    assert sorted(path.name for path in presets.iterdir()) == ["look", "mine.toml", "photos"]


@pytest.mark.parametrize("place", places())
def test_what_may_stand_in_its_place(place: str, tmp_path: Path) -> None:
    path = tmp_path / "x.renderpreset"
    places()[place](path)
    with in_time():
        assert refusal(lambda: open_bundle(path))


def test_a_broken_manifest_is_no_traceback(bundle: Path) -> None:
    contents = read_archive(bundle)
    for text in ("[" * 60_000, '{"a": NaN}', json.dumps([]), "\ud800", "{}" * 40_000):
        contents["bundle.json"] = text.encode("utf-8", "surrogatepass")
        bundle.write_bytes(archive(contents))
        with in_time():
            assert refusal(lambda: open_bundle(bundle))

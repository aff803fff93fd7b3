"""Thousands of broken bundles and presets: each is taken whole, or refused in one line and at once.

    python benchmarks/fuzz_bundles.py [COUNT [SEED]]

Half of the mutants are of the file: bits, bytes, lengths, pieces cut, doubled and moved. Half are
of what is in it, put together again with right lengths and digests, so that they come past those:
the manifest, the preset, names, links, the table of contents. Whatever is installed has to lie in
its own folder, of regular files with the names and bytes that were in the bundle; whatever is not
must leave nothing behind. The last line counts them.
"""

from __future__ import annotations

import hashlib
import json
import random
import stat
import struct
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from render.bundles.archive import archive
from render.bundles.bundle import open_bundle
from render.bundles.install import install
from render.errors import RenderError
from render.presets.preset_library import load_preset

PRESET = """schema = 1
name = "look"
description = "a look"
author = "me"
licence = "CC0-1.0"
fps = 15
size = "480x853"
network = "res1-w8"
style = "s.res1-w8.safetensors"
strength = 0.5

[evidence]
device = "A12"
ms = 66.0
why = ["it fits"]
"""
ROLES = {
    "preset.toml": "preset",
    "thumbnail.jpg": "thumbnail",
    "s.res1-w8.safetensors": "style",
    "clip.mp4": "clip",
    "preview.mp4": "preview",
}
WORDS = (
    *("", "..", "../../x", "/etc/passwd", "a/b", "a\\b", "C:\\x", "con", ".hidden", "x\0y"),
    *("x" * 5000, "\u202egpj.exe", "\x1b[31m", "\ud800", "é", "bundle.json", "preset.toml", " x"),
)
VALUES = (None, True, -1, 0, 1e308, 2**63, 10**40, [], {}, [[]], {"a": {}}, *WORDS)


def style() -> bytes:
    """A small style file, as far as its header says."""
    spec = {
        "blocks": 1, "kind": "full", "width": 8, "kernel": 3, "norm": "batch",
        "padding": "zero", "context": 8, "upsample": "nearest", "output": "sigmoid",
        "deep_context": 2,
    }  # fmt: skip
    texts = dict.fromkeys(("title", "artist", "year", "licence", "trained_on", "author"), "x")
    words = {"format": "render-style", "schema": "1", "style": "s", "spec": json.dumps(spec)}
    header = {
        "__metadata__": {**words, **texts, "settings": "{}", "measured": "{}"},
        "a": {"dtype": "F16", "shape": [3, 2], "data_offsets": [0, 12]},
    }
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(12)


def parts() -> dict[str, bytes]:
    """What a bundle holds, but for its manifest. Nobody looks at the videos before they verify."""
    return {
        "preset.toml": PRESET.encode(),
        "thumbnail.jpg": b"\xff\xd8\xff" + bytes(200),
        "s.res1-w8.safetensors": style(),
        "clip.mp4": bytes(300),
        "preview.mp4": bytes(400),
    }


def manifest(contents: Mapping[str, bytes], roles: Mapping[str, str] = ROLES) -> dict[str, object]:
    """What it says of them."""
    files = {
        name: {
            "role": roles.get(name, "clip"),
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            **dict.fromkeys(("licence", "by", "about"), "CC0-1.0"),
        }
        for name, data in contents.items()
    }
    words = {"kind": "render-bundle", "schema": 1, "name": "look", "render": "0.2.0"}
    return {**words, "made_with": "torch cpu f32", "versions": {"torch": "2"}, "files": files}


def together(contents: Mapping[str, bytes], said: object = None) -> bytes:
    """A bundle of these files; ``said`` is what its manifest says, the truth if nothing else."""
    text = json.dumps(manifest(contents) if said is None else said)
    return archive({"bundle.json": text.encode("utf-8", "surrogatepass"), **contents})


def of_the_file(chance: random.Random) -> bytes:
    """A bundle whose bytes are not what they were."""
    data = bytearray(together(parts()))
    for _ in range(chance.choice((1, 1, 1, 2, 5, 40))):
        data = data or bytearray(b"P")
        at, length = chance.randrange(len(data)), chance.choice((1, 2, 4, 8, 100, 1000))
        match chance.randrange(8):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + length] = chance.randbytes(length)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                del data[at:]
            case 5:
                value = chance.choice((0, 1, 0xFF, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF))
                data[at : at + 4] = struct.pack("<L", value)
            case 6:  # in the table of contents and its end, where the lengths and places are
                near = max(0, len(data) - 1 - chance.randrange(min(len(data), 600)))
                data[near] = chance.randrange(256)
            case _:
                data += chance.choice((b"x", b"PK\x05\x06" + bytes(18), bytes(data[at:])))
    return bytes(data)


def of_what_is_in_it(chance: random.Random) -> bytes:
    """A bundle that is well made, of something else."""
    contents = parts()
    match chance.randrange(6):
        case 0:
            said = json.loads(json.dumps(manifest(contents)))
            for _ in range(chance.choice((1, 1, 3))):
                _changed(said, chance)
            return together(contents, said)
        case 1:
            lines = PRESET.splitlines()
            at = chance.randrange(len(lines))
            value = chance.choice((*map(json.dumps, VALUES), "nan", "[[", "0x" + "f" * 99, "'''"))
            lines[at] = f"{lines[at].partition(' = ')[0]} = {value}"
            contents["preset.toml"] = "\n".join(lines).encode("utf-8", "surrogatepass")
        case 2:
            name = chance.choice(list(contents))
            data = bytearray(contents[name])
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            contents[name] = bytes(data)
        case 3:
            old = chance.choice(list(contents))
            new = chance.choice(WORDS).encode("utf-8", "replace").decode()
            renamed = {new if name == old else name: data for name, data in contents.items()}
            roles = {new if name == old else name: role for name, role in ROLES.items()}
            return together(renamed, manifest(renamed, roles))
        case 4:
            del contents[chance.choice(list(contents))]
        case _:
            return _odd_zip(contents, chance)
    return together(contents)


def _changed(value: object, chance: random.Random) -> None:
    """One place in it, however deep, is something else, or gone."""
    while isinstance(value, dict) and value:
        key = chance.choice(list(value))
        inner = value[key]
        if isinstance(inner, dict) and inner and chance.random() < 0.8:
            value = inner
            continue
        match chance.randrange(4):
            case 0:
                del value[key]
            case 1:
                value[str(chance.choice(WORDS))] = value.pop(key)
            case _:
                value[key] = chance.choice(VALUES)
        return


def _odd_zip(contents: Mapping[str, bytes], chance: random.Random) -> bytes:
    """What a zip may hold, and a bundle may not."""
    with tempfile.TemporaryFile() as made:
        kind = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED))
        odd = chance.choice([*contents, "bundle.json"])
        with zipfile.ZipFile(made, "w") as file:
            every = {"bundle.json": json.dumps(manifest(contents)).encode(), **contents}
            how = chance.randrange(6)
            for name, data in every.items():
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                if name == odd:
                    match how:
                        case 0:
                            entry.compress_type = kind
                        case 1:
                            wrong = chance.choice((stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO))
                            entry.external_attr = (wrong | 0o777) << 16
                        case 2:
                            entry.comment = b"x" * chance.choice((1, 65535))
                        case 3:
                            entry.extra = struct.pack("<HHQ", 1, 8, 2**40)
                        case 4:
                            file.writestr(f"folder/{name}", data)
                        case _:
                            file.writestr(name.upper(), bytes(50 << 10))
                file.writestr(entry, data)
            if chance.random() < 0.2:
                file.comment = b"hello"
        made.seek(0)
        return made.read()


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Always the same ones for a seed."""
    chance = random.Random(seed)
    for number in range(count):
        yield (of_the_file if number % 2 else of_what_is_in_it)(chance)


def tried(data: bytes, folder: Path) -> str:
    """What becomes of one: ``installed`` or ``refused``. Raises AssertionError for all else."""
    path, presets = folder / "x.renderpreset", folder / "presets"
    path.write_bytes(data)
    presets.mkdir(exist_ok=True)
    try:
        bundle = open_bundle(path)
        done = install(bundle, presets)
    except RenderError as error:
        text = str(error)
        assert text and "\n" not in text and len(text) < 9000, repr(text)
        assert not any(presets.iterdir()), f"left behind by: {text}"
        return "refused"
    lying = [each for each in folder.rglob("*") if each not in (path, presets)]
    assert all(done.folder in (each, *each.parents) for each in lying), lying
    assert all(each.is_file() and not each.is_symlink() for each in done.folder.iterdir())
    found = sorted(each.read_bytes() for each in done.folder.iterdir())
    assert found == sorted(bundle.contents.values())
    load_preset(done.name, presets)
    for each in done.folder.iterdir():
        each.unlink()
    done.folder.rmdir()
    return "installed"


def fuzz(
    count: int, seed: int, folder: Path, each: Callable[[str], None] = lambda _: None
) -> Counter[str]:
    """Try so many; how many ended how."""
    ends: Counter[str] = Counter()
    for number, data in enumerate(mutants(count, seed)):
        try:
            end = tried(data, folder)
        except BaseException as error:
            kept = Path(tempfile.gettempdir()) / f"mutant-{seed}-{number}.renderpreset"
            kept.write_bytes(data)
            error.add_note(f"mutant {number} of seed {seed}: {kept}")
            raise
        ends[end] += 1
        each(end)
    return ends


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began, slowest, last = time.monotonic(), 0.0, time.monotonic()

    def timed(_: str) -> None:
        nonlocal slowest, last
        now = time.monotonic()
        slowest, last = max(slowest, now - last), now

    with tempfile.TemporaryDirectory() as folder:
        ends = fuzz(count, seed, Path(folder), timed)
    print(
        f"{count} mutants (seed {seed}): {ends['refused']} refused in a line, "
        f"{ends['installed']} taken whole; {time.monotonic() - began:.0f} s, the slowest "
        f"{slowest:.2f} s"
    )


if __name__ == "__main__":
    main()

"""StyleMetadata: what a style file says of itself, read from its header alone, without torch.

A style file is a safetensors file: eight bytes of header length (little endian), a JSON header that
names every tensor and holds the metadata as strings, then the numbers. Nothing in it is executable.
"""

from __future__ import annotations

import json
import math
import shlex
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from render.errors import StyleError, UsageError
from render.files.json import parse_json
from render.files.small import NotRegularError, opened, size_of
from render.networks.spec import NetworkSpec

FORMAT = "render-style"
SCHEMA = 1
SUFFIX = ".safetensors"

_MAX_HEADER = 1 << 20
MAX_FILE = 256 << 20
_MAX_TENSORS = 1000
_PARTS = 3  # objects and lists of a tensor, and its keys
_TEXTS = ("style", "title", "artist", "year", "licence", "trained_on", "author")
_BYTES = {"F16": 2, "F32": 4}


@dataclass(frozen=True, slots=True)
class StyleMetadata:
    """Who, what and how of a style.

    Attributes:
        style: its name, such as ``starry-night``. spec: the network that the weights are for.
        title, artist, year: of the painting. licence: of the weights.
        trained_on: the painting's and the photographs' origin. author: of the weights.
        settings: of the training; measured: figures of the result. JSON objects both.
    """

    style: str
    spec: NetworkSpec
    title: str = ""
    artist: str = ""
    year: str = ""
    licence: str = ""
    trained_on: str = ""
    author: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)

    @property
    def network(self) -> str:
        """The network's short name."""
        return self.spec.name

    def as_dict(self) -> dict[str, Any]:
        """JSON types, for ``--json`` and hand-offs."""
        texts = {name: getattr(self, name) for name in _TEXTS}
        return {
            **texts,
            "network": self.network,
            "settings": dict(self.settings),
            "measured": dict(self.measured),
        }

    def as_header(self) -> dict[str, str]:
        """The strings that go into the safetensors header."""
        return {
            "format": FORMAT,
            "schema": str(SCHEMA),
            "network": self.network,
            "spec": json.dumps(self.spec.as_dict()),
            **{name: getattr(self, name) for name in _TEXTS},
            "settings": json.dumps(self.settings),
            "measured": json.dumps(self.measured),
        }


def read_metadata(path: Path) -> StyleMetadata:
    """What the style file says of itself. Reads its header only, and checks that the tensors it
    announces are all there.

    Raises StyleError for anything but a whole style file of a known schema.
    """
    header = _read_header(path)
    strings = header.pop("__metadata__", None)
    if not isinstance(strings, dict) or strings.get("format") != FORMAT:
        raise StyleError(
            f"{path}: is a safetensors file, but no style of render; train one with `render train`"
        )
    schema = strings.get("schema", "")
    if not (isinstance(schema, str) and schema.isdecimal() and len(schema) < 10):
        raise _damaged(path, "says no schema")
    if int(schema) > SCHEMA:
        raise StyleError(
            f"{path}: is of style schema {schema}, and this render knows {SCHEMA}; update render"
        )
    missing = [name for name in ("spec", *_TEXTS) if not isinstance(strings.get(name), str)]
    if missing or not strings["style"]:
        raise _damaged(path, f"lacks {', '.join(missing) or 'a style name'}")
    try:
        spec = NetworkSpec.from_dict(_object(strings["spec"]))
        settings, measured = (_object(strings.get(n, "{}")) for n in ("settings", "measured"))
    except ValueError as error:
        raise _damaged(path, f"has metadata that cannot be read ({error})") from None
    except UsageError as error:
        raise _damaged(path, f"names no known network ({error})") from None
    return StyleMetadata(
        spec=spec,
        settings=settings,
        measured=measured,
        **{name: strings[name] for name in _TEXTS},
    )


def is_other_safetensors(path: Path) -> bool:
    """Whether it is a whole safetensors file, but no style of render."""
    try:
        strings = _read_header(path).get("__metadata__")
    except StyleError:
        return False
    return not (isinstance(strings, dict) and strings.get("format") == FORMAT)


def _read_header(path: Path) -> dict[str, Any]:
    """The JSON header, its tensors checked against the file's length."""
    try:
        with opened(path) as file:
            size = size_of(file)
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= length <= min(_MAX_HEADER, size - 8) or size > MAX_FILE:
                raise _foreign(path, start)
            text = file.read(length)
    except (FileNotFoundError, IsADirectoryError, NotRegularError) as error:
        what = "does not exist" if isinstance(error, FileNotFoundError) else error.strerror
        raise StyleError(f"{path}: {what}; give a style's name or its {SUFFIX} file") from None
    except OSError as error:
        raise StyleError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        header = parse_json(text.decode("utf-8"), _MAX_TENSORS * _PARTS)
    except ValueError:
        raise _foreign(path, start) from None
    if not isinstance(header, dict):
        raise _foreign(path, start)
    _check_tensors(path, header, size - 8 - length)
    return header


def _check_tensors(path: Path, header: Mapping[str, Any], room: int) -> None:
    places = []
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        try:
            shape, (first, last) = entry["shape"], entry["data_offsets"]
            count = math.prod(map(_whole, shape))
            sane = _whole(first) + count * _BYTES[entry["dtype"]] == _whole(last)
        except (KeyError, TypeError, ValueError):
            raise StyleError(
                f"{path}: holds a tensor {name!r} of a kind that no style of render has; "
                "train one with `render train`"
            ) from None
        if not sane:
            raise _damaged(path, f"has a tensor {name!r} whose place and shape disagree")
        places.append((first, last, name))
    end = 0
    for first, last, name in sorted(places):
        if first < end:
            raise _damaged(path, f"has a tensor {name!r} that overlaps another")
        if first > end:
            raise _damaged(path, "has bytes that belong to nothing")
        end = last
    if end != room:
        what = "is cut short" if end > room else "has bytes that belong to nothing"
        raise _damaged(path, what)


def _whole(number: object) -> int:
    if type(number) is not int or number < 0:
        raise ValueError
    return number


def _object(text: object) -> dict[str, Any]:
    value = parse_json(text, numbers=False)  # a figure that was NaN is still said to be
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - what json raises
    return value


def _damaged(path: Path, what: str) -> StyleError:
    return StyleError(f"{path}: {what}; copy or download the style again")


def _foreign(path: Path, start: bytes) -> StyleError:
    words = ("styles", "import", str(path), "-o", f"{path.stem}{SUFFIX}")
    todo = f"`{shlex.join(('render', *words))}` makes a style of it, if it is a TransformerNet"
    if start.startswith((b"PK\x03\x04", b"\x80")) or path.suffix in {".pt", ".pth", ".pkl"}:
        what = "is a pickle or an archive of them, which can run code when it is loaded"
    elif path.suffix == ".onnx":
        what = "is an ONNX model"
    else:
        what = f"is no {SUFFIX} file, or a damaged one"
        todo = f"render takes the {SUFFIX} files that `render train` writes"
    return StyleError(f"{path}: {what}; {todo}")

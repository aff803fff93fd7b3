"""What a bundle says of itself: which files it holds, what each is for, whose it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from render.errors import BundleError
from render.files.json import parse_json
from render.files.limits import short
from render.presets.preset_file import MAX_BYTES as MOST_OF_PRESET
from render.presets.preset_library import MANIFEST

KIND = "render-bundle"
SCHEMA = 1
MOST = 64 << 10
"""Bytes of the manifest."""
_MOST_OF_TEXT = 2000
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Role(StrEnum):
    """What a file in a bundle is for."""

    PRESET = "preset"
    STYLE = "style"
    CLIP = "clip"
    PREVIEW = "preview"
    THUMBNAIL = "thumbnail"


MOST_OF: Mapping[Role, int] = {
    Role.PRESET: MOST_OF_PRESET,
    Role.STYLE: 48 << 20,
    Role.CLIP: 16 << 20,
    Role.PREVIEW: 24 << 20,
    Role.THUMBNAIL: 1 << 20,
}
"""Bytes of each."""

SUFFIX_OF: Mapping[Role, str] = {
    Role.PRESET: ".toml",
    Role.STYLE: ".safetensors",
    Role.CLIP: ".mp4",
    Role.PREVIEW: ".mp4",
    Role.THUMBNAIL: ".jpg",
}
"""Its name's end: nothing that a double click would run."""


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A file of a bundle.

    Attributes:
        role: what it is for. bytes: its length. sha256: of its content, hexadecimal.
        licence, by: under which it may be used, and who made it; empty where nobody said.
        about: what it is, in a line.
    """

    role: Role
    bytes: int
    sha256: str
    licence: str = ""
    by: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Attributes:
    name: what the preset is installed as, where nothing else is asked for.
    render: the version that packed it. made_with: engine, device and precision of the preview.
    versions: of the libraries that decide how a preview looks.
    parts: the files by name, one of each role.
    """

    name: str
    render: str
    made_with: str
    versions: Mapping[str, str]
    parts: Mapping[str, BundledFile]

    def name_of(self, role: Role) -> str:
        """Of the file that has it."""
        return next(name for name, part in self.parts.items() if part.role is role)

    def to_json(self) -> str:
        """The file's text."""
        preset = self.parts[self.name_of(Role.PRESET)]
        said = {
            "kind": KIND,
            "schema": SCHEMA,
            "name": self.name,
            "render": self.render,
            # For whoever lists what is installed, and reads no more than this file.
            "author": preset.by,
            "licence": preset.licence,
            "packed_by": f"render {self.render}",
            "made_with": self.made_with,
            "versions": dict(self.versions),
            "files": {name: asdict(part) for name, part in self.parts.items()},
        }
        return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def parse_manifest(data: bytes, label: str) -> Manifest:
    """What a manifest says. Raises BundleError naming ``label``, the key and what is wrong."""
    try:
        found = parse_json(data[: MOST + 1].decode("utf-8"))
        if len(data) > MOST:
            raise ValueError(f"is over {MOST >> 10} KiB")
        if not isinstance(found, dict) or found.get("kind") != KIND:
            raise ValueError("says of no bundle what it holds")
        _check_schema(found)
        return Manifest(
            name=_text(found, "name"),
            render=_text(found, "render"),
            made_with=_text(found, "made_with"),
            versions={
                key: _text(_table(found, "versions"), key) for key in _table(found, "versions")
            },
            parts=_parts(_table(found, "files")),
        )
    except ValueError as error:
        raise BundleError(f"{label}: {MANIFEST}: {error}") from None


def _check_schema(found: Mapping[str, Any]) -> None:
    schema = found.get("schema")
    if type(schema) is not int or schema < 1:
        raise ValueError(f"`schema`: {short(schema)} is no version")
    if schema > SCHEMA:
        by = found.get("render")
        wanted = f"render {by}" if isinstance(by, str) and len(by) < 40 else "a newer render"
        raise ValueError(
            f"is of schema {schema}, and this render reads {SCHEMA}; it was packed by {wanted}: "
            "update render to that"
        )


def _parts(files: Mapping[str, Any]) -> dict[str, BundledFile]:
    parts = {name: _part(name, _table(files, name)) for name in files}
    roles = [part.role for part in parts.values()]
    for role in Role:
        if roles.count(role) != 1:
            raise ValueError(f"`files`: names {roles.count(role)} files as {role.value}, not 1")
    return parts


def _part(name: str, said: Mapping[str, Any]) -> BundledFile:
    words = [role.value for role in Role]
    if said.get("role") not in words:
        raise ValueError(
            f"`{name}`: `role`: {short(said.get('role'))} is none of {', '.join(words)}"
        )
    role = Role(said["role"])
    if not name.endswith(SUFFIX_OF[role]):
        raise ValueError(f"`{name}`: a {role.value} ends in {SUFFIX_OF[role]}")
    size = said.get("bytes")
    if type(size) is not int or not 0 < size <= MOST_OF[role]:
        most = MOST_OF[role]
        limit = f"{most >> 20} MiB" if most >= 1 << 20 else f"{most >> 10} KiB"
        raise ValueError(f"`{name}`: `bytes`: {short(size)} is not 1 to {limit}")
    sha256 = _text(said, "sha256")
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"`{name}`: `sha256`: {short(sha256)} is no SHA-256")
    return BundledFile(
        role, size, sha256, _text(said, "licence"), _text(said, "by"), _text(said, "about")
    )


def _table(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"`{key}`: is no object")  # noqa: TRY004 - one error for whatever is wrong
    return value


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or len(value) > _MOST_OF_TEXT:
        raise ValueError(f"`{key}`: {short(value)} is no text of up to {_MOST_OF_TEXT} characters")
    return value

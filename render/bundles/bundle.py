"""A bundle in hand: read, every file held against its SHA-256, its preset understood."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from render.bundles.archive import read_archive
from render.bundles.manifest import BundledFile, Manifest, Role, parse_manifest
from render.errors import BundleError, OutputError, StyleError
from render.files.names import inside
from render.networks.metadata import StyleMetadata, read_metadata
from render.networks.spec import NetworkSpec
from render.presets.preset import Preset
from render.presets.preset_file import parse_preset
from render.presets.preset_library import MANIFEST


@dataclass(frozen=True, slots=True)
class Bundle:
    """A preset with all that it needs: its style's weights, two seconds of a clip, what a preview
    of them looked like, and a thumbnail of that.

    Attributes:
        path: of its file. manifest: what it says of itself. preset: its style is the bundle's own,
        by its name alone. contents: the files by name, with the manifest.
    """

    path: Path
    manifest: Manifest
    preset: Preset
    contents: Mapping[str, bytes]

    def name_of(self, role: Role) -> str:
        """Of the file of that role, in the bundle and where it is unpacked."""
        return self.manifest.name_of(role)

    def part(self, role: Role) -> BundledFile:
        """What is said of the file of that role."""
        return self.manifest.parts[self.name_of(role)]

    def unpack(self, folder: Path) -> StyleMetadata:
        """Write all of it into ``folder``, which is new and empty; what the style says of itself.
        Raises BundleError where the style is none, or not the preset's, OutputError."""
        for name, data in self.contents.items():
            place = inside(folder, name)
            try:
                place.write_bytes(data)
            except OSError as error:
                raise OutputError(f"{place}: cannot be written ({error.strerror})") from error
        return self._style(folder)

    def _style(self, folder: Path) -> StyleMetadata:
        name = self.name_of(Role.STYLE)
        try:
            metadata = read_metadata(folder / name)
        except StyleError as error:
            words = str(error).removeprefix(f"{folder / name}: ")
            raise BundleError(f"{self.path}: {name}: {words}") from None
        if metadata.spec != NetworkSpec.parse(self.preset.network):
            raise BundleError(
                f"{self.path}: its style is for network {metadata.network}, its preset asks for "
                f"{self.preset.network}"
            )
        return metadata


def open_bundle(path: Path) -> Bundle:
    """The bundle of a file. Nothing is written, nothing that a file in it may hold is run.

    Raises BundleError for what is no bundle, is damaged or says otherwise than it holds, and
    PresetError for its preset.
    """
    return understood(read_archive(path), path)


def understood(contents: Mapping[str, bytes], path: Path) -> Bundle:
    """As `open_bundle`, of files that are in hand."""
    if next(iter(contents)) != MANIFEST:
        raise BundleError(f"{path}: is a zip, but no bundle: it does not begin with {MANIFEST}")
    manifest = parse_manifest(contents[MANIFEST], str(path))
    _check_contents(path, manifest, contents)
    preset = _preset(path, manifest, contents)
    return Bundle(path, manifest, preset, contents)


def _check_contents(path: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> None:
    for name in manifest.parts:
        if name not in contents or name == MANIFEST:
            raise BundleError(f"{path}: says that it holds {name}, which is not in it")
    for name in contents:
        if name != MANIFEST and name not in manifest.parts:
            raise BundleError(f"{path}: holds {name}, of which it says nothing")
    for name, part in manifest.parts.items():
        data = contents[name]
        if len(data) != part.bytes or hashlib.sha256(data).hexdigest() != part.sha256:
            raise BundleError(
                f"{path}: {name} is not what was packed (its SHA-256 is another); fetch it again"
            )


def _preset(path: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> Preset:
    name = manifest.name_of(Role.PRESET)
    try:
        text = contents[name].decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError(f"{path}: {name}: is not UTF-8 text (at byte {error.start})") from None
    preset = parse_preset(text, f"{path}: {name}", path.parent)
    if preset.style != manifest.name_of(Role.STYLE) or "network" not in preset.model_fields_set:
        raise BundleError(
            f"{path}: {name}: `style` and `network` have to be those of the style in the bundle"
        )
    return preset

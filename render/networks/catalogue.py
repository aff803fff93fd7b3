"""Finding styles: the shipped ones by name, any other by its file. Imports no torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from render.errors import StyleError
from render.files.limits import short
from render.files.names import file_exists
from render.nearest import nearest
from render.networks.metadata import SUFFIX, StyleMetadata, read_metadata
from render.networks.spec import NetworkSpec
from render.resources import presets_dir
from render.target import Size

DEFAULT_NETWORK = "res3"
_SOME_SIZE = Size(480, 853)  # the order of costs hardly depends on it
_FOREIGN = {".pt", ".pth", ".pkl", ".onnx", ".ckpt", ".mlmodel", ".mlpackage", ".t7", ".npz"}


class MissingNetworkError(StyleError):
    """A style that is there, but not for the network asked for.

    ``style`` is its name or file, ``network`` the one asked for, ``there`` those that it has.
    """

    def __init__(self, message: str, style: str, network: str, there: tuple[str, ...]) -> None:
        super().__init__(message)
        self.style = style
        self.network = network
        self.there = there


class FoundStyle(NamedTuple):
    """A style file and what it says of itself."""

    path: Path
    metadata: StyleMetadata


def styles_dir() -> Path:
    """Where the shipped styles lie, as ``<style>.<network>.safetensors``."""
    return presets_dir() / "styles"


def list_styles(folder: Path | None = None) -> list[FoundStyle]:
    """The shipped styles, or those of ``folder``, by name and network. Raises StyleError when one
    is damaged."""
    return [FoundStyle(path, read_metadata(path)) for path in _files(folder)]


def find_style(name_or_file: str, network: str | None, folder: Path | None = None) -> FoundStyle:
    """The style of a name, or of a file, for a network's short name; names are those of the shipped
    styles, or of the ones in ``folder``.

    A name picks the shipped file for ``network``; None takes res3's, or else the first. What has a
    path separator or a model file's suffix, or exists on disk, is a file, and is used as it is.
    Raises StyleError when there is none, or when the file is for another network, and UsageError
    when ``network`` is no network's name.
    """
    wanted = None if network is None else NetworkSpec.parse(network)
    if _is_file(name_or_file):
        path = Path(name_or_file)
        metadata = read_metadata(path)
        if wanted is not None and metadata.spec != wanted:
            raise MissingNetworkError(
                f"{path}: is for network {metadata.network}, not {wanted}; "
                f"use --network {metadata.network}",
                name_or_file,
                wanted.name,
                (metadata.network,),
            )
        return FoundStyle(path, metadata)
    names = {path: _parts(path) for path in _files(folder)}
    mine = {net: path for path, (style, net) in names.items() if style == name_or_file}
    if not mine:
        raise StyleError(_unknown(name_or_file, sorted({style for style, _ in names.values()})))
    chosen = wanted.name if wanted is not None else DEFAULT_NETWORK
    if wanted is None and chosen not in mine:
        chosen = min(mine)
    if chosen not in mine:
        raise MissingNetworkError(
            f"style {name_or_file!r} has no file for network {chosen}, only for "
            f"{', '.join(sorted(mine))}; choose one of these, or train it with "
            f"`render train --network {chosen}`",
            name_or_file,
            chosen,
            tuple(sorted(mine)),
        )
    return FoundStyle(mine[chosen], read_metadata(mine[chosen]))


def missing_networks(missing: Sequence[MissingNetworkError]) -> StyleError:
    """All that are missing, in one error."""
    if len(missing) == 1:
        return missing[0]
    wanted: dict[str, list[str]] = {}
    for error in missing:
        wanted.setdefault(error.style, []).append(error.network)
    there = {error.style: error.there for error in missing}
    words = [
        f"{style} has no {' and no '.join(networks)}, only {', '.join(there[style])}"
        for style, networks in wanted.items()
    ]
    return StyleError(f"{'; '.join(words)}; choose among these, or train them with `render train`")


def find_networks(name_or_file: str) -> list[FoundStyle]:
    """Every file of a shipped style's name, or the one file, from the costliest network to the
    cheapest. Raises StyleError when there is none."""
    first = find_style(name_or_file, None)
    if _is_file(name_or_file):
        return [first]
    mine = [path for path in _files() if _parts(path)[0] == name_or_file]
    return sorted((FoundStyle(path, read_metadata(path)) for path in mine), key=cost, reverse=True)


def is_style(word: str) -> bool:
    """Whether ``word`` is a shipped style's name, or an existing style file."""
    names = {_parts(path)[0] for path in _files()}
    return word in names or (word.endswith(SUFFIX) and file_exists(word))


def shipped_as(path: Path) -> tuple[str, str] | None:
    """The style's name and its network, where ``path`` is a file that comes with render."""
    try:
        ours = path.parent.resolve() == styles_dir().resolve() and path in _files(path.parent)
    except OSError:  # a ring of links
        return None
    return _parts(path) if ours else None


def cost(style: FoundStyle) -> int:
    """What styles are ordered by: multiply-adds of their networks at one size."""
    return style.metadata.spec.macs(_SOME_SIZE)


def _files(folder: Path | None = None) -> list[Path]:
    folder = folder or styles_dir()
    return sorted(p for p in folder.glob(f"*{SUFFIX}") if not p.name.startswith("."))


def _parts(path: Path) -> tuple[str, str]:
    style, _, network = path.name.removesuffix(SUFFIX).rpartition(".")
    return style, network


def _is_file(text: str) -> bool:
    if os.sep in text or "/" in text or (os.altsep and os.altsep in text):
        return True
    path = Path(text)
    if path.suffix.lower() in {SUFFIX, *_FOREIGN}:
        return True
    return file_exists(text)


def _unknown(name: str, there: list[str]) -> str:
    if not there:
        return f"style {short(name)}: no style comes with this render; give a {SUFFIX} file"
    close = nearest(name, there)
    meant = f"did you mean {close}? " if close else ""
    known = ", ".join(there)
    return f"style {short(name)} is not known: {meant}There is {known}, or a {SUFFIX} file"

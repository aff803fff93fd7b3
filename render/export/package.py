"""A model's files, looked at before anybody else's reader opens them.

coremltools follows a package's manifest and opens what it names, whatever that is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from render.errors import ExportError
from render.files.json import read_json
from render.files.limits import short
from render.files.names import file_exists

INSIDE = Path("Data/com.apple.CoreML/model.mlmodel")
_MOST_BYTES = 1 << 30  # five blocks at the greatest width are 110 MB in single precision
_MOST_FILES = 1000
_MOST_MANIFEST = 1 << 20


def model_file(path: Path) -> Path:
    """The file of a .mlpackage or .mlmodel that holds its operations. Raises ExportError unless all
    that belongs to it are regular files inside of it, of a size that a model may have."""
    # Not Path's own, which raise for a name that no file can have.
    if not os.path.lexists(path):
        raise ExportError(f"{path}: there is no such model")
    folder = os.path.isdir(path)  # noqa: PTH112
    file = path / INSIDE if folder else path
    if path.suffix not in (".mlpackage", ".mlmodel"):
        raise ExportError(f"{path}: is no Core ML model; give a .mlpackage or a .mlmodel")
    _check_files(path, list(_files(path)) if folder else [path])
    if not file.is_file():
        raise ExportError(f"{path}: is no Core ML model; give a .mlpackage or a .mlmodel")
    if folder:
        _check_manifest(path)
    return file


def _files(folder: Path) -> Iterator[Path]:
    """All that is in it but folders of its own; a link to a folder is none."""
    for top, folders, names in os.walk(folder):
        inside = [Path(top) / name for name in (*folders, *names)]
        yield from (each for each in inside if each.is_symlink() or not each.is_dir())


def _check_files(path: Path, files: list[Path]) -> None:
    if len(files) > _MOST_FILES:
        raise ExportError(f"{path}: holds over {_MOST_FILES} files, more than any model")
    size = 0
    for file in files:
        name = f"holds {file.relative_to(path)}, which" if file != path else ""
        try:
            found = file.stat()
        except OSError as error:
            raise ExportError(f"{path}: {name} cannot be read ({error.strerror})") from None
        if not stat.S_ISREG(found.st_mode):
            raise ExportError(f"{path}: {name} is no regular file; copy the model again")
        size += found.st_size
    if size > _MOST_BYTES:
        raise ExportError(f"{path}: is of over {_MOST_BYTES >> 30} GiB, more than any model")


def _check_manifest(path: Path) -> None:
    """What it names as the model, and all else, must be in the package."""
    place = path / "Manifest.json"
    said = read_json(place, "manifest of a package", _MOST_MANIFEST, ExportError)
    try:
        items: dict[str, Any] = said["itemInfoEntries"]
        named = [PurePosixPath(item["path"]) for item in items.values()]
        root = items[said["rootModelIdentifier"]]
    except (KeyError, TypeError, AttributeError, IndexError):
        raise ExportError(f"{place}: is no manifest of a Core ML package; copy it again") from None
    if not isinstance(said["rootModelIdentifier"], str) or root not in items.values():
        raise ExportError(f"{place}: names no model of its own")
    for name in named:
        if name.is_absolute() or ".." in name.parts:
            raise ExportError(f"{place}: names {short(str(name))}, outside of its package")
    if not file_exists(path / "Data" / root["path"]):
        raise ExportError(f"{place}: names {short(root['path'])} as the model, which is not there")

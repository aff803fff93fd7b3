"""Networks from elsewhere that are used as styles: imported once, and kept. Imports no torch for
those that are there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from render.errors import StyleError
from render.files.digest import digest_of
from render.files.small import opened
from render.networks.metadata import SUFFIX, is_other_safetensors, read_metadata

if TYPE_CHECKING:
    from render.networks.importers import Imported

SUFFIXES = (".pth", ".pt", ".model", ".onnx")
"""What `import_model` reads, beside safetensors."""
_TORCH = b"PK\x03\x04", b"\x80"
_VERSION = "1"
"""To be raised when the same file would be imported as another style."""


def is_foreign(path: Path) -> bool:
    """Whether a file may be a network from elsewhere, by its name and first bytes."""
    try:
        with opened(path) as file:
            start = file.read(4)
    except (OSError, ValueError):  # whoever uses it says why
        return False
    if path.suffix == SUFFIX:
        return is_other_safetensors(path)
    return path.suffix.lower() == ".onnx" or start.startswith(_TORCH)


def import_once(path: Path, folder: Path) -> tuple[Path, Imported | None]:
    """The style file that ``path`` was imported as, below ``folder``, by its content and name; and
    what came of the import where it is done only now. Raises StyleError."""
    place = folder / f"{digest_of(path, StyleError)}-{_VERSION}" / f"{path.stem}{SUFFIX}"
    try:
        read_metadata(place)
    except StyleError:  # not there, or damaged
        pass
    else:
        return place, None
    from render.networks.checkpoint import save_style
    from render.networks.importers import Words, import_model

    imported = import_model(path, Words(path.stem))
    save_style(place, imported.network, imported.metadata)
    return place, imported

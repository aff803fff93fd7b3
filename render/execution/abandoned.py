"""Segments that no run goes on with: found, and cleared."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from render.errors import UsageError
from render.execution.segment_store import LINES
from render.files.journal import COPIES, STATE, Journal
from render.files.temporary import in_use, remove_tree
from render.media.encoding import SEGMENT_SUFFIXES


@dataclass(frozen=True, slots=True)
class Abandoned:
    """What a run that did not come to its end has left of one preview.

    Attributes: folder: with its segments. preview: its path, or None where nothing says it.
    segments: how many. bytes: of all files.
    """

    folder: Path
    preview: Path | None
    segments: int
    bytes: int

    @property
    def superseded(self) -> bool:
        """Whether a preview stands where it was to be, or nothing was finished of it."""
        return not self.segments or (self.preview is not None and self.preview.is_file())

    def remove(self) -> None:
        """All of it, and the folder above if that is empty then."""
        remove_tree(self.folder)
        with contextlib.suppress(OSError):
            self.folder.parent.rmdir()


def find_abandoned(folder: Path) -> tuple[Abandoned, ...]:
    """What is left in a folder of previews, but for what a living run works on."""
    return tuple(_found(folder))


def _found(folder: Path) -> Iterator[Abandoned]:
    with contextlib.suppress(OSError):
        for one in sorted((folder / STATE).iterdir()):
            if one.name == COPIES or not one.is_dir() or one.is_symlink():
                continue
            if not in_use(one):
                yield _look(one, folder)


def _look(one: Path, previews: Path) -> Abandoned:
    names = sorted(one.iterdir())
    sizes = [path.lstat().st_size for path in names]
    segments = sum(path.suffix in SEGMENT_SUFFIXES for path in names)
    return Abandoned(one, _preview(one, previews), segments, sum(sizes))


def _preview(one: Path, previews: Path) -> Path | None:
    with contextlib.suppress(UsageError):
        for entry in Journal(one / LINES).read()[0]:
            name = entry.get("preview")
            if (
                entry["kind"] == "cell"
                and isinstance(name, str)
                and name
                and Path(name).name == name
            ):
                return previews / name
    return None

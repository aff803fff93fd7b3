"""Light copies that are kept, in ``.render/copies`` beside the videos that they are of.

A second of video takes about a second of processor time, and a report is packed more than once:
after a choice, after another preview, as a page and as a zip. A copy's name is the hash of
all that it depends on; one that no video has any more goes with the next packing, all of them with
`render clean`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from render.compare.packed.fidelity import Fidelity
from render.compare.packed.light_copy import CRF, SUFFIX, VERSION, LightCopy
from render.errors import ClipError, OutputError, UsageError
from render.files.atomic import whole
from render.files.digest import digest_of
from render.files.journal import COPIES, STATE
from render.files.json import read_json
from render.files.temporary import beside, in_use, remove_tree
from render.media.encode import folder_for_output

_FACTS = ".json"
_MAX_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """A copy that is there."""

    path: Path
    bytes: int
    fidelity: Fidelity


class CopyStore:
    """A folder of copies. ``lasting``: whether it stays for the next time."""

    def __init__(self, folder: Path, *, lasting: bool) -> None:
        self.folder, self.lasting = folder, lasting

    def find(self, key: str) -> StoredCopy | None:
        """The copy of that key, if it is there and whole."""
        path = self.folder / f"{key}{SUFFIX}"
        with contextlib.suppress(OSError, UsageError, TypeError, KeyError, AttributeError):
            facts = read_json(path.with_suffix(_FACTS), "copy", _MAX_BYTES, UsageError)
            fidelity = Fidelity(**facts["fidelity"])
            numbers = (fidelity.ssim, *(() if fidelity.psnr is None else (fidelity.psnr,)))
            if path.stat().st_size == facts["bytes"] and all(type(n) is float for n in numbers):
                return StoredCopy(path, facts["bytes"], fidelity)
        return None

    def keep(self, key: str, written: Path, fidelity: Fidelity) -> StoredCopy:
        """Take what was ``written`` in this folder for the copy of ``key``. Raises OutputError."""
        path = self.folder / f"{key}{SUFFIX}"
        size = written.stat().st_size
        try:
            written.replace(path)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror})") from error
        with whole(path.with_suffix(_FACTS), OutputError) as temporary:
            temporary.write_text(json.dumps({"bytes": size, "fidelity": asdict(fidelity)}))
        return StoredCopy(path, size, fidelity)

    def forget_others(self, keys: Collection[str]) -> None:
        """Remove the copies of other keys: their videos are others now, or gone."""
        for path in _copies(self.folder):
            if path.stem not in keys:
                remove_tree(path)


def key_of(copy: LightCopy) -> str:
    """What a copy depends on, as one hash. Raises ClipError for a video that cannot be read."""
    content = digest_of(copy.clip.path, ClipError)
    parts = [VERSION, content, str(copy.size), None if copy.rate is None else str(copy.rate), CRF]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@contextlib.contextmanager
def store_for(folder: Path, output: Path) -> Iterator[CopyStore]:
    """Where the copies of a folder's videos are kept; beside ``output``, for the time of the
    ``with``, where that folder cannot be written. Raises OutputError."""
    place = folder / STATE / COPIES
    if _writable(place):
        with folder_for_output(place):
            yield CopyStore(place, lasting=True)
        return
    with beside(output.parent, "", OutputError) as temporary:
        temporary.mkdir()
        yield CopyStore(temporary, lasting=False)


def _writable(place: Path) -> bool:
    there = next(each for each in (place, *place.parents) if each.is_dir())
    return os.access(there, os.W_OK)


@dataclass(frozen=True, slots=True)
class KeptCopies:
    """The copies that are kept of a folder's videos. ``bytes``: of all files."""

    folder: Path
    copies: int
    bytes: int

    def remove(self) -> None:
        """All of them, and the folder above if that is empty then."""
        remove_tree(self.folder)
        with contextlib.suppress(OSError):
            self.folder.parent.rmdir()


def find_copies(folder: Path) -> KeptCopies | None:
    """Those of a folder of previews; None where there are none, or a living run makes some."""
    place = folder / STATE / COPIES
    if not place.is_dir() or place.is_symlink() or in_use(place):
        return None
    files = _copies(place)
    if not files:
        return None
    copies = sum(path.suffix == SUFFIX for path in files)
    return KeptCopies(place, copies, sum(path.lstat().st_size for path in files))


def _copies(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (SUFFIX, _FACTS))

"""What a row's folder says of itself: whose it is, and of what its previews were made.

So a batch that goes on knows the rows that are done without looking into their clips.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from render.batching.row_clip import clip_id, only_clip
from render.distribution import VERSION
from render.errors import OutputError
from render.files.atomic import whole
from render.files.journal import STATE
from render.files.json import read_json
from render.planning.fingerprint import FRAME_PATH
from render.planning.jsonable import jsonable
from render.planning.request import Request
from render.sweeping.basis import VERSION as DRAWN

_NAME = "row.json"
_SCHEMA = 1
_MOST = 4 << 20
# What tells no rows apart: where previews go, and how they are come by.
_ASIDE = (
    *("clips", "output", "into_folder", "publish", "force", "ffmpeg", "cache"),
    *("engine", "device", "precision", "elsewhere"),
)


@dataclass(frozen=True, slots=True)
class RowMark:
    """Of a folder.

    Attributes:
        clip: whose previews it holds. row: which row's, by `RowKeys`.
        fingerprint: all that the previews depend on; empty while they are made.
        previews: their names and bytes. made: names of what is beside them.
        warnings: of the previews.
    """

    clip: str
    row: str
    fingerprint: str = ""
    previews: tuple[tuple[str, int], ...] = ()
    made: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def of_done(
        self,
        fingerprint: str,
        previews: Iterable[Path],
        made: Iterable[Path],
        warnings: Iterable[str],
    ) -> RowMark:
        """Raises OutputError where a preview is gone already."""
        try:
            sizes = tuple((path.name, path.stat().st_size) for path in previews)
        except OSError as error:
            raise OutputError(f"{error.filename}: cannot be read any more") from error
        return replace(
            self,
            fingerprint=fingerprint,
            previews=sizes,
            made=tuple(path.name for path in made),
            warnings=tuple(warnings),
        )

    def is_whole(self, folder: Path) -> bool:
        """Whether all that it names is there, as large as it was."""
        try:
            return all((folder / name).stat().st_size == size for name, size in self.previews) and (
                all((folder / name).exists() for name in self.made)
            )
        except OSError:
            return False

    def save(self, folder: Path) -> None:
        """Makes the folder. Raises OutputError."""
        with whole(folder / STATE / _NAME, OutputError) as temporary:
            text = json.dumps({"schema": _SCHEMA, **asdict(self)})
            temporary.write_text(text, encoding="ascii")


def read_mark(folder: Path) -> RowMark | None:
    """None where there is none that can be believed: the row is then looked at anew."""
    try:
        data = read_json(folder / STATE / _NAME, "row's mark", _MOST, OutputError)
    except OutputError:
        return None
    try:
        return _read(data)
    except (KeyError, TypeError, ValueError):
        return None


def _read(data: Any) -> RowMark | None:
    if data["schema"] != _SCHEMA:
        return None
    mark = RowMark(
        clip=data["clip"],
        row=data["row"],
        fingerprint=data["fingerprint"],
        previews=tuple((str(name), int(size)) for name, size in data["previews"]),
        made=tuple(map(str, data["made"])),
        warnings=tuple(map(str, data["warnings"])),
    )
    sound = all(isinstance(text, str) for text in (mark.clip, mark.row, mark.fingerprint))
    return mark if sound else None


class RowKeys:
    """Which row is which: its clip, and what is asked of it."""

    def __init__(self) -> None:
        self._asked: dict[Request, str] = {}  # the same of most rows

    def of(self, request: Request) -> str:
        """Raises UsageError where it is not of one clip."""
        clip = only_clip(request.clips)
        asked = replace(request, clips=())
        if asked not in self._asked:
            facts = jsonable(asked).items()
            self._asked[asked] = _hash({k: value for k, value in facts if k not in _ASIDE})
        return _hash(clip_id(clip), self._asked[asked])


def fingerprint_of(key: str, *depends: Any) -> str:
    """All that the previews of a row depend on, beside ``depends`` this version of render."""
    return _hash(key, VERSION, FRAME_PATH, DRAWN, *depends)


def _hash(*parts: Any) -> str:
    # What is no dataclass (a device's profile) says all of itself.
    text = json.dumps(jsonable(parts), default=repr, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]

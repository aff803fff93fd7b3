"""Where finished segments lie until their preview is whole: files, and a line for each.

A preview's segments stand in a folder of its fingerprint, ``.render/FINGERPRINT`` beside it. What
is there goes on whatever ended the run that made it; what is not in both, as a file and as a line
of the size that the file has, is not there.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from render.errors import OutputError, UsageError
from render.files.journal import STATE, Journal
from render.files.temporary import beside, remove_tree
from render.media.encode import make_folder
from render.media.video_parts import VideoParts
from render.planning.plan import Cell, Plan
from render.planning.segments import Cut

LINES = "segments.jsonl"


@dataclass(frozen=True, slots=True)
class Segment:
    """A finished segment.

    Attributes:
        index: its place, from 0. frames: in it. bytes: of the file.
        stylized: pictures that were first shown in it. ms: what the network took for one: the
        median, in milliseconds, or None where it had none to do.
        seconds: of the work that went into it, by stage, and ``wall``.
    """

    index: int
    frames: int
    bytes: int
    stylized: int
    ms: float | None
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of a preview when its clip has been seen to the end.

    Attributes:
        frames: of the preview. camera: frames of the phone's camera, where it plays on one.
        damage: of the clip, in words.
    """

    frames: int
    camera: int | None
    damage: str | None


class CellSegments:
    """The finished segments of one preview. May be used by several threads."""

    def __init__(self, cell: Cell, plan: Plan, tools: Mapping[str, str], folder: Path) -> None:
        self.cell = cell
        self.cut = Cut.at(cell.video_rate, plan.segment)
        self.folder = folder
        # Whatever the preview's: one that keeps times exactly.
        self._suffix = plan.encoding.codec.segment
        self._journal = Journal(self.folder / LINES)
        self._tools = dict(tools)
        self._lock = threading.Lock()
        self._done: dict[int, Segment] = {}
        self._count: Counted | None = None
        self.warnings: tuple[str, ...] | None = None
        """Of the preview, once it is made."""
        self._stack = ExitStack()
        self._open = self._over = False
        self.made: list[Path] = []
        """Folders above the previews' that had to be made, innermost first."""
        self._load()

    def _load(self) -> None:
        with contextlib.suppress(UsageError):  # unreadable: all of it is made again
            for entry in self._journal.read()[0]:
                # Of other versions the pictures may differ, and a preview is of one piece.
                if entry.get("tools") == self._tools:
                    with contextlib.suppress(ValidationError, OSError):
                        self._take(entry)

    def _take(self, entry: Mapping[str, Any]) -> None:
        told = {key: value for key, value in entry.items() if key not in ("kind", "tools")}
        # As JSON: of Python's own objects, strict validation takes only what is one already.
        text = json.dumps(told)
        if entry["kind"] == "counted":
            self._count = TypeAdapter(Counted).validate_json(text, strict=True)
        elif entry["kind"] == "joined":
            said = TypeAdapter(tuple[str, ...]).validate_json(json.dumps(told["warnings"]))
            self.warnings = said
        elif entry["kind"] == "segment":
            segment = TypeAdapter(Segment).validate_json(text, strict=True)
            there = self.path(segment.index).lstat()
            if stat.S_ISREG(there.st_mode) and there.st_size == segment.bytes:
                self._done[segment.index] = segment

    def wants(self, index: int) -> bool:
        """Whether a segment is still of use: it is not there, and the preview is not either."""
        with self._lock:
            return not self._over and index not in self._done

    @property
    def done(self) -> frozenset[int]:
        with self._lock:
            return frozenset(self._done)

    def segment(self, index: int) -> Segment:
        """A finished one. Raises KeyError where it is not there."""
        with self._lock:
            return self._done[index]

    @property
    def count(self) -> Counted | None:
        return self._count

    @property
    def frames(self) -> int:
        """In the finished segments."""
        with self._lock:
            return sum(segment.frames for segment in self._done.values())

    @property
    def complete(self) -> bool:
        """Whether nothing is missing for the preview."""
        if self._count is None:
            return False
        return self.done >= set(range(self.cut.count(self._count.frames)))

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Of a complete preview, in order."""
        assert self._count is not None
        return tuple(self._done[n] for n in range(self.cut.count(self._count.frames)))

    def pictures(self) -> VideoParts:
        """Of a complete preview. Raises OutputError where files are gone that were there."""
        segments = self.segments
        files = tuple(self.path(segment.index) for segment in segments)
        if gone := [file for file in files if not file.is_file()]:
            raise OutputError(f"{gone[0]}: the segment is gone", transient=True)
        return VideoParts(
            files, tuple(segment.frames for segment in segments), self.cell.video_rate
        )

    def path(self, index: int) -> Path:
        return self.folder / f"{index:05d}{self._suffix}"

    def open(self) -> None:
        """Make the folder, which from then on no other run takes for abandoned. Raises
        OutputError."""
        with self._lock:
            if self._open:
                return
            self.made = make_folder(self.folder.parents[1])
            make_folder(self.folder)
            self._stack.enter_context(beside(self.folder, "", OutputError))
            if not self._journal.path.exists():
                self._journal.append({"kind": "cell", "preview": self.cell.output.name})
            self._open = True

    @contextlib.contextmanager
    def temporary(self) -> Iterator[Path]:
        """A name in the folder for a segment in the making. Raises OutputError."""
        self.open()
        with beside(self.folder, self._suffix, OutputError) as path:
            yield path

    def add(self, temporary: Path, segment: Segment) -> None:
        """Put a finished segment in place, and say so on the disk. Adding one again changes
        nothing. Raises OutputError."""
        place = self.path(segment.index)
        try:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(place)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise OutputError(
                f"{place}: cannot be written ({error.strerror})", transient=full
            ) from error
        told = asdict(segment)
        self._journal.append({"kind": "segment", **told, "tools": self._tools})
        with self._lock:
            self._done[segment.index] = segment

    def counted(self, count: Counted) -> None:
        """The clip has been seen to its end. Raises OutputError."""
        if self._over or self._count == count:
            return
        self.open()
        self._journal.append({"kind": "counted", **asdict(count), "tools": self._tools})
        self._count = count

    def joined(self, warnings: tuple[str, ...]) -> None:
        """Keep what is to be said of the preview, which takes its place next. Raises
        OutputError."""
        self._journal.append({"kind": "joined", "warnings": warnings, "tools": self._tools})
        self.warnings = warnings

    def look_again(self) -> None:
        """Believe only what is on the disk: something went wrong."""
        with self._lock:
            self._done.clear()
            self._count = None
        self._load()

    def forget(self) -> None:
        """Drop what is there: it is made again."""
        with self._lock:
            self._done.clear()
            self._count = None
        remove_tree(self.folder)

    def remove(self) -> None:
        """All of it: the preview is there, or will never be."""
        self._over = True
        self._stack.close()
        remove_tree(self.folder)

    def close(self) -> None:
        """Let go of the folder; it goes too if it holds no segment."""
        self._stack.close()
        if not self._done and self._open:
            self._journal.path.unlink(missing_ok=True)
        _remove_empty(self.folder)


class SegmentStore:
    """The segments of all previews of a plan. Use as a context manager."""

    def __init__(self, plan: Plan, tools: Mapping[str, str]) -> None:
        self._cells: dict[Cell, CellSegments] = {}
        taken: Counter[Path] = Counter()
        for cell in plan.cells:
            folder = cell.output.parent / STATE / cell.fingerprint
            # The same clip under two names: each of its previews is worked off by itself.
            taken[folder] += 1
            if taken[folder] > 1:
                folder = folder.with_name(f"{folder.name}-{taken[folder]}")
            self._cells[cell] = CellSegments(cell, plan, tools, folder)

    def of(self, cell: Cell) -> CellSegments:
        return self._cells[cell]

    def forget(self) -> None:
        """Drop all that earlier runs have left of them."""
        for cell in self._cells.values():
            cell.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cells = list(self._cells.values())
        for cell in cells:
            cell.close()
        for folder in dict.fromkeys(cell.folder.parent for cell in cells):
            _remove_empty(folder)
        for cell in cells:
            for folder in cell.made:
                _remove_empty(folder)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # it is not, or it is not there
        folder.rmdir()

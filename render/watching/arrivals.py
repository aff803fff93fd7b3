"""Which files of a folder are clips that have arrived whole.

Nobody tells when a copy ends: a file is whole once its size and its time have stood still for a
while. The folder is listed again and again, since network folders tell of no changes either.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from render.files.results_file import written
from render.media.find import is_video_name

_Stamp: TypeAlias = tuple[int, int]
"""Size and time of a file: while it stands still, so does the file."""


@dataclass(slots=True)
class _Seen:
    stamp: _Stamp
    since: float


class Arrivals:
    """The clips directly in ``folder``, by suffix and name; what browsers and copies call a file
    until it is whole (``.part``, ``.crdownload``, a dot in front) has another.

    Attributes:
        lost: why the folder cannot be listed, or None.
    """

    def __init__(
        self, folder: Path, settle: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._settle, self._clock = folder, settle, clock
        self._seen: dict[str, _Seen] = {}
        self._taken: dict[str, _Stamp] = {}
        self._put_off: dict[str, float] = {}
        self.lost: OSError | None = None

    def look(self) -> None:
        """List the folder."""
        now = self._clock()
        try:
            there = _listed(self._folder)
        except OSError as error:
            # What is there when it comes back may have changed meanwhile.
            self.lost = error
            self._seen.clear()
            return
        self.lost = None
        for name in self._seen.keys() - there.keys():
            del self._seen[name]
        for name, stamp in there.items():
            seen = self._seen.get(name)
            if seen is None or seen.stamp != stamp:
                self._seen[name] = _Seen(stamp, now)

    def pass_over(self) -> None:
        """What is there now is taken already, unless it changes."""
        self._taken |= {name: seen.stamp for name, seen in self._seen.items()}

    def take(self) -> Path | None:
        """The next clip that is whole, each once; a clip that changes comes again."""
        now = self._clock()
        whole = [
            (seen.since, name)
            for name, seen in self._seen.items()
            if self._new(name, seen)
            and now - seen.since >= self._settle
            and self._put_off.get(name, now) <= now
        ]
        if not whole:
            return None
        _, name = min(whole)
        self._taken[name] = self._seen[name].stamp
        return self._folder / name

    def again(self, path: Path, after: float) -> None:
        """Let ``take`` bring a clip once more, in so many seconds."""
        self._taken.pop(path.name, None)
        self._put_off[path.name] = self._clock() + after

    @property
    def arriving(self) -> tuple[Path, ...]:
        """Those that are not whole yet, or are tried again later."""
        names = sorted(name for name, seen in self._seen.items() if self._new(name, seen))
        return tuple(self._folder / name for name in names)

    def _new(self, name: str, seen: _Seen) -> bool:
        return seen.stamp[0] > 0 and self._taken.get(name) != seen.stamp


def _listed(folder: Path) -> dict[str, _Stamp]:
    own = {path.name for path in written(folder)}
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in own or not is_video_name(entry.name):
                continue
            try:
                if entry.is_file():
                    state = entry.stat()
                    found[entry.name] = state.st_size, state.st_mtime_ns
            except OSError:  # gone since, or a link to nothing
                continue
    return found

"""A video's pictures in files of their own, before they are one, and how ffmpeg reads them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.errors import OutputError
from render.files.temporary import beside


@dataclass(frozen=True, slots=True)
class Input:
    """An input of an ffmpeg that runs in the pictures' folder: relative names are the only ones
    that its concat demuxer takes whatever that folder is called.

    Attributes: name: what stands after ``-i``. options: what stands before it.
    """

    name: str
    options: Mapping[str, str]

    @property
    def arguments(self) -> list[str]:
        said = [word for key, value in self.options.items() for word in (f"-{key}", value)]
        name = self.name if self.options else f"file:{self.name}"
        return [*said, "-i", name]


@dataclass(frozen=True, slots=True)
class VideoParts:
    """A video's pictures, in one file or in several that follow each other.

    Attributes: files: all in one folder, named with letters and digits only. frames: in each.
    rate: frames a second.
    """

    files: tuple[Path, ...]
    frames: tuple[int, ...]
    rate: Fraction

    @property
    def folder(self) -> Path:
        return self.files[0].parent

    @contextlib.contextmanager
    def as_input(self) -> Iterator[Input]:
        """How ffmpeg reads them, for the time of the ``with``. Raises OutputError."""
        if len(self.files) == 1:
            yield Input(str(self.files[0].absolute()), {})
            return
        with beside(self.folder, ".ffconcat", OutputError) as path:
            try:
                path.write_text(self._list(), encoding="ascii")
            except OSError as error:
                raise OutputError(f"{path}: cannot be written ({error.strerror})") from error
            yield Input(path.name, {"f": "concat", "protocol_whitelist": "file"})

    def _list(self) -> str:
        """For ffmpeg's concat demuxer, with how long each lasts, in microseconds of the whole: a
        container's own duration may be rounded to milliseconds, and roundings would add up."""
        lines = ["ffconcat version 1.0"]
        stop = 0
        for file, frames in zip(self.files, self.frames, strict=True):
            start, stop = stop, stop + frames
            took = round(stop / self.rate * 10**6) - round(start / self.rate * 10**6)
            lines += [f"file {file.name}", f"duration {took // 10**6}.{took % 10**6:06d}"]
        return "\n".join(lines) + "\n"

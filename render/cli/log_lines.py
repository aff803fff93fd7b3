"""What the library logs, as lines of `--verbose`."""

from __future__ import annotations

import contextlib
import logging
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from render.cli.output import detail

_LIST = 8


@contextlib.contextmanager
def listening(*, all_commands: bool) -> Iterator[None]:
    """Say what the library logs inside."""
    logger = logging.getLogger("render")
    lines, level = LogLines(all_commands=all_commands), logger.level
    logger.addHandler(lines)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(lines)


class LogLines(logging.Handler):
    """Each thing once. A sweep runs an encoder for every two seconds of every preview, so of
    ffmpeg's commands the first of each form stands for the others, unless ``all_commands``."""

    def __init__(self, *, all_commands: bool) -> None:
        super().__init__()
        self._all = all_commands
        self._said: set[object] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, whichever thread it comes from."""
        try:
            said = record.getMessage()
            key: object = said
            command = getattr(record, "command", None)
            if command is not None and not self._all:
                said, key = shlex.join(_short(command)), _form(command)
            if key in self._said:
                return
            self._said.add(key)
            detail(said)
        except Exception:
            self.handleError(record)


def _short(command: Sequence[str]) -> Iterator[str]:
    """As people read it: which ffmpeg it is was said before."""
    yield Path(command[0]).name.split("-")[0]
    for word in command[1:]:
        if word.startswith("description="):  # a preview's whole identity, in JSON
            yield "description=…"
        elif word.count(",") > _LIST and "=" not in word:  # all containers that are read
            yield f"{word.partition(',')[0]},…"
        else:
            yield word


def _form(command: Sequence[str]) -> tuple[str, ...]:
    """But for names, numbers and metadata, in which segments differ."""
    words = [word for word in command if not word.startswith(("file:", ".render-"))]
    kept = [re.sub(r"[0-9]+", "0", word) for word in words]
    # After `-metadata` comes what a preview says of itself.
    return tuple(
        word for before, word in zip(["", *kept], kept, strict=False) if before != "-metadata"
    )

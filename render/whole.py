"""Small files that are there whole or not at all. Previews, which take long, have ``placing``."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from render.errors import RenderError


@contextlib.contextmanager
def whole(path: Path, failure: type[RenderError], *also: type[Exception]) -> Iterator[Path]:
    """A temporary name beside ``path`` that takes its place if the ``with`` ends well, and goes if
    not. Makes the folder. Raises ``failure`` in one line for an OSError, and for what ``also``
    names of the errors that a writer has of its own.
    """
    caught: tuple[type[Exception], ...] = (OSError, *also)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except caught as error:
        reason = getattr(error, "strerror", None) or (str(error).splitlines() or ["?"])[0]
        raise failure(f"{path}: cannot be written ({reason})") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()

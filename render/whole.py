"""Files and folders, there whole or not at all. Previews, which take long, have ``placing``."""

from __future__ import annotations

import contextlib
import secrets
import shutil
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


@contextlib.contextmanager
def whole_tree(path: Path, failure: type[RenderError]) -> Iterator[Path]:
    """As `whole`, for what may be a folder, and may take the place of another: that one stays until
    the new one is whole. The temporary name has ``path``'s suffix; a link stays one."""
    place = path.resolve()
    mark = secrets.token_hex(4)
    temporary = place.with_name(f".{mark}{place.suffix}")
    old = place.with_name(f".{mark}.old")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if place.exists():
            place.rename(old)
        temporary.rename(place)
    except OSError as error:
        raise failure(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        # Whatever ends this, also a signal.
        with contextlib.suppress(OSError):
            if old.exists() and not place.exists():
                old.rename(place)
        remove_tree(temporary)
        remove_tree(old)


def remove_tree(path: Path) -> None:
    """A file or a folder, if it is there."""
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

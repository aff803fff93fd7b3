"""Files and folders, there whole or not at all. Previews, which take long, have ``placing``."""

from __future__ import annotations

import contextlib
import errno
import secrets
from collections.abc import Iterator
from pathlib import Path

from render.errors import RenderError
from render.files.temporary import beside, remove_tree


@contextlib.contextmanager
def whole(path: Path, failure: type[RenderError], *also: type[Exception]) -> Iterator[Path]:
    """A temporary name beside ``path`` that takes its place if the ``with`` ends well, and goes if
    not. Makes the folder. Raises ``failure`` in one line for an OSError, and for what ``also``
    names of the errors that a writer has of its own.
    """
    caught: tuple[type[Exception], ...] = (OSError, *also)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside(path.parent, ".tmp", failure) as temporary:
            yield temporary
            temporary.replace(path)
    except caught as error:
        reason = getattr(error, "strerror", None) or (str(error).splitlines() or ["?"])[0]
        problem = failure(f"{path}: cannot be written ({reason})")
        problem.transient = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        raise problem from None


@contextlib.contextmanager
def whole_tree(path: Path, failure: type[RenderError]) -> Iterator[Path]:
    """As `whole`, for what may be a folder, and may take the place of another: that one stays until
    the new one is whole. The temporary name has ``path``'s suffix; a link stays one."""
    place = path.resolve()
    # The user's own, not a temporary: no later run may take it for one.
    old = place.with_name(f".{secrets.token_hex(4)}.old")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with beside(place.parent, place.suffix, failure) as temporary:
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
        remove_tree(old)

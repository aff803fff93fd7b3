"""Errors in the command line's words: the library names fields of its own, we name options."""

from __future__ import annotations

from render.errors import Hint, RenderError

_HINTS = {
    Hint.OVERWRITE: "--force overwrites it",
    Hint.SEVERAL: "name several rates, sizes or networks, such as --fps 10,15",
    Hint.FIGURES: "leave out --metrics none",
    Hint.ZIP: "--pack FILE.zip writes a zip, which has no such bound",
}


def explained(error: RenderError) -> str:
    """``str(error)``, with what to do about it on a command line."""
    if not error.option and error.hint is None:
        return str(error)
    said = f"--{error.option}: {error.message}" if error.option else error.message
    return said if error.hint is None else f"{said}; {_HINTS[error.hint]}"

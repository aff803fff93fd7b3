"""What can go wrong, in one line each: what, with what, and what to do about it."""

from __future__ import annotations

from enum import StrEnum


class Hint(StrEnum):
    """What to do about an error, in Python's words; the command line has words of its own
    (`render/cli/hints.py`)."""

    OVERWRITE = "force=True overwrites it"
    SEVERAL = "ask for several rates, sizes or networks"
    FIGURES = "leave out metrics=Metrics.NONE"
    ZIP = "write a .zip instead"


class RenderError(Exception):
    """Anything that render can explain to its user.

    ``str(error)`` is one line. The CLI prints it and exits with ``exit_status``; with ``--debug``
    it prints the traceback too. But for InternalError, the library raises nothing else on purpose.

    ``message`` is the line without the ``option`` that it is about (a field of `Request` or
    `Outputs`) and without the ``hint``, which whoever shows it may say in other words.

    ``transient``: what was tried may well succeed the next time (a child was killed, a disk was
    full).
    """

    exit_status = 1
    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        option: str = "",
        hint: Hint | None = None,
        transient: bool = False,
    ) -> None:
        self.message = " ".join(message.split())
        self.option, self.hint = option, hint
        self.transient = transient
        said = f"{option}: {self.message}" if option else self.message
        super().__init__(said if hint is None else f"{said}; {hint}")


class UsageError(RenderError):
    """The request cannot be meant as it was written (an unknown option value, a bad size)."""

    exit_status = 2
    kind = "usage"


class PresetError(UsageError):
    """A preset that is missing, malformed or from a newer version; names file and key."""

    kind = "preset"


class ManifestError(UsageError):
    """A manifest that cannot be read as a whole, or has no rows. A row that is wrong is none."""

    kind = "manifest"


class BundleError(RenderError):
    """A bundle that is none, is damaged, or holds what it must not."""

    kind = "bundle"


class ClipError(RenderError):
    """A clip that cannot be read: missing, not a video, hostile, empty or too damaged."""

    kind = "clip"


class StyleError(RenderError):
    """A style that is missing, is no safetensors checkpoint, or does not fit its network."""

    kind = "style"


class EngineError(RenderError):
    """An engine or device that is not there, or that failed while it ran."""

    kind = "engine"


class OutputError(RenderError):
    """A preview that cannot be written: it exists, the folder is read-only, the disk is full."""

    kind = "output"


class TrainingError(RenderError):
    """Training that cannot start or go on: no pictures, a NaN loss, out of memory."""

    kind = "training"


class ExportError(RenderError):
    """A model that cannot be made, read or proved to be what the preview shows."""

    kind = "export"


class FFmpegError(RenderError):
    """ffmpeg is missing, lacks an ability, or failed.

    ``command`` is the argument list and ``stderr_tail`` the end of what it said (capped), for
    ``--debug``; the message itself stays one line.
    """

    kind = "ffmpeg"

    def __init__(
        self, message: str, *, command: tuple[str, ...] = (), stderr_tail: str = ""
    ) -> None:
        super().__init__(message)
        self.command = command
        self.stderr_tail = stderr_tail


class InternalError(Exception):
    """A fault of render's own that shows in a process that it started.

    No RenderError, which would be recorded as a clip's own failure: like any other bug it ends the
    run. ``stderr_tail`` is the end of what that process said, for ``--debug``.
    """

    def __init__(self, message: str, *, stderr_tail: str = "") -> None:
        super().__init__(" ".join(message.split()))
        self.stderr_tail = stderr_tail

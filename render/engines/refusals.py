"""What every engine refuses, in the same words."""

from __future__ import annotations

from render.errors import EngineError
from render.media.frame import Picture
from render.target import Size


def check_size(picture: Picture, size: Size) -> None:
    """Raises EngineError unless the picture is uint8 RGB of ``size``."""
    if picture.dtype != "uint8" or picture.shape != (size.height, size.width, 3):
        shape = "×".join(str(side) for side in picture.shape)
        raise EngineError(
            f"this engine takes uint8 RGB of {size}, not {picture.dtype} of {shape} "
            "(height×width×channels)"
        )


def out_of_memory(error: BaseException) -> bool:
    """Whether an error of a native library means memory; most say it in words only."""
    words = ("out of memory", "can't allocate memory", "not enough memory", "bad_alloc",
             "failed to allocate")  # fmt: skip
    # torch's own class by its name: nothing here needs torch itself.
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return named or any(word in str(error).lower() for word in words)

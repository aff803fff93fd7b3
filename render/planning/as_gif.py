"""What a preview comes to as a GIF: its size, and what the user should know of that."""

from __future__ import annotations

from fractions import Fraction

from render.errors import ClipError
from render.media.clip import Clip
from render.media.encoding import AudioMode, Encoding
from render.media.gif import fitted, refusal
from render.planning.resolve import ResolvedLook
from render.target import Size


def as_gif(
    shown: Size, resolved: ResolvedLook, frames: int | None, clip: Clip, encoding: Encoding
) -> tuple[Size, tuple[str, ...]]:
    """The size, and the notes. ``shown`` is the display's, ``frames`` about how many there are.
    Raises ClipError where it is too fast or too much for a GIF."""
    size, rate = fitted(shown), resolved.video_rate
    if why := refusal(size, rate, frames):
        raise ClipError(f"{clip.place}: {why}")
    found = [] if size == shown else [f"{shown} is much for a GIF: brought down to {size}"]
    if Fraction(100) % rate:
        found.append(
            f"a GIF counts hundredths of a second: at {float(rate):.4g} fps each picture begins at "
            "the nearest one"
        )
    if encoding.audio is AudioMode.KEEP and clip.audio is not None:
        found.append("a GIF has no sound: the clip's is left out")
    return size, tuple(found)

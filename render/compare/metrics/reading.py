"""A few pictures of a video, without decoding all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from render.compare.metrics.moments import runs
from render.errors import ClipError
from render.media.clip import Clip
from render.media.decode import Decoder
from render.media.frame import Frame, Picture, as_picture
from render.media.sample import boundary
from render.target import Size

# Decoding on costs less than seeking, which begins at a key frame before and starts a process.
_APART = Fraction(3)
# A last tick may lie a little past the last picture's end: it shows that picture.
_PAST = Fraction(1, 2)


def pictures(
    clip: Clip, size: Size, moments: Iterable[Fraction], ffmpeg: Path
) -> Iterator[tuple[Fraction, Picture]]:
    """What ``clip`` shows at each of the ``moments`` (seconds from its start), in order, at
    ``size``. Raises ClipError when it cannot be decoded, or ends before one of them."""
    for run in runs(moments, _APART):
        length = run[-1] - run[0]
        with Decoder(clip, size, ffmpeg, start=run[0], duration=length) as decoder:
            yield from _on_show(decoder, run, clip.path)


def _on_show(
    frames: Iterable[Frame], moments: list[Fraction], path: Path
) -> Iterator[tuple[Fraction, Picture]]:
    """By the rule of `sample`: of two pictures the nearer, never from more than 1/60 s ahead."""
    pending = list(reversed(moments))
    current: Frame | None = None
    upcoming: Frame | None = None
    for upcoming in frames:
        if current is not None:
            takes_over = boundary(current, upcoming)
            while pending and pending[-1] < takes_over:
                yield pending.pop(), current.picture
            if not pending:
                return
        current = upcoming
    while pending:
        if current is None or pending[-1] > current.time + _PAST:
            end = 0.0 if current is None else float(current.time)
            raise ClipError(
                f"{path}: ends at {end:.2f} s, before the picture at {float(pending[-1]):.2f} s; "
                "render it again"
            )
        yield pending.pop(), current.picture


def within(size: Size, side: int) -> Size:
    """``size`` with a short side of ``side`` at most; never enlarged."""
    short = min(size.width, size.height)
    if short <= side:
        return size
    return Size(max(1, round(size.width * side / short)), max(1, round(size.height * side / short)))


def reduced(picture: Picture, size: Size) -> Picture:
    """``picture`` at ``size``: areas averaged, or enlarged bilinearly."""
    import cv2

    if picture.shape[:2] == (size.height, size.width):
        return picture
    shrinks = picture.shape[0] >= size.height and picture.shape[1] >= size.width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return as_picture(cv2.resize(picture, (size.width, size.height), interpolation=how))

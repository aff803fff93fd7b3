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
_NEAR_APART = Fraction(1)
# A last tick may lie a little past the last picture's end: it shows that picture.
_PAST = Fraction(1, 2)
_AHEAD = Fraction(1, 60)
_OVER_A_PICTURE = Fraction(51, 50)


def at_its_ticks(rate: Fraction) -> Fraction:
    """How near a preview's picture lies to its tick: containers round, by less than this."""
    return min(1 / (4 * rate), _AHEAD)


def at_any_time(clip: Clip) -> Fraction | None:
    """How near the picture that ``clip`` shows at a moment lies, at an even rate."""
    return None if clip.video.variable_rate else _OVER_A_PICTURE / clip.video.rate


class _NotNearError(Exception):
    """A picture is not where it was looked for."""


def pictures(
    clip: Clip,
    size: Size,
    moments: Iterable[Fraction],
    ffmpeg: Path,
    near: Fraction | None = None,
) -> Iterator[tuple[Fraction, Picture]]:
    """What ``clip`` shows at each of the ``moments`` (seconds from its start), in order, at
    ``size``. Raises ClipError when it cannot be decoded, or ends before one of them.

    ``near``: how far from their moments, at most, the pictures are. Only those are converted then,
    which costs a part of all; where they lie elsewhere after all, the rest is read as without it.
    """
    for together in runs(moments, _APART if near is None else _NEAR_APART):
        run, found = together, 0
        if near is not None:
            try:
                for moment, frame in _near(clip, size, run, ffmpeg, near):
                    found += 1
                    yield moment, frame.picture
                continue
            except (ClipError, _NotNearError):
                run = together[found:]  # all is read, and says what it is that fails
        length = run[-1] - run[0]
        with Decoder(clip, size, ffmpeg, start=run[0], duration=length) as decoder:
            for moment, frame in _on_show(decoder, run, clip.path):
                yield moment, frame.picture


def _near(
    clip: Clip, size: Size, moments: list[Fraction], ffmpeg: Path, near: Fraction
) -> Iterator[tuple[Fraction, Frame]]:
    """Raises _NotNearError for a moment that no picture is near to."""
    spans: list[tuple[Fraction, Fraction]] = []
    for moment in moments:
        if spans and moment - near <= spans[-1][1]:
            spans[-1] = (spans[-1][0], moment + near)
        else:
            spans.append((moment - near, moment + near))
    length = moments[-1] - moments[0]
    with Decoder(clip, size, ffmpeg, start=moments[0], duration=length, only=spans) as decoder:
        for moment, frame in _on_show(decoder, moments, clip.path):
            if abs(frame.time - moment) > near:
                raise _NotNearError
            yield moment, frame


def _on_show(
    frames: Iterable[Frame], moments: list[Fraction], path: Path
) -> Iterator[tuple[Fraction, Frame]]:
    """By the rule of `sample`: of two pictures the nearer, never from more than 1/60 s ahead."""
    pending = list(reversed(moments))
    current: Frame | None = None
    upcoming: Frame | None = None
    for upcoming in frames:
        if current is not None:
            takes_over = boundary(current, upcoming)
            while pending and pending[-1] < takes_over:
                yield pending.pop(), current
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
        yield pending.pop(), current


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

"""Where a preview is cut into segments: the units of work, of retry, of resume, of distribution.

The cuts lie at fixed times of the preview, whatever was asked of it and whoever works it off. So a
segment's bytes depend on its cell alone, and a preview that is joined of them, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

LENGTH = Fraction(2)
"""Seconds. What a run loses when it is killed is less than one segment of the previews in work; an
encoder's start costs about 30 ms of processor time, a hundredth of what the pictures of two seconds
take in the fastest network."""
_LEAST_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Cut:
    """One preview's segments. ``frames`` of the preview make one, which need not be a whole number:
    a segment holds those that begin in its time."""

    frames: Fraction

    @classmethod
    def at(cls, rate: Fraction, length: Fraction) -> Cut:
        """Segments of ``length`` seconds at ``rate`` frames a second, or longer where that would
        hold only a few."""
        return cls(max(length * rate, Fraction(_LEAST_FRAMES)))

    def index_of(self, frame: int) -> int:
        """The segment that holds a frame, both counted from 0."""
        return frame * self.frames.denominator // self.frames.numerator

    def span(self, index: int) -> range:
        """The frames of a segment, as far as the preview reaches."""
        first, after = (
            -(-n * self.frames.numerator // self.frames.denominator) for n in (index, index + 1)
        )
        return range(first, after)

    def count(self, frames: int) -> int:
        """Segments of a preview of so many frames."""
        return self.index_of(frames - 1) + 1 if frames else 0

    def parts(self, frames: range) -> list[tuple[int, range]]:
        """``frames``, which follow each other, by segment: (segment, its part of them)."""
        found = []
        while frames:
            index = self.index_of(frames.start)
            stop = min(frames.stop, self.span(index).stop)
            found.append((index, range(frames.start, stop)))
            frames = range(stop, frames.stop)
        return found

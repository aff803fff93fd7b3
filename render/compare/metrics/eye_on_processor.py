"""ColorVideoVDP's eye on a processor: plain arrays and OpenCV's filters.

A fifth of what the same sums cost in torch, which makes a pass over memory of each, and takes
powers one by one; the tests hold both to one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from render.compare.metrics import cvvdp_numbers as numbers
from render.compare.metrics.bands import DARKEST, KERNEL, MOST, band_frequencies
from render.compare.metrics.cvvdp_numbers import EPSILON, Floats
from render.media.frame import Picture

_Band = tuple[Floats, Floats]


class ProcessorVideo:
    """One video as it reaches the eye: what the temporal filters make of its pictures."""

    def __init__(self, filters: Floats) -> None:
        self._filters = filters
        self._length = filters.shape[1]
        self._seen: Floats | None = None  # 3, time, height × width: a ring over time
        self._count = 0
        self._latest: Picture | None = None

    def see(self, picture: Picture) -> Floats:
        """(4, height, width): the channels after ``picture``; before the first there was the same.
        A picture that is held is converted once."""
        height, width = picture.shape[:2]
        if self._seen is None:
            first = as_dkl(picture).reshape(3, 1, -1)
            self._seen = np.repeat(first, self._length, axis=1)
        place, before = self._count % self._length, (self._count - 1) % self._length
        if picture is self._latest:
            self._seen[:, place] = self._seen[:, before]
        elif self._count:
            self._seen[:, place] = as_dkl(picture).reshape(3, -1)
        self._latest = picture
        self._count += 1
        # The latest stands at `place`; what follows it in the ring is the oldest.
        filters = np.roll(self._filters, place + 1, axis=1)
        channels = np.empty((4, height * width), np.float32)
        for channel in range(4):
            np.einsum("t,tp->p", filters[channel], self._seen[channel % 3], out=channels[channel])
        return channels.reshape(4, height, width)


def as_dkl(picture: Picture) -> Floats:
    """(3, height, width): luminance, red-green, violet-yellow, as the phone's display emits it."""
    emitted = cv2.LUT(np.ascontiguousarray(picture), numbers.light())
    dkl = cv2.transform(emitted, numbers.to_dkl())
    return np.ascontiguousarray(dkl.transpose(2, 0, 1))


class ProcessorEye:
    """Sensitivity, masking and pooling, for pictures of one size."""

    def __init__(self, width: int, height: int, density: float) -> None:
        frequencies = band_frequencies(width, height, density)
        self.levels = len(frequencies)
        self._axis, self._table = numbers.sensitivities(frequencies)
        self._kernel = np.array(KERNEL, np.float32)
        self._twice = self._kernel * 2
        self._spread = numbers.spread()
        self._gain = np.array(numbers.GAIN, np.float32).reshape(4, 1, 1)
        self._q = np.array(numbers.MASK_Q, np.float32).reshape(4, 1, 1)
        self._q_least = np.float32(EPSILON) ** self._q
        self._across = np.ascontiguousarray(2 ** np.array(numbers.ACROSS, np.float32).T)

    def reference(self, channels: Floats) -> list[_Band]:
        """Of each band: the reference's contrast weighed by the sensitivity that its luminance
        leaves, and that sensitivity."""
        bands = []
        for i, (contrast, background) in enumerate(self._contrasts(channels)):
            sensitivity = self._sees(i, background)
            if i < self.levels - 1:
                sensitivity *= self._gain
            bands.append((np.multiply(contrast, sensitivity, out=contrast), sensitivity))
        return bands

    def difference(self, reference: Sequence[_Band], channels: Floats) -> float:
        """What is seen between the reference and another picture's channels, pooled."""
        squares = np.empty((4, self.levels))
        for i, (contrast, _) in enumerate(self._contrasts(channels)):
            against, sensitivity = reference[i]
            test = np.multiply(contrast, sensitivity, out=contrast)
            last = i == self.levels - 1
            seen = np.abs(test - against) if last else self._masked(test, against)
            seen += EPSILON
            flat = seen.reshape(4, -1)
            squares[:, i] = [float(np.vdot(row, row)) / row.size for row in flat]
        return numbers.pooled(squares)

    def _sees(self, band: int, background: Floats) -> Floats:
        """(4, h, w): contrast sensitivity, by a table that is even in the luminance's logarithm."""
        axis, table = self._axis, self._table[band]
        place = np.log10(background)
        place -= axis[0]
        place *= (len(axis) - 1) / (axis[-1] - axis[0])
        np.clip(place, 0, len(axis) - 1, out=place)
        low = place.astype(np.intp)
        share = place - low
        step = np.diff(table, axis=1, append=table[:, -1:])
        log = np.stack(
            [row[low] + rise[low] * share for row, rise in zip(table, step, strict=True)]
        )
        return _exponential(log * np.float32(np.log(10)))

    def _masked(self, test: Floats, reference: Floats) -> Floats:
        """What is left of a difference where both pictures hold contrast that hides it."""
        hides = np.abs(test)
        np.minimum(hides, np.abs(reference), out=hides)
        hides = self._blurred(hides)
        hides *= np.float32(10**numbers.MASK_C)
        hides = _power(hides, self._q)
        hides -= self._q_least
        flat = hides.reshape(4, -1)
        mask = np.einsum("ij,jp->ip", self._across, flat).reshape(hides.shape)
        mask += 1
        np.subtract(test, reference, out=hides)
        np.abs(hides, out=hides)
        seen = _power(hides, numbers.MASK_P)
        seen -= np.float32(EPSILON**numbers.MASK_P)
        # LARGEST · s / (LARGEST + s), where s is seen / mask.
        mask *= np.float32(numbers.LARGEST)
        mask += seen
        seen *= np.float32(numbers.LARGEST)
        seen /= mask
        return seen

    def _blurred(self, x: Floats) -> Floats:
        if min(x.shape[-2:]) <= numbers.SPREAD_WIDTH // 2:
            return x
        found = np.empty_like(x)
        for each, to in zip(x, found, strict=True):
            cv2.sepFilter2D(
                *(each, cv2.CV_32F, self._spread, self._spread),
                dst=to,
                borderType=cv2.BORDER_REFLECT_101,
            )
        return found

    def _contrasts(self, channels: Floats) -> list[_Band]:
        """Of each band: the contrast of the channels (4, h, w), and the luminance behind it (h, w),
        cd/m². ``channels`` are (4, height, width), the sustained luminance first."""
        levels = [channels]
        for _ in range(self.levels - 1):
            levels.append(np.stack([self._reduced(each) for each in levels[-1]]))
        bands = []
        for i, level in enumerate(levels):
            if i == self.levels - 1:
                luminance = np.maximum(level[0], DARKEST).mean(dtype=np.float64)
                background = np.full_like(level[0], luminance)
                contrast = level / background
            else:
                size = level.shape[-2:]
                wide = np.stack([self._expanded(each, *size) for each in levels[i + 1]])
                background = np.maximum(wide[0], DARKEST)
                contrast = np.subtract(level, wide, out=wide)
                contrast /= background
            np.minimum(contrast, MOST, out=contrast)
            # A band of the decimated pyramid passes half of what it stands for; its ends do not.
            if 0 < i < self.levels - 1:
                contrast *= 2
            bands.append((contrast, background))
        return bands

    def _reduced(self, x: Floats) -> Floats:
        """(h, w) → half of it, as the original has it: edges are mirrored, but the right one by
        the rows' parity instead of its own."""
        kernel = self._kernel
        height, width = x.shape
        found = _filtered(x, kernel, kernel, cv2.BORDER_REFLECT)[::2, ::2].copy()
        if height % 2 != width % 2:
            edge = _filtered(x[:, -2:], np.ones(1, np.float32), kernel, cv2.BORDER_REFLECT)[::2]
            other = edge[:, 1] * (KERNEL[1] - KERNEL[0]) + edge[:, 0] * KERNEL[0]
            found[:, -1] += other if height % 2 else -other
        return found

    def _expanded(self, x: Floats, height: int, width: int) -> Floats:
        """(h, w) → this size: its values, once more around the edge, with zeros between them,
        blurred."""
        around = cv2.copyMakeBorder(x, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        spaced = np.zeros((2 * around.shape[0], 2 * around.shape[1]), np.float32)
        spaced[::2, ::2] = around
        blurred = _filtered(spaced, self._twice, self._twice, cv2.BORDER_CONSTANT)
        return blurred[2 : height + 2, 2 : width + 2]


def _filtered(x: Floats, across: Floats, down: Floats, border: int) -> Floats:
    return cast(Floats, cv2.sepFilter2D(x, cv2.CV_32F, across, down, borderType=border))


def _power(x: Floats, p: float | npt.NDArray[Any]) -> Floats:
    """(x + ε)**p, in the memory of ``x``."""
    x += EPSILON
    flat = x.reshape(-1, x.shape[-1])
    cv2.log(flat, dst=flat)
    x *= p
    cv2.exp(flat, dst=flat)
    return x


def _exponential(x: Floats) -> Floats:
    flat = x.reshape(-1, x.shape[-1])
    cv2.exp(flat, dst=flat)
    return x

"""ColorVideoVDP: how much worse than another a video looks.

It (Mantiuk et al., SIGGRAPH 2024, doi 10.1145/3658144) models what an eye sees of the
difference between two videos, in space, time and colour, and gives it in just-objectionable
differences: 10 is alike, each one less is what three of four people would notice as worse.

This is the base model of the authors' cvvdp 0.5.7 (MIT, `LICENSE-cvvdp.md`) for sRGB video,
written again in plain torch, with their calibrated numbers: the package itself needs torchvision,
and brings a package `ffmpeg` that overwrites the ffmpeg-python which render stands on. The tests
hold it to figures that the package gave. The reference's half of the work is done once for all the
videos that are compared with it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from render.compare.metrics.pyramid import Pyramid
from render.media.frame import Picture

# cvvdp_parameters.json of 0.5.7, `mult-mutual` masking on `weber_g1` contrast.
_MASK_P = 2.264355182647705
_MASK_C = -0.7954971194267273
_MASK_Q = (1.302622675895691, 2.8885908126831055, 3.6807713508605957, 3.588787317276001)
_ACROSS = (
    (-0.18950104713439941, -5.962151050567627, -4.31834602355957, -1.9321587085723877),
    (2.5655593872070312, 0.34406712651252747, -2.719646453857422, -0.4970424771308899),
    (3.8118371963500977, -1.0051705837249756, -0.5193376541137695, -0.5653647780418396),
    (-7.054771423339844, -5.527150630950928, -3.5106418132781982, -2.08804988861084),
)
_CORRECTION = -0.2797423303127289
_GAIN = (1.0, 1.45, 1.0, 1.0)
_LARGEST = 10**2.5642454624176025
_SPREAD, _SPREAD_WIDTH = 3.0, 13
_BETA, _BETA_TIME, _BETA_CHANNELS, _BETA_BANDS = 2.0, 2.0, 4.0, 4.0
_CHANNELS = (1.0, 1.0, 1.0, 0.8081134557723999)
_BASEBAND = (0.0036334486212581396, 1.6627724170684814, 4.11874532699585, 25.25969886779785)
_JOD_A, _JOD_EXPONENT, _BEND = 0.0439569391310215, 0.9302042722702026, 0.1
_TIME_SIGMA = (5.79336, 14.1255, 6.63661, 0.12314)
_TIME_BETA = (1.3314, 1.1196, 0.947901, 0.1898)
_TRANSIENT = 5.0
"""Hz: where the transient channel sees best."""
_WINDOW = 0.25
"""Seconds that the eye's temporal filters are long."""
_BASEBAND_FREQUENCY = 0.1

# Display: cvvdp's `standard_phone`, 1080 pixels across 62 mm at 40 cm, in an office.
_PEAK, _BLACK, _AMBIENT, _REFLECTS = 500.0, 0.05, 250.0, 0.005
PHONE_WIDTH = 6 * 25.4 / math.hypot(1, 2400 / 1080)
"""Millimetres: the short side of a six-inch phone."""
_DISTANCE = 400.0

# sRGB → XYZ (D65) → cone responses (CIE 2006) → the colour-opponent space DKL.
_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.072175),
    (0.0193339, 0.119192, 0.9503041),
)
_LMS = (
    (0.187596268556126, 0.585168649077728, -0.026384263306304),
    (-0.133397430663221, 0.405505777260049, 0.034502127690364),
    (0.000244379021663, -0.000542995890619, 0.019406849066323),
)
_DKL = ((1.0, 1.0, 0.0), (1.0, -2.311130179947035, 0.0), (-1.0, -1.0, 50.977571328718781))


def pixels_per_degree(short_side: int) -> float:
    """Of a picture with ``short_side`` pixels that fills a phone's width, held at 40 cm."""
    return 1 / math.degrees(2 * math.atan(PHONE_WIDTH / short_side / 2 / _DISTANCE))


def jods(
    reference: Sequence[Picture], others: Sequence[Sequence[Picture]], rate: float, density: float
) -> list[float]:
    """The quality of each of the ``others`` against ``reference``: 10 is alike, lower is worse.

    All are pictures at the same ticks of one ``rate`` (frames a second), of one size, RGB uint8,
    two or more; a video of a lower rate is held: its pictures repeat. ``density`` is pixels a
    degree. Raises ValueError when numbers or sizes differ, or a side is under 8 pixels.
    """
    _check(reference, others)
    height, width = reference[0].shape[:2]
    pyramid = Pyramid(width, height, density)
    eye = _Eye(pyramid)
    filters = temporal_filters(rate)
    watched = [_Watched(filters) for _ in (reference, *others)]
    totals = [0.0 for _ in others]
    with torch.inference_mode():
        for n, picture in enumerate(reference):
            seen = eye.reference(watched[0].see(picture))
            for i, (other, watching) in enumerate(zip(others, watched[1:], strict=True)):
                totals[i] += _raised(eye.difference(seen, watching.see(other[n])), _BETA_TIME)
    means = (total / len(reference) for total in totals)
    return [_as_jod(_raised(mean, 1 / _BETA_TIME)) for mean in means]


def _check(reference: Sequence[Picture], others: Sequence[Sequence[Picture]]) -> None:
    if len(reference) < 2:
        raise ValueError("JOD is about videos: two pictures or more")
    if min(reference[0].shape[:2]) < 8:
        raise ValueError("JOD needs sides of 8 pixels or more")
    for video in (reference, *others):
        if len(video) != len(reference):
            raise ValueError(f"{len(video)} pictures against {len(reference)} of the reference")
        if any(picture.shape != reference[0].shape for picture in video):
            raise ValueError("pictures of several sizes")


def temporal_filters(rate: float) -> Tensor:
    """(4, n): the eye's response over the last quarter of a second, the latest picture last;
    sustained luminance, red-green, violet-yellow, and transient luminance."""
    length = math.ceil(_WINDOW * rate / 2) * 2 + 1
    omega = torch.linspace(0, rate / 2, length // 2 + 1)
    rows = []
    for channel, (sigma, beta) in enumerate(zip(_TIME_SIGMA, _TIME_BETA, strict=True)):
        if channel < 3:
            response = torch.exp(-(omega**beta) / sigma)
        else:
            response = torch.exp(-((omega**beta - _TRANSIENT**beta) ** 2) / sigma)
        rows.append(torch.fft.fftshift(torch.fft.irfft(response, n=length)).flip(0))
    return torch.stack(rows)


class _Watched:
    """One video as it reaches the eye: DKL pictures, and what the temporal filters make of them."""

    def __init__(self, filters: Tensor) -> None:
        self._filters = filters
        self._seen: deque[Tensor] = deque(maxlen=filters.shape[1])
        self._latest: Picture | None = None

    def see(self, picture: Picture) -> Tensor:
        """(4, height, width): the channels after ``picture``; before the first there was the same.
        A picture that is held is converted once."""
        colour = self._seen[-1] if picture is self._latest else as_dkl(picture)
        self._latest = picture
        self._seen.append(colour)
        while len(self._seen) < self._filters.shape[1]:
            self._seen.appendleft(colour)
        stack = torch.stack(tuple(self._seen))  # time, 3, height, width
        return torch.stack(
            [
                torch.tensordot(self._filters[channel], stack[:, channel % 3], dims=1)
                for channel in range(4)
            ]
        )


@lru_cache(maxsize=1)
def _light() -> Tensor:
    """What the display emits for the codes 0..255, cd/m²."""
    code = torch.arange(256, dtype=torch.float32) / 255
    linear = torch.where(code > 0.04045, ((code + 0.055) / 1.055) ** 2.4, code / 12.92)
    return (_PEAK - _BLACK) * linear + _BLACK + _AMBIENT / math.pi * _REFLECTS


def as_dkl(picture: Picture) -> Tensor:
    """(3, height, width): luminance, red-green, violet-yellow, as the phone's display emits it."""
    emitted = _light()[torch.from_numpy(np.ascontiguousarray(picture)).long()]
    matrix = torch.tensor(_DKL) @ torch.tensor(_LMS) @ torch.tensor(_XYZ)
    return torch.einsum("ij,hwj->ihw", matrix, emitted).contiguous()


class _Eye:
    """Sensitivity, masking and pooling, for pictures of one size."""

    def __init__(self, pyramid: Pyramid) -> None:
        self.pyramid = pyramid
        frequencies = [*pyramid.frequencies[:-1], _BASEBAND_FREQUENCY]
        self._luminance, self._sensitivity = _sensitivities(tuple(frequencies))
        self._across = 2 ** torch.tensor(_ACROSS)
        self._gain = torch.tensor(_GAIN).view(4, 1, 1)
        self._q = torch.tensor(_MASK_Q).view(4, 1, 1)
        offsets = torch.linspace(-(_SPREAD_WIDTH - 1) / 2, (_SPREAD_WIDTH - 1) / 2, _SPREAD_WIDTH)
        kernel = torch.exp(-0.5 * (offsets / _SPREAD) ** 2)
        self._kernel = kernel / kernel.sum()

    def reference(self, channels: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Of each band: the reference's contrast, and the sensitivity that its luminance leaves."""
        bands = []
        for i, (contrast, background) in enumerate(self.pyramid.contrasts(channels)):
            bands.append((contrast, self._sees(i, background)))
        return bands

    def difference(self, reference: Sequence[tuple[Tensor, Tensor]], channels: Tensor) -> float:
        """What is seen between the reference and another picture's channels, pooled."""
        pooled = []
        for i, (contrast, _) in enumerate(self.pyramid.contrasts(channels)):
            against, sensitivity = reference[i]
            if i == len(reference) - 1:
                seen = (contrast - against).abs() * sensitivity
            else:
                seen = self._masked(contrast, against, sensitivity)
            pooled.append(_norm(seen, _BETA, (-2, -1), average=True))
        per_band = torch.stack(pooled, dim=1) * torch.tensor(_CHANNELS).view(4, 1)
        per_band[:, -1] *= torch.tensor(_BASEBAND)
        per_channel = _norm(per_band, _BETA_BANDS, 1)
        return float(_norm(per_channel, _BETA_CHANNELS, 0))

    def _sees(self, band: int, background: Tensor) -> Tensor:
        """(4, h, w): contrast sensitivity, by a table that is even in the luminance's logarithm."""
        axis, table = self._luminance, self._sensitivity[band]
        place = (background.log10() - axis[0]) / (axis[-1] - axis[0]) * (len(axis) - 1)
        place = place.clamp(0, len(axis) - 1)
        low = place.int()
        high = (low + 1).clamp(max=len(axis) - 1)
        share = place.frac()
        log = torch.stack([row[low] * (1 - share) + row[high] * share for row in table])
        return 10 ** (log + _CORRECTION / 20)

    def _masked(self, contrast: Tensor, against: Tensor, sensitivity: Tensor) -> Tensor:
        """What is left of a difference where both pictures hold contrast that hides it."""
        test = contrast * sensitivity * self._gain
        reference = against * sensitivity * self._gain
        mutual = self._blurred(torch.minimum(test.abs(), reference.abs())) * 10**_MASK_C
        powered = _power(mutual, self._q)
        mask = torch.einsum("ij,ihw->jhw", self._across, powered)
        seen = _power((test - reference).abs(), _MASK_P) / (1 + mask)
        return _LARGEST * seen / (_LARGEST + seen)

    def _blurred(self, x: Tensor) -> Tensor:
        half = _SPREAD_WIDTH // 2
        if min(x.shape[-2:]) <= half:
            return x
        padded = F.pad(x.unsqueeze(1), (half, half, half, half), mode="reflect")
        rows = F.conv2d(padded, self._kernel.view(1, 1, -1, 1))
        return F.conv2d(rows, self._kernel.view(1, 1, 1, -1)).squeeze(1)


@lru_cache(maxsize=8)
def _sensitivities(frequencies: tuple[float, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
    """log10 of luminance (n), and for each frequency (cycles a degree) the log sensitivity (4, n)
    of the channels: castleCSF at a fixed size of stimulus."""
    with np.load(Path(__file__).with_name("cvvdp_csf.npz"), allow_pickle=False) as archive:
        luminance = np.log10(archive["luminance"])
        known = np.log10(archive["frequency"])
        table = archive["log_sensitivity"]  # channel, luminance, frequency
    found = []
    for frequency in frequencies:
        i = int(np.clip(np.searchsorted(known, math.log10(frequency)) - 1, 0, len(known) - 2))
        share = (math.log10(frequency) - known[i]) / (known[i + 1] - known[i])
        row = table[..., i] + share * (table[..., i + 1] - table[..., i])
        found.append(torch.from_numpy(row.astype(np.float32)))
    return torch.from_numpy(luminance.astype(np.float32)), tuple(found)


_EPSILON = 1e-5


def _power(x: Tensor, p: Tensor | float) -> Tensor:
    """x**p, as the model was calibrated: with a slope that is finite at 0."""
    return (x + _EPSILON) ** p - _EPSILON**p


def _raised(x: float, p: float) -> float:
    """`_power` of one number."""
    return float((x + _EPSILON) ** p - _EPSILON**p)


def _norm(x: Tensor, p: float, dim: int | tuple[int, ...], *, average: bool = False) -> Tensor:
    total = _power(x, p).sum(dim=dim)
    if average:
        total = total / (x.shape[-1] * x.shape[-2])
    return _power(total, 1 / p)


def _as_jod(seen: float) -> float:
    """Straight near 0, a power after it."""
    if seen <= _BEND:
        return 10 - _JOD_A * math.pow(_BEND, _JOD_EXPONENT - 1) * seen
    return 10 - _JOD_A * math.pow(seen, _JOD_EXPONENT)

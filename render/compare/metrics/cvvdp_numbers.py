"""ColorVideoVDP's calibrated numbers: cvvdp_parameters.json of 0.5.7, `mult-mutual` masking on
`weber_g1` contrast, and what follows from them without any picture.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

MASK_P = 2.264355182647705
MASK_C = -0.7954971194267273
MASK_Q = (1.302622675895691, 2.8885908126831055, 3.6807713508605957, 3.588787317276001)
ACROSS = (
    (-0.18950104713439941, -5.962151050567627, -4.31834602355957, -1.9321587085723877),
    (2.5655593872070312, 0.34406712651252747, -2.719646453857422, -0.4970424771308899),
    (3.8118371963500977, -1.0051705837249756, -0.5193376541137695, -0.5653647780418396),
    (-7.054771423339844, -5.527150630950928, -3.5106418132781982, -2.08804988861084),
)
"""log2 of how much the contrast of one channel (row) hides in another (column)."""
CORRECTION = -0.2797423303127289
GAIN = (1.0, 1.45, 1.0, 1.0)
LARGEST = 10**2.5642454624176025
SPREAD, SPREAD_WIDTH = 3.0, 13
BETA, BETA_TIME, BETA_CHANNELS, BETA_BANDS = 2.0, 2.0, 4.0, 4.0
CHANNELS = (1.0, 1.0, 1.0, 0.8081134557723999)
BASEBAND = (0.0036334486212581396, 1.6627724170684814, 4.11874532699585, 25.25969886779785)
_JOD_A, _JOD_EXPONENT, _BEND = 0.0439569391310215, 0.9302042722702026, 0.1
_TIME_SIGMA = (5.79336, 14.1255, 6.63661, 0.12314)
_TIME_BETA = (1.3314, 1.1196, 0.947901, 0.1898)
_TRANSIENT = 5.0
"""Hz: where the transient channel sees best."""
_WINDOW = 0.25
"""Seconds that the eye's temporal filters are long."""
_BASEBAND_FREQUENCY = 0.1
EPSILON = 1e-5

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


def temporal_filters(rate: float) -> Floats:
    """(4, n): the eye's response over the last quarter of a second, the latest picture last;
    sustained luminance, red-green, violet-yellow, and transient luminance."""
    length = math.ceil(_WINDOW * rate / 2) * 2 + 1
    omega = np.linspace(0, rate / 2, length // 2 + 1)
    rows = []
    for channel, (sigma, beta) in enumerate(zip(_TIME_SIGMA, _TIME_BETA, strict=True)):
        if channel < 3:
            response = np.exp(-(omega**beta) / sigma)
        else:
            response = np.exp(-((omega**beta - _TRANSIENT**beta) ** 2) / sigma)
        rows.append(np.fft.fftshift(np.fft.irfft(response, n=length))[::-1])
    return np.stack(rows).astype(np.float32)


@lru_cache(maxsize=1)
def light() -> Floats:
    """What the display emits for the codes 0..255, cd/m²."""
    code = np.arange(256) / 255
    linear = np.where(code > 0.04045, ((code + 0.055) / 1.055) ** 2.4, code / 12.92)
    emitted = (_PEAK - _BLACK) * linear + _BLACK + _AMBIENT / math.pi * _REFLECTS
    return emitted.astype(np.float32)


def to_dkl() -> Floats:
    """(3, 3): light of the display's red, green and blue → luminance, red-green, violet-yellow."""
    matrix: Floats = (np.array(_DKL) @ np.array(_LMS) @ np.array(_XYZ)).astype(np.float32)
    return matrix


def spread() -> Floats:
    """Over which neighbours contrast hides a difference."""
    offsets = np.linspace(-(SPREAD_WIDTH - 1) / 2, (SPREAD_WIDTH - 1) / 2, SPREAD_WIDTH)
    kernel = np.exp(-0.5 * (offsets / SPREAD) ** 2)
    share: Floats = (kernel / kernel.sum()).astype(np.float32)
    return share


@lru_cache(maxsize=8)
def sensitivities(bands: tuple[float, ...]) -> tuple[Floats, tuple[Floats, ...]]:
    """log10 of luminance (n), evenly spaced, and for each band (cycles a degree; the last counts
    as what remains) the log10 of the channels' sensitivity (4, n): castleCSF at a fixed size of
    stimulus."""
    with np.load(Path(__file__).with_name("cvvdp_csf.npz"), allow_pickle=False) as archive:
        luminance = np.log10(archive["luminance"])
        known = np.log10(archive["frequency"])
        table = archive["log_sensitivity"]  # channel, luminance, frequency
    found = []
    for frequency in (*bands[:-1], _BASEBAND_FREQUENCY):
        i = int(np.clip(np.searchsorted(known, math.log10(frequency)) - 1, 0, len(known) - 2))
        share = (math.log10(frequency) - known[i]) / (known[i + 1] - known[i])
        row = table[..., i] + share * (table[..., i + 1] - table[..., i])
        found.append((row + CORRECTION / 20).astype(np.float32))
    return luminance.astype(np.float32), tuple(found)


def raised(x: float, p: float) -> float:
    """x**p, as the model was calibrated: with a slope that is finite at 0."""
    return float((x + EPSILON) ** p - EPSILON**p)


def pooled(squares: npt.NDArray[np.float64]) -> float:
    """What is seen of one picture: from the mean of (difference + ε)² in each channel (row) and
    band (column)."""
    per_band = np.sqrt(squares - EPSILON**BETA + EPSILON) - EPSILON ** (1 / BETA)
    per_band = per_band * np.array(CHANNELS)[:, None]
    per_band[:, -1] *= BASEBAND
    return _norm(np.array([_norm(row, BETA_BANDS) for row in per_band]), BETA_CHANNELS)


def _norm(x: npt.NDArray[np.float64], p: float) -> float:
    return raised(float(((x + EPSILON) ** p - EPSILON**p).sum()), 1 / p)


def as_jod(seen: float) -> float:
    """Straight near 0, a power after it."""
    if seen <= _BEND:
        return 10 - _JOD_A * math.pow(_BEND, _JOD_EXPONENT - 1) * seen
    return 10 - _JOD_A * math.pow(seen, _JOD_EXPONENT)

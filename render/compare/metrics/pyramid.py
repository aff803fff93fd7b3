"""A picture's contrast by spatial frequency: ColorVideoVDP's Laplacian pyramid."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

_LOWEST = 0.2
"""Cycles a degree: no band below."""
_PEAK = 0.3228
"""Where a band of the pyramid sees best, as a share of its Nyquist frequency."""
_KERNEL = (0.05, 0.25, 0.4, 0.25, 0.05)
_DARKEST = 0.01
_MOST = 1000.0


class Pyramid:
    """For pictures of one size at one ``density`` (pixels a degree).

    Attributes:
        frequencies: of each band, cycles a degree, the finest first; the last is what remains.
    """

    def __init__(self, width: int, height: int, density: float) -> None:
        most = math.floor(math.log2(min(width, height))) - 1
        known = [1.0, *(2.0**-n * _PEAK for n in range(14))]
        below = [i for i, share in enumerate(known) if share * density / 2 <= _LOWEST]
        levels = max(0, min(below[0] + 1 if below else most + 1, most))
        self.frequencies = tuple(share * density / 2 for share in known[: levels + 1])
        kernel = torch.tensor(_KERNEL)
        self._rows, self._columns = kernel.view(1, 1, 5, 1), kernel.view(1, 1, 1, 5)

    def contrasts(self, channels: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Of each band: the contrast of the channels (4, h, w), and the luminance behind it (h, w),
        cd/m². ``channels`` are (4, height, width), the sustained luminance first."""
        blurred = [channels]
        for _ in self.frequencies[1:]:
            blurred.append(self._reduced(blurred[-1]))
        bands = []
        for i, level in enumerate(blurred):
            if i == len(blurred) - 1:
                background = level[0].clamp(min=_DARKEST).mean().expand_as(level[0])
                layer = level
            else:
                wide = self._expanded(blurred[i + 1], level.shape[-2], level.shape[-1])
                background = wide[0].clamp(min=_DARKEST)
                layer = level - wide
            contrast = (layer / background).clamp(max=_MOST)
            # A band of the decimated pyramid passes half of what it stands for; its ends do not.
            inner = 0 < i < len(blurred) - 1
            bands.append((contrast * 2 if inner else contrast, background))
        return bands

    def _reduced(self, x: Tensor) -> Tensor:
        height = x.shape[-2]
        outer, inner = _KERNEL[0], _KERNEL[1]
        x = x.unsqueeze(1)
        y = F.conv2d(x, self._rows, stride=(2, 1), padding=(2, 0))
        y[..., 0, :] += x[..., 0, :] * inner + x[..., 1, :] * outer
        if height % 2:
            y[..., -1, :] += x[..., -1, :] * inner + x[..., -2, :] * outer
        else:
            y[..., -1, :] += x[..., -1, :] * outer
        z = F.conv2d(y, self._columns, stride=(1, 2), padding=(0, 2))
        z[..., 0] += y[..., 0] * inner + y[..., 1] * outer
        # By the rows' parity, not the columns': so the original does it, and was calibrated.
        if height % 2:
            z[..., -1] += y[..., -1] * inner + y[..., -2] * outer
        else:
            z[..., -1] += y[..., -1] * outer
        return z.squeeze(1)

    def _expanded(self, x: Tensor, height: int, width: int) -> Tensor:
        y = F.conv2d(_with_gaps(x, height, -2).unsqueeze(1), self._rows * 2).squeeze(1)
        return F.conv2d(_with_gaps(y, width, -1).unsqueeze(1), self._columns * 2).squeeze(1)


def _with_gaps(x: Tensor, size: int, dim: int) -> Tensor:
    """Zeros between the values along ``dim``, to ``size``, and its ends once more around it."""
    shape = list(x.shape)
    shape[dim] = size + 4
    wide = torch.zeros(shape)
    target, source = wide.transpose(dim, -1), x.transpose(dim, -1)
    target[..., 2:-2:2] = source
    target[..., 0] = source[..., 0]
    target[..., -2 + size % 2] = source[..., -1]
    return wide

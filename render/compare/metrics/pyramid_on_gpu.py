"""A picture's contrast by spatial frequency: ColorVideoVDP's Laplacian pyramid, in torch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from render.compare.metrics.bands import DARKEST, KERNEL, MOST, band_frequencies


class Pyramid:
    """For pictures of one size at one ``density`` (pixels a degree), on one ``device``."""

    def __init__(self, width: int, height: int, density: float, device: torch.device) -> None:
        self.frequencies = band_frequencies(width, height, density)
        kernel = torch.tensor(KERNEL, device=device)
        self._rows, self._columns = kernel.view(1, 1, 5, 1), kernel.view(1, 1, 1, 5)

    def contrasts(self, channels: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Of each band: the contrast of the channels (n, 4, h, w), and the luminance behind it
        (n, 1, h, w), cd/m². ``channels`` are (n, 4, height, width), the sustained luminance
        first."""
        blurred = [channels]
        for _ in self.frequencies[1:]:
            blurred.append(self._reduced(blurred[-1]))
        bands = []
        for i, level in enumerate(blurred):
            if i == len(blurred) - 1:
                luminance = level[:, :1].clamp(min=DARKEST)
                background = luminance.mean(dim=(2, 3), keepdim=True).expand_as(luminance)
                layer = level
            else:
                wide = self._expanded(blurred[i + 1], level.shape[-2], level.shape[-1])
                background = wide[:, :1].clamp(min=DARKEST)
                layer = level - wide
            contrast = (layer / background).clamp(max=MOST)
            # A band of the decimated pyramid passes half of what it stands for; its ends do not.
            inner = 0 < i < len(blurred) - 1
            bands.append((contrast * 2 if inner else contrast, background))
        return bands

    def _reduced(self, x: Tensor) -> Tensor:
        number, channels, height, width = x.shape
        outer, inner = KERNEL[0], KERNEL[1]
        x = x.reshape(number * channels, 1, height, width)
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
        return z.reshape(number, channels, *z.shape[-2:])

    def _expanded(self, x: Tensor, height: int, width: int) -> Tensor:
        number, channels = x.shape[:2]
        flat = x.reshape(number * channels, 1, *x.shape[-2:])
        y = F.conv2d(_with_gaps(flat, height, -2), self._rows * 2)
        z = F.conv2d(_with_gaps(y, width, -1), self._columns * 2)
        return z.reshape(number, channels, height, width)


def _with_gaps(x: Tensor, size: int, dim: int) -> Tensor:
    """Zeros between the values along ``dim``, to ``size``, and its ends once more around it."""
    shape = list(x.shape)
    shape[dim] = size + 4
    wide = torch.zeros(shape, device=x.device)
    target, source = wide.transpose(dim, -1), x.transpose(dim, -1)
    target[..., 2:-2:2] = source
    target[..., 0] = source[..., 0]
    target[..., -2 + size % 2] = source[..., -1]
    return wide

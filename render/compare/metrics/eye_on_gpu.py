"""ColorVideoVDP's eye on a GPU: all videos at once, in torch; nothing comes back before the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from render.compare.metrics import cvvdp_numbers as numbers
from render.compare.metrics.cvvdp_numbers import EPSILON, Floats
from render.compare.metrics.pyramid_on_gpu import Pyramid
from render.media.frame import Picture


class GpuVideos:
    """Several videos as they reach the eye: what the temporal filters make of their pictures."""

    def __init__(self, filters: Floats, device: torch.device) -> None:
        self._filters = torch.from_numpy(filters).to(device)
        self._light = torch.from_numpy(numbers.light()).to(device)
        self._matrix = torch.from_numpy(numbers.to_dkl()).to(device)
        self._device = device
        self._seen: deque[Tensor] = deque(maxlen=filters.shape[1])
        self._latest: list[Picture] = []

    def see(self, pictures: Sequence[Picture]) -> Tensor:
        """(n, 4, height, width): the channels after ``pictures``, one of each video; before the
        first there was the same. A picture that is held is converted once."""
        if self._seen:
            colours = self._seen[-1].clone()
            pairs = zip(pictures, self._latest, strict=True)
            new = [n for n, (picture, before) in enumerate(pairs) if picture is not before]
        else:
            height, width = pictures[0].shape[:2]
            colours = torch.empty((len(pictures), 3, height, width), device=self._device)
            new = list(range(len(pictures)))
        if new:
            colours[new] = self._as_dkl([pictures[n] for n in new])
        self._latest = list(pictures)
        self._seen.append(colours)
        while len(self._seen) < self._filters.shape[1]:
            self._seen.appendleft(colours)
        stack = torch.stack(tuple(self._seen))  # time, n, 3, height, width
        return torch.stack(
            [
                torch.tensordot(self._filters[channel], stack[:, :, channel % 3], dims=1)
                for channel in range(4)
            ],
            dim=1,
        )

    def _as_dkl(self, pictures: Sequence[Picture]) -> Tensor:
        codes = torch.from_numpy(np.stack(pictures)).to(self._device)
        return torch.einsum("ij,nhwj->nihw", self._matrix, self._light[codes.long()])


class GpuEye:
    """Sensitivity, masking and pooling, for pictures of one size."""

    def __init__(self, width: int, height: int, density: float, device: torch.device) -> None:
        self._pyramid = Pyramid(width, height, density, device)
        axis, table = numbers.sensitivities(self._pyramid.frequencies)
        self._axis = (float(axis[0]), float(axis[-1]), len(axis))
        self._table = [torch.from_numpy(each).to(device) for each in table]
        self._across = (2 ** torch.tensor(numbers.ACROSS)).to(device)
        self._gain = torch.tensor(numbers.GAIN, device=device).view(1, 4, 1, 1)
        self._q = torch.tensor(numbers.MASK_Q, device=device).view(1, 4, 1, 1)
        self._kernel = torch.from_numpy(numbers.spread()).to(device)

    def differences(self, channels: Tensor) -> Tensor:
        """(n, 4, height, width), the reference first → (n − 1, 4, bands) of the others: the mean
        of (what is seen + ε)²."""
        bands = self._pyramid.contrasts(channels)
        found = []
        for i, (contrast, background) in enumerate(bands):
            sensitivity = self._sees(i, background[:1])
            if i == len(bands) - 1:
                seen = (contrast[1:] - contrast[:1]).abs() * sensitivity
            else:
                weighed = contrast * (sensitivity * self._gain)
                seen = self._masked(weighed[1:], weighed[:1])
            found.append((seen + EPSILON).square().mean(dim=(2, 3)))
        return torch.stack(found, dim=2)

    def _sees(self, band: int, background: Tensor) -> Tensor:
        """(1, 4, h, w): contrast sensitivity, by a table that is even in the luminance's
        logarithm."""
        first, last, count = self._axis
        place = (background[0, 0].log10() - first) / (last - first) * (count - 1)
        place = place.clamp(0, count - 1)
        low = place.long()
        high = (low + 1).clamp(max=count - 1)
        share, table = place.frac(), self._table[band]
        log = table[:, low] * (1 - share) + table[:, high] * share
        return torch.pow(10, log)[None]

    def _masked(self, test: Tensor, reference: Tensor) -> Tensor:
        """What is left of a difference where both pictures hold contrast that hides it."""
        mutual = self._blurred(torch.minimum(test.abs(), reference.abs())) * 10**numbers.MASK_C
        powered = (mutual + EPSILON) ** self._q - EPSILON**self._q
        mask = 1 + torch.einsum("ij,nihw->njhw", self._across, powered)
        seen = ((test - reference).abs() + EPSILON) ** numbers.MASK_P - EPSILON**numbers.MASK_P
        seen = seen / mask
        least: Tensor = numbers.LARGEST * seen / (numbers.LARGEST + seen)
        return least

    def _blurred(self, x: Tensor) -> Tensor:
        half = numbers.SPREAD_WIDTH // 2
        if min(x.shape[-2:]) <= half:
            return x
        flat = x.reshape(-1, 1, *x.shape[-2:])
        padded = F.pad(flat, (half, half, half, half), mode="reflect")
        rows = F.conv2d(padded, self._kernel.view(1, 1, -1, 1))
        return F.conv2d(rows, self._kernel.view(1, 1, 1, -1)).reshape(x.shape)

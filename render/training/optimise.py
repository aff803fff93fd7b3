"""One step of training: crops in, losses out, weights moved."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from render.networks.modules import StyleNetwork
from render.training.backbone import CONTENT_LAYER, Backbone
from render.training.data import Photos
from render.training.losses import (
    content_loss,
    distillation_loss,
    random_warps,
    stability_loss,
    style_loss,
    total_variation,
    warped,
)
from render.training.settings import TrainingSettings

_NOISE = 2.55
"""The noise on warped pictures: .01 of the range, as a camera's."""
_WARM_UP = 100


class Losses:
    """The weighted terms for one painting."""

    def __init__(
        self,
        settings: TrainingSettings,
        backbone: Backbone,
        targets: Mapping[str, Tensor],
        layer_weights: Mapping[str, float],
        teacher: StyleNetwork | None,
    ) -> None:
        self._settings = settings
        self._backbone = backbone
        self._targets = targets
        self._layer_weights = layer_weights
        self._teacher = teacher

    def of(
        self, network: StyleNetwork, x: Tensor, warps: Tensor, noise: Tensor
    ) -> dict[str, Tensor]:
        """Each term with its weight; x is (n, 3, side, side) float in 0..255."""
        s = self._settings
        n = x.shape[0]
        if s.stability > 0:
            # One pass for both, so that batch norm sees them together.
            other = (warped(x, warps)[0] + noise).clamp(0, 255)
            y, y_other = network(torch.cat([x, other])).split(n)
        else:
            y, y_other = network(x), None
        ours = self._backbone(y, {*self._layer_weights, CONTENT_LAYER})
        with torch.no_grad():
            theirs = self._backbone(x, [CONTENT_LAYER])[CONTENT_LAYER]
        terms = {"content": s.content_weight * content_loss(ours[CONTENT_LAYER], theirs)}
        style = torch.zeros((), device=x.device)
        for layer, weight in self._layer_weights.items():
            style = style + weight * style_loss(ours[layer], self._targets[layer])
        terms["style"] = s.style_weight * style
        if y_other is not None:
            terms["stability"] = s.stability * stability_loss(y, warps, y_other)
        if self._teacher is not None:
            with torch.no_grad():
                goal = self._teacher(x)
            terms["distil"] = s.distil * distillation_loss(y, goal)
        if s.smooth > 0:
            terms["smooth"] = s.smooth * total_variation(y)
        return terms


class Optimiser:
    """Adam, a short warm-up, then a cosine down to nothing over the steps."""

    def __init__(
        self,
        network: StyleNetwork,
        losses: Losses,
        photos: Photos,
        settings: TrainingSettings,
        device: torch.device,
    ) -> None:
        self._network = network.train()
        self._losses = losses
        self._photos = photos
        self._settings = settings
        self._device = device
        self._crops = np.random.default_rng(settings.seed)
        self._generator = torch.Generator().manual_seed(settings.seed)
        self._noise = torch.Generator(device).manual_seed(settings.seed)
        self._adam = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._adam, self._rate)

    def _rate(self, step: int) -> float:
        warm = min(1.0, (step + 1) / min(_WARM_UP, self._settings.steps))
        return warm * (0.5 + 0.5 * math.cos(math.pi * step / self._settings.steps))

    def step(self) -> dict[str, Tensor]:
        """Move the weights once; the weighted losses before it, on the device."""
        cuda = self._device.type == "cuda"
        x = self._batch()
        warps = random_warps(x.shape[0], self._generator)
        noise = _NOISE * torch.randn(x.shape, generator=self._noise, device=self._device)
        self._adam.zero_grad(set_to_none=True)
        with torch.backends.cudnn.flags(enabled=True, benchmark=True):
            # bfloat16 has single precision's range: no loss scaling, no overflow in VGG.
            with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=cuda):
                terms = self._losses.of(self._network, x, warps, noise)
                total = torch.stack([term.float() for term in terms.values()]).sum()
            total.backward()  # type: ignore[no-untyped-call]
        self._adam.step()
        self._schedule.step()
        return {**{name: t.detach() for name, t in terms.items()}, "sum": total.detach()}

    def _batch(self) -> Tensor:
        crops = torch.from_numpy(self._photos.crops(self._settings.batch, self._crops))
        if self._device.type == "cuda":
            crops = crops.pin_memory().to(self._device, non_blocking=True)
        x = crops.to(self._device).float()
        return x.contiguous(memory_format=torch.channels_last)

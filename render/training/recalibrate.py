"""Batch norm's statistics, taken anew once the weights stand still."""

from __future__ import annotations

import numpy as np
import torch

from render.networks.modules import StyleNetwork
from render.training.data import Photos

_BATCH = 16


def recalibrate(
    network: StyleNetwork, photos: Photos, crops: int, seed: int, device: torch.device
) -> None:
    """Batch norm's statistics as plain means over ``crops``, in place of the trailing ones, which
    still remember earlier weights. Leaves the network in eval mode."""
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    if not norms or crops < 1:
        network.eval()
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # cumulative
    rng = np.random.default_rng(seed + 1)
    network.train()
    with torch.no_grad():
        for _ in range(-(-crops // _BATCH)):
            batch = torch.from_numpy(photos.crops(_BATCH, rng)[0]).to(device).float()
            network(batch.contiguous(memory_format=torch.channels_last))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.eval()

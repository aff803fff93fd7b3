"""This machine, as a bench uses it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch

from render.bench.alone import memory
from render.bench.contender import WEIGHTS_SEED, Contender
from render.engines.base import DeviceName, Engine
from render.engines.select import create
from render.networks.modules import StyleNetwork
from render.networks.weights import Weights, read_weights

if TYPE_CHECKING:
    from render.media.frame import Picture
    from render.target import Size

# Sides of the matrices, so large that sums bound their product, not memory or start-up.
_SIDE = 1024
_SIDE_DEVICE = 4096


class RealMachine:
    """See ``BenchMachine``. ``memory`` is what measures that."""

    def __init__(self, memory: Callable[[Contender], int | None] = memory) -> None:
        self._memory = memory
        self._pictures: dict[Size, Picture] = {}
        self._matrices: dict[DeviceName, tuple[torch.Tensor, torch.Tensor]] = {}

    def memory(self, contender: Contender) -> int | None:
        return self._memory(contender)

    def load(self, contender: Contender) -> Engine:
        return create(_weights(contender), contender.size, contender.choice, streams=1)

    def turn(self, engine: Engine) -> None:
        engine.stylize(self._picture(engine.size))

    def product(self, device: DeviceName) -> int:
        if device not in self._matrices:
            side = _SIDE if device is DeviceName.CPU else _SIDE_DEVICE
            chance = torch.Generator().manual_seed(0)
            a, b = (torch.rand((side, side), generator=chance) for _ in range(2))
            self._matrices[device] = a.to(device.value), b.to(device.value)
        a, b = self._matrices[device]
        torch.mm(a, b)[0, 0].item()  # asked for, it is waited for, on any device
        return a.shape[0] ** 3

    def now(self) -> float:
        return time.perf_counter()

    def _picture(self, size: Size) -> Picture:
        """Noise, the same every time: no network takes longer for one picture than another."""
        if size not in self._pictures:
            chance = np.random.default_rng(0)
            shape = (size.height, size.width, 3)
            self._pictures[size] = chance.integers(0, 256, shape, np.uint8)
        return self._pictures[size]


def _weights(contender: Contender) -> Weights:
    """Its style's, or one with weights as training begins with: what goes through it keeps its
    scale, so that no value is denormal, which processors are slow with."""
    if contender.style_path is not None:
        return read_weights(contender.style_path)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(WEIGHTS_SEED)
        return StyleNetwork(contender.spec).weights()

"""Workshops for tests of single metrics: on every engine and device that is here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from render.compare.metrics.workshop import Workshop
from render.engines.base import DeviceName, EngineChoice, EngineName


def shop(engine: EngineName, device: DeviceName = DeviceName.CPU) -> Workshop:
    return Workshop(EngineChoice(engine, device, "asked for"), ThreadPoolExecutor(2))


OPENVINO = shop(EngineName.OPENVINO)
TORCH = shop(EngineName.TORCH)

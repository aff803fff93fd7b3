"""Devices whose times follow a formula that the tests know."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from typing import Any

from render.devices.measurements import Measurement
from render.devices.profile import Profile
from render.networks.spec import NetworkSpec
from render.target import Size

SIX = (
    ("res3", "480x853"), ("res5", "480x853"), ("res1", "480x853"), ("res3-sep", "360x640"),
    ("res3", "240x427"), ("res3-w16", "480x853"),
)  # fmt: skip


def cost(network: str, size: str) -> tuple[int, int]:
    """Multiply-adds and activations moved."""
    spec = NetworkSpec.parse(network)
    return spec.macs(Size.parse(size)), spec.traffic(Size.parse(size))


def takes(network: str, size: str, truth: Sequence[float]) -> float:
    """ms on a device with so many ms a call, a G multiply-adds, a M activations moved."""
    macs, traffic = cost(network, size)
    return truth[0] + truth[1] * macs / 1e9 + truth[2] * traffic / 1e6


def measurement(network: str, size: str, ms: float, **more: Any) -> Measurement:
    place = {"network": NetworkSpec.parse(network), "size": Size.parse(size)}
    return Measurement(device="test1,1", median_ms=ms, **place, **more)


def measured(
    truth: Sequence[float],
    places: Iterable[tuple[str, str]] = SIX,
    noise: float = 0.0,
    seed: int = 0,
    **more: Any,
) -> tuple[Measurement, ...]:
    chance = random.Random(seed)
    return tuple(
        measurement(n, s, takes(n, s, truth) * math.exp(chance.gauss(0, noise)), **more)
        for n, s in places
    )


SAID = {"kind": "published", "source": "a book", "says": "that"}


def profile(*measurements: Measurement, **more: Any) -> Profile:
    return Profile.model_validate({"name": "Test", **more}).model_copy(
        update={"measurements": measurements}
    )


def figure(network: str, size: str, ms: float, *alternatives: str, **more: Any) -> dict[str, Any]:
    return {"network": network, "size": size, "ms": ms, "or": list(alternatives), **SAID, **more}

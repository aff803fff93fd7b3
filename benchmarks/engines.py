"""Milliseconds a frame of every engine on this machine, and how far each is from the reference.

    python benchmarks/engines.py [--size 480x853] [--network res3] [--frames 10]

The engines take turns, frame by frame, so that a noisy machine is noisy for all; medians are shown,
and the first frame apart, as start-up. The reference is the torch network in single precision.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from render.engines.base import DeviceName, Engine, EngineName
from render.engines.select import choose, create
from render.errors import EngineError
from render.networks.catalogue import find_style
from render.networks.checkpoint import load_style
from render.networks.spec import NetworkSpec
from render.presets.preset import Preset
from render.target import Size

CANDIDATES = (
    (EngineName.TORCH, DeviceName.CPU),
    (EngineName.OPENVINO, DeviceName.CPU),
    (EngineName.TORCH, DeviceName.CUDA),
    (EngineName.TORCH, DeviceName.MPS),
)


def picture(size: Size) -> np.ndarray:
    """Smooth shapes under noise: a picture's kind of input, the same every time."""
    rng = np.random.default_rng(0)
    coarse = torch.from_numpy(rng.random((1, 3, 9, 16), np.float32))
    smooth = torch.nn.functional.interpolate(coarse, (size.height, size.width), mode="bicubic")
    noisy = smooth[0].permute(1, 2, 0).numpy() * 255 + rng.normal(
        0, 3, (size.height, size.width, 3)
    )
    return noisy.clip(0, 255).astype(np.uint8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="480x853")
    parser.add_argument("--network", default="res3")
    parser.add_argument("--frames", type=int, default=10)
    args = parser.parse_args()
    size = Size.parse(args.size)
    network = load_style(find_style(Preset().style, args.network).path).network
    x = picture(size)
    with torch.inference_mode():
        y = network(torch.from_numpy(x).permute(2, 0, 1)[None].float())
    reference = y[0].permute(1, 2, 0).round().clamp(0, 255).numpy()
    engines: dict[str, Engine] = {}
    for name, device in CANDIDATES:
        try:
            engines[f"{name} {device}"] = create(network.weights(), size, choose(name, device))
        except EngineError as error:
            print(f"{name} {device}: {error}")
    times: dict[str, list[float]] = {name: [] for name in engines}
    results = {}
    for _ in range(args.frames + 1):
        for name, engine in engines.items():
            # As many at once as the engine works on, as a preview does; a frame's share.
            began = time.perf_counter()
            with ThreadPoolExecutor(engine.streams) as pool:
                *_, results[name] = pool.map(engine.stylize, [x] * engine.streams)
            times[name].append((time.perf_counter() - began) * 1e3 / engine.streams)
    macs = NetworkSpec.parse(args.network).macs(size)
    print(f"{args.network} at {size}: {macs / 1e9:.1f} GMAC a frame, {args.frames} frames")
    print(
        f"{'engine':<16}{'median ms':>10}{'first ms':>10}{'GMAC/s':>8}{'max error':>11}{'mean':>9}"
    )
    for name, (first, *rest) in times.items():
        median = statistics.median(rest)
        error = np.abs(results[name] - reference)
        print(
            f"{name:<16}{median:>10.1f}{first:>10.1f}{macs / median / 1e6:>8.0f}"
            f"{error.max():>11.0f}{error.mean():>9.5f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

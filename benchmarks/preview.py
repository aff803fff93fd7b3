"""How much longer a preview takes than its network alone: wall time over network time.

    python benchmarks/preview.py [CLIP] [--size 480x853] [--seconds 3] [--rounds 3]

Both do the same frames; rounds are interleaved, so that a noisy machine is noisy for both, and the
medians are compared. Beside it stands the floor: the network's operations over the rate at which
this machine multiplies matrices.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import torch

from render.engines.base import Engine, EngineName
from render.events import CellDone, CellFailed
from render.execution import execute, pipeline
from render.execution.local import LocalExecutor
from render.execution.resize import resize
from render.look import Look
from render.media.decode import Decoder
from render.media.frame import Picture
from render.media.sample import sample
from render.networks.spec import NetworkSpec
from render.planning.plan import Cell, Plan, make_plan
from render.planning.request import Request
from render.presets.preset import Preset
from render.target import Rate, Size

SAMPLE = Path(__file__).parents[1] / "samples" / "bigbuckbunny.mp4"


def network_inputs(cell: Cell, plan: Plan) -> list[Picture]:
    with Decoder(
        cell.clip, cell.placement.canvas, plan.ffmpeg, start=cell.start, duration=cell.duration
    ) as decoder:
        frames = sample(decoder, cell.rate, start=cell.start, duration=cell.duration)
        return [resize(f.picture, cell.placement, cell.size) for f in frames]


def seconds_of_network(engine: Engine, pictures: list[Picture]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(engine.streams) as pool:  # at its fastest, as a preview runs it
        list(pool.map(engine.stylize, pictures))
    return time.perf_counter() - began


def seconds_of_preview(plan: Plan, engines: pipeline.Engines) -> float:
    for event in execute.run(plan, LocalExecutor(engines)):
        if isinstance(event, CellFailed):
            raise event.error
        if isinstance(event, CellDone):
            return event.preview.timings.wall
    raise RuntimeError("no preview")


def matrix_rate() -> float:
    """Multiply-accumulates a second of a large float32 matrix product."""
    n = 2048
    a, b = torch.rand(n, n), torch.rand(n, n)
    times = []
    for _ in range(8):
        began = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - began)
    return n**3 / min(times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--size", default="480x853")
    parser.add_argument("--fps", default="15")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", default="auto")
    args = parser.parse_args()
    preset = Preset()
    target = replace(preset.target(), rate=Rate.parse(args.fps), size=Size.parse(args.size))
    with tempfile.TemporaryDirectory() as folder:
        request = Request(
            clips=(args.clip,),
            looks=(Look(preset.style, target),),
            orient=preset.orient,
            fit=preset.fit,
            encoding=preset.encoding(),
            duration=Fraction(args.seconds),
            engine=EngineName(args.engine),
            output=Path(folder) / "preview.mp4",
            force=True,
        )
        plan = make_plan(request)
        if plan.refusals:
            raise plan.refusals[0].error
        cell = plan.cells[0]
        inputs = network_inputs(cell, plan)
        engines = pipeline.Engines(plan.engine)  # loading is start-up, for both
        engine = engines.get(cell)
        seconds_of_network(engine, inputs[:2])  # start-up
        network, preview = [], []
        for _ in range(args.rounds):
            network.append(seconds_of_network(engine, inputs))
            preview.append(seconds_of_preview(plan, engines))
    alone, whole = statistics.median(network), statistics.median(preview)
    macs = NetworkSpec.parse(cell.network).macs(cell.size)
    floor = macs / matrix_rate()
    frames = len(inputs)
    print(f"{cell.clip.path.name}: {frames} frames, {cell.network} at {cell.size}")
    print(f"engine: {plan.engine.engine} on {plan.engine.device}")
    print(f"network alone: {alone / frames * 1e3:.0f} ms a frame (of {args.rounds} rounds)")
    print(f"whole preview: {whole / frames * 1e3:.0f} ms a frame")
    print(f"ratio: {whole / alone:.3f}")
    print(
        f"floor: {floor * 1e3:.0f} ms a frame ({macs / 1e9:.1f} GMAC at the float32 matrix rate); "
        f"the network takes {alone / frames / floor:.2f} times that"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

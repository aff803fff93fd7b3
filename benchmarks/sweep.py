"""What a sweep costs: over its networks alone, and against its cells rendered one by one.

    python benchmarks/sweep.py [CLIP] [--fps 10,15,30] [--size 360x640,480x853,720x1280]
                               [--network res3] [--seconds 1] [--rounds 3]

All three do the same previews' work in one run, interleaved, so that a noisy machine is noisy for
each; medians are compared. "Networks alone" is every unique picture of every size once, with
nothing around it: what no sweep can go below. Loading is start-up, for all.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from preview import SAMPLE, matrix_rate

from render import pipeline
from render.engines.base import Engine, EngineName
from render.events import CellFailed
from render.media.decode import Decoder
from render.media.frame import Picture
from render.media.sample import sample_all
from render.networks.spec import NetworkSpec
from render.plan import Plan, Request, make_plan
from render.preset import Preset
from render.resize import resize
from render.target import Look
from render.tree import Branch, passes


def make(args: argparse.Namespace, folder: Path) -> Plan:
    preset = Preset()
    swept = itertools.product(args.fps.split(","), args.size.split(","), args.network.split(","))
    looks = [
        preset.with_options(fps=fps, size=size, network=network) for fps, size, network in swept
    ]
    plan = make_plan(
        Request(
            clips=(args.clip,),
            looks=tuple(Look(preset.style, look.target()) for look in looks),
            orient=preset.orient,
            fit=preset.fit,
            encoding=preset.encoding(),
            duration=Fraction(args.seconds),
            engine=EngineName(args.engine),
            output=folder,
            force=True,
        )
    )
    if plan.refusals:
        raise plan.refusals[0].error
    return plan


def inputs(plan: Plan) -> dict[Branch, list[Picture]]:
    """What each branch's network is given."""
    found: dict[Branch, list[Picture]] = {}
    for one in passes(plan.cells):
        decoder = Decoder(one.clip, one.canvas, plan.ffmpeg, start=one.start, duration=one.duration)
        with decoder:
            for shown in sample_all(decoder, one.rates, start=one.start, duration=one.duration):
                for branch in one.branches:
                    if shown.ticks.keys() & set(branch.rates):
                        picture = resize(shown.picture, branch.placement, branch.size)
                        found.setdefault(branch, []).append(picture)
    return found


def seconds_of_networks(work: dict[Branch, list[Picture]], engines: pipeline.Engines) -> float:
    loaded: dict[Branch, Engine] = {branch: engines.get(branch) for branch in work}
    began = time.perf_counter()
    for branch, pictures in work.items():
        with ThreadPoolExecutor(loaded[branch].streams) as pool:
            list(pool.map(loaded[branch].stylize, pictures))
    return time.perf_counter() - began


def seconds_of_run(plan: Plan, engines: pipeline.Engines) -> float:
    began = time.perf_counter()
    for event in pipeline.run(plan, engines):
        if isinstance(event, CellFailed):
            raise event.error
    return time.perf_counter() - began


class Kept(pipeline.Engines):
    """Engines that stay loaded, also for cells rendered one by one."""

    def keep(self, branches: object) -> None:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--fps", default="10,15,30")
    parser.add_argument("--size", default="360x640,480x853,720x1280")
    parser.add_argument("--network", default="res3")
    parser.add_argument("--seconds", default="1")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", default="auto")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plan = make(args, Path(folder))
        work = inputs(plan)
        engines = Kept(plan.engine)
        seconds_of_networks({branch: pictures[:2] for branch, pictures in work.items()}, engines)
        alone, sweep, singles = [], [], []
        for _ in range(args.rounds):
            alone.append(seconds_of_networks(work, engines))
            sweep.append(seconds_of_run(plan, engines))
            single = [replace(plan, cells=(cell,)) for cell in plan.cells]
            singles.append(sum(seconds_of_run(one, engines) for one in single))
    networks, whole, one_by_one = map(statistics.median, (alone, sweep, singles))
    unique = sum(map(len, work.values()))
    macs = sum(
        NetworkSpec.parse(branch.cells[0].network).macs(branch.size) * len(pictures)
        for branch, pictures in work.items()
    )
    floor = macs / matrix_rate()
    print(f"{args.clip.name}, {args.seconds} s: {len(plan.cells)} cells, {unique} unique pictures")
    print(f"engine: {plan.engine.engine} on {plan.engine.device}, {args.rounds} rounds")
    print(f"networks alone: {networks:.1f} s; the sweep: {whole:.1f} s; one by one: "
          f"{one_by_one:.1f} s")  # fmt: skip
    print(f"sweep / networks alone: {whole / networks:.3f}")
    print(f"one by one / sweep: {one_by_one / whole:.2f}")
    print(
        f"floor: {floor:.1f} s ({macs / 1e9:.0f} GMAC at the float32 matrix rate); the networks "
        f"take {networks / floor:.2f} times that"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a sweep costs: over its networks alone, and against its cells rendered one by one.

    python benchmarks/sweep.py [CLIP] [--fps 10,15,30] [--size 360x640,480x853,720x1280]
                               [--network res3] [--seconds 1] [--rounds 3]

All three do the same previews' work in one run, interleaved, so that a noisy machine is noisy for
each; medians are compared, of wall time and of processor time, which others' work disturbs less.
"Networks alone" is every unique picture of every size once, with nothing around it: what no sweep
can go below. Loading is start-up, for all.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from preview import SAMPLE, matrix_rate

from render.engines.base import Engine, EngineName
from render.events import CellFailed
from render.execution import execute, pipeline
from render.execution.local import LocalExecutor
from render.execution.resize import resize
from render.look import Look
from render.media.decode import Decoder
from render.media.frame import Picture
from render.media.sample import sample_all
from render.networks.spec import NetworkSpec
from render.planning.plan import Plan, make_plan
from render.planning.request import Request
from render.planning.schedule import Branch, passes
from render.presets.preset import Preset


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


class Spent:
    """Wall seconds, and processor seconds with those of children that have ended."""

    def __enter__(self) -> Spent:
        self.wall, self.processor = -time.perf_counter(), -_processor()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.processor += _processor()


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def networks_alone(work: dict[Branch, list[Picture]], engines: pipeline.Engines) -> Spent:
    loaded: dict[Branch, Engine] = {branch: engines.get(branch) for branch in work}
    with Spent() as spent:
        for branch, pictures in work.items():
            with ThreadPoolExecutor(loaded[branch].streams) as pool:
                list(pool.map(loaded[branch].stylize, pictures))
    return spent


def runs(plans: Iterable[Plan], engines: pipeline.Engines) -> Spent:
    with Spent() as spent:
        for plan in plans:
            for event in execute.run(plan, LocalExecutor(engines)):
                if isinstance(event, CellFailed):
                    raise event.error
    return spent


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
        networks_alone({branch: pictures[:2] for branch, pictures in work.items()}, engines)
        rounds: dict[str, list[Spent]] = {"networks": [], "sweep": [], "singles": []}
        for _ in range(args.rounds):
            rounds["networks"].append(networks_alone(work, engines))
            rounds["sweep"].append(runs([plan], engines))
            single = [replace(plan, cells=(cell,)) for cell in plan.cells]
            rounds["singles"].append(runs(single, engines))
    unique = sum(map(len, work.values()))
    macs = sum(
        NetworkSpec.parse(branch.cells[0].network).macs(branch.size) * len(pictures)
        for branch, pictures in work.items()
    )
    floor = macs / matrix_rate()
    print(f"{args.clip.name}, {args.seconds} s: {len(plan.cells)} cells, {unique} unique pictures")
    print(f"engine: {plan.engine.engine} on {plan.engine.device}, {args.rounds} rounds")
    found: dict[str, dict[str, float]] = {}
    for clock in ("wall", "processor"):
        found[clock] = {
            name: statistics.median(getattr(spent, clock) for spent in each)
            for name, each in rounds.items()
        }
        networks, sweep, singles = found[clock].values()
        print(
            f"{clock:>9}: networks alone {networks:.1f} s, the sweep {sweep:.1f} s "
            f"({sweep / networks:.3f} times), one by one {singles:.1f} s "
            f"({singles / sweep:.2f} times the sweep)"
        )
    networks = found["wall"]["networks"]
    print(
        f"floor: {floor:.1f} s ({macs / 1e9:.0f} GMAC at the float32 matrix rate); the networks "
        f"take {networks / floor:.2f} times that"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

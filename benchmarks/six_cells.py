"""README's first command, all included, over its networks alone in the same run.

    python benchmarks/six_cells.py [--seconds 5.28] [--rounds 1] [--fps 10,15,30]
                                   [--size 240x427,480x853] [--network res3] [--engine auto]

The command runs as a user runs it, in a process of its own; stages are told apart by its `--json`
lines as they come. "Networks alone" is every unique picture of every size once through the loaded
engine, with nothing around it: before and after each round of the command, so that a noisy machine
is noisy for both. Processor seconds are those of the whole tree of processes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from preview import SAMPLE
from sweep import Kept, Spent, inputs, make, networks_alone

# A stage ends with the last line of this event.
STAGES = {
    "plan": "start (and plan)",
    "preview": "pass",
    "results": "figures",
    "choice": "choice",
    "grid": "grid",
    "report": "source, report",
    "done": "end",
}


def lines(args: argparse.Namespace, folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "render", args.clip, "--no-config", "--fps", args.fps]
    command += ["--size", args.size, "--network", args.network, "--duration", args.seconds]
    command += ["--engine", args.engine, "--on", "A12", "--grid", "--report", "-o", folder]
    command += ["--json", "-q"]
    words = [str(word) for word in command]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield from process.stdout
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit status {process.returncode}")


def one_round(args: argparse.Namespace, folder: Path) -> tuple[dict[str, float], Spent, int]:
    """Seconds of each stage; all; bytes of the previews."""
    ends: dict[str, float] = {}
    size = 0
    with Spent() as spent:
        began = time.perf_counter()
        for line in lines(args, folder):
            said = json.loads(line)
            if said["event"] == "failed":
                raise RuntimeError(line)
            if said["event"] in STAGES:
                ends[said["event"]] = time.perf_counter() - began
            if said["event"] == "preview":
                size += Path(said["path"]).stat().st_size
    stages, last = {}, 0.0
    for event, name in STAGES.items():
        if event in ends:
            stages[name], last = ends[event] - last, ends[event]
    stages["end"] = stages.get("end", 0.0) + spent.wall - last
    return stages, spent, size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--seconds", default="5.28")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--fps", default="10,15,30")
    parser.add_argument("--size", default="240x427,480x853")
    parser.add_argument("--network", default="res3")
    parser.add_argument("--engine", default="auto")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plan = make(args, folder / "plan")
        work = inputs(plan)
        engines = Kept(plan.engine)
        networks_alone({branch: pictures[:2] for branch, pictures in work.items()}, engines)
        alone, rounds = [networks_alone(work, engines)], []
        for number in range(args.rounds):
            rounds.append(one_round(args, folder / str(number)))
            alone.append(networks_alone(work, engines))
    unique = {str(branch.size): len(pictures) for branch, pictures in work.items()}
    print(f"{args.clip.name}, {args.seconds} s: {len(plan.cells)} cells, unique pictures {unique}")
    print(f"engine: {plan.engine.engine} on {plan.engine.device}, rounds: {args.rounds}")
    stages, _, size = rounds[0]
    for name in stages:
        print(f"{name:<20}{statistics.median(each[0][name] for each in rounds):7.1f} s")
    for clock in ("wall", "processor"):
        every = statistics.median(getattr(each[1], clock) for each in rounds)
        networks = statistics.median(getattr(each, clock) for each in alone)
        said = ", ".join(f"{getattr(each, clock):.1f}" for each in alone)
        print(
            f"{clock:>9}: all {every:.1f} s, networks alone {networks:.1f} s ({said}): "
            f"{every / networks:.2f} times"
        )
    print(f"previews: {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

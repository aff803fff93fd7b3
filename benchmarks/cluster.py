"""What a Ray cluster on this machine costs, and what more workers bring.

    python benchmarks/cluster.py overhead [--seconds 60] [--rounds 3] [--fps 15] [--size 480x853]
                                          [--network res3] [--words="--engine torch"]
    python benchmarks/cluster.py scaling  [--workers 1,2] [--cpus 1] [--gpus 0] …
    python benchmarks/cluster.py arithmetic [--clips 1000] [--cells 27] [--nodes 64]
                                          [--frame-ms 2.9] [--clip-mb 50] [--preview-mb 12] …

`overhead`: the command with one worker that has all processors, against the same command without a
cluster. `scaling`: the same with so many workers of so many processors (and shares of a GPU) each,
in one cluster that is there already, as in daily use. Both run commands as a user runs them, in
turn, in one run; "work" is from the plan to the last preview, "all" is the whole process. Previews
are compared byte for byte. `arithmetic`: from measured figures to a large cluster.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from preview import SAMPLE
from ray.cluster_utils import Cluster

from render.media.ffmpeg import find_ffmpeg


@dataclass
class Ran:
    """Seconds of one command, and its previews by name."""

    all: float
    work: float
    previews: dict[str, bytes]


def ran(args: argparse.Namespace, clip: Path, *words: str) -> Ran:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "render", str(clip), "--no-config", "--json", "-q"]
        command += ["--fps", args.fps, "--size", args.size, "--network", args.network]
        command += ["--metrics", "none", "-o", f"{folder}/", *args.words.split(), *words]
        began = time.perf_counter()
        planned = last = 0.0
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for line in process.stdout:
                event = json.loads(line)["event"]
                if event == "plan":
                    planned = time.perf_counter()
                elif event == "preview":
                    last = time.perf_counter()
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: exit status {process.returncode}")
        previews = {path.name: path.read_bytes() for path in Path(folder).glob("*.mp4")}
        return Ran(time.perf_counter() - began, last - planned, previews)


def long_clip(seconds: float, folder: Path) -> Path:
    """The sample, again and again."""
    clip = folder / "long.mp4"
    command = [find_ffmpeg().path, "-v", "error", "-stream_loop", "-1", "-i", SAMPLE]
    command += ["-t", f"{seconds}", "-c", "copy", clip]
    subprocess.run([str(word) for word in command], check=True)
    return clip


def compared(args: argparse.Namespace, kinds: dict[str, list[str]], folder: Path) -> None:
    clip = long_clip(args.seconds, folder)
    found: dict[str, list[Ran]] = {name: [] for name in kinds}
    for number in range(args.rounds):
        for name, words in kinds.items():
            one = ran(args, clip, *words)
            found[name].append(one)
            print(f"round {number + 1}, {name}: work {one.work:.1f} s, all {one.all:.1f} s")
    first = next(iter(kinds))
    for name, runs in found.items():
        same = all(run.previews == found[first][0].previews for run in runs)
        pairs = list(zip(runs, found[first], strict=True))
        work = statistics.median(one.work / other.work for one, other in pairs)
        whole = statistics.median(one.all / other.all for one, other in pairs)
        print(
            f"{name}: median work {statistics.median(r.work for r in runs):.1f} s, all "
            f"{statistics.median(r.all for r in runs):.1f} s; of {first}: work {work:.3f} "
            f"(1 / {1 / work:.2f}), all {whole:.3f}; previews the same: {same}"
        )


def overhead(args: argparse.Namespace, folder: Path) -> None:
    kinds = {"local": [], "ray, one worker": ["--executor", "ray", "--workers", "1"]}
    compared(args, kinds, folder)


def scaling(args: argparse.Namespace, folder: Path) -> None:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    head: dict[str, object] = {"include_dashboard": False}
    counts = [int(count) for count in args.workers.split(",")]
    head["num_cpus"] = max(os.cpu_count() or 1, max(counts) * args.cpus)
    head["num_gpus"] = math.ceil(args.gpus)
    head["memory"] = max(counts) * 2 * 1024**3
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        kinds = {
            f"{count} of {args.cpus}": [
                *("--executor", "ray", "--address", cluster.address, "--workers", f"{count}"),
                *("--cpus-per-worker", f"{args.cpus}"),
                *(["--gpus-per-worker", f"{args.gpus / count:g}"] if args.gpus else []),
            ]
            for count in counts
        }
        compared(args, kinds, folder)
    finally:
        cluster.shutdown()


def arithmetic(args: argparse.Namespace, _folder: Path) -> None:
    """Where the time would go, each part as if it were alone."""
    frames = args.clips * args.cells * args.clip_seconds * args.mean_fps
    gpu = frames * args.frame_ms / 1000 / args.nodes
    segments = args.clips * args.cells * args.clip_seconds / 2
    moved = args.clips * (args.clip_mb * args.nodes_per_clip + args.cells * args.preview_mb)
    cells, each = args.clips * args.cells, args.frame_ms
    parts = {
        f"previews: {frames / 1e6:.1f} M frames of {each:g} ms on {args.nodes} GPUs": gpu,
        f"figures: {args.figure_s:g} s a cell, {args.nodes} workers": (
            cells * args.figure_s / args.nodes
        ),
        f"joining, journal: {args.driver_ms:g} ms a segment, one driver": (
            segments * args.driver_ms / 1000
        ),
        f"moving {moved / 1e3:.0f} GB of clips and previews at {args.gbit:g} Gbit/s": (
            moved * 8 / 1000 / args.gbit
        ),
    }
    for words, seconds in sorted(parts.items(), key=lambda part: -part[1]):
        print(f"{seconds / 60:8.1f} min  {words}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["overhead", "scaling", "arithmetic"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fps", default="15")
    parser.add_argument("--size", default="480x853")
    parser.add_argument("--network", default="res3")
    parser.add_argument("--words", default="", help="more options of the command")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--cpus", type=int, default=1)
    parser.add_argument("--gpus", type=float, default=0)
    parser.add_argument("--nodes", type=int, default=64, help="of one GPU each")
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--cells", type=int, default=27)
    parser.add_argument("--clip-seconds", type=float, default=10)
    parser.add_argument("--mean-fps", type=float, default=18.3)
    parser.add_argument("--frame-ms", type=float, default=2.9)
    parser.add_argument("--figure-s", type=float, default=0.7)
    parser.add_argument("--driver-ms", type=float, default=17.0)
    parser.add_argument("--clip-mb", type=float, default=50)
    parser.add_argument("--preview-mb", type=float, default=12)
    parser.add_argument("--nodes-per-clip", type=float, default=1)
    parser.add_argument("--gbit", type=float, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        {"overhead": overhead, "scaling": scaling, "arithmetic": arithmetic}[args.what](
            args, Path(folder)
        )


if __name__ == "__main__":
    main()

"""Seconds until the first frame of a preview is written, and of processor time until then.

    python benchmarks/start.py [CLIP] [--against CHECKOUT] [--rounds 3] [-- OPTIONS OF render]

The command is started as a user starts it, and its output folder watched: the first frame is
written when an encoder's file there holds more than a container's head. Then the run is ended. With
``--against`` another checkout of render takes turns with this one (A B B A …), each round once with
a cache folder of its own (a first run) and once again with that (a second). Beside them stands the
floor: a Python that imports numpy and OpenVINO, compiles the network and has one picture go through
it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[1]
SAMPLE = HERE / "samples" / "bigbuckbunny.mp4"
HEAD = 4096  # bytes that a container may take before its first frame
TICKS = os.sysconf("SC_CLK_TCK")

FLOOR = """
import numpy, openvino
from render.engines.openvino_engine import OpenVINOEngine
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.networks.catalogue import find_style
from render.networks.weights import read_weights
from render.presets.preset import Preset
from render.target import Size
weights = read_weights(find_style(Preset().style, "res3").path)
choice = EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "a benchmark")
engine = OpenVINOEngine(weights, Size(853, 480), choice)
engine.stylize(numpy.zeros((480, 853, 3), numpy.uint8))
"""


def processor(pid: int) -> float:
    """Of a process and its children, those that have ended included, so far (Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = sum(map(int, fields[11:15])) / TICKS
    return own + sum(processor(int(child)) for child in children)


def written(folder: Path) -> bool:
    """Whether an encoder's file there holds a frame."""
    for path in folder.rglob("*"):
        try:
            if path.suffix in {".mp4", ".mov", ".mkv"} and path.stat().st_size > HEAD:
                return True
        except OSError:  # it was renamed meanwhile
            continue
    return False


def started(checkout: Path, clip: Path, options: list[str], home: Path) -> tuple[float, float]:
    """Wall and processor seconds until the first frame is written."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "RENDER_CACHE": str(home)}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "render", str(clip), "-q", "-o", folder, *options]
        began = time.perf_counter()
        # In another folder: Python looks in its own before PYTHONPATH.
        child = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not written(Path(folder)):
            if child.poll() is not None:
                raise SystemExit(f"ended before a frame was written: {child.returncode}")
            time.sleep(0.005)
        took = time.perf_counter() - began, processor(child.pid)
        child.terminate()
        child.wait()
    return took


def floor() -> tuple[float, float]:
    began = time.perf_counter()
    before = os.times()
    subprocess.run(
        [sys.executable, "-c", FLOOR], env={**os.environ, "PYTHONPATH": str(HERE)}, check=True
    )
    after = os.times()
    spent = after.children_user + after.children_system
    return time.perf_counter() - began, spent - before.children_user - before.children_system


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--against", type=Path, help="Another checkout of render.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("options", nargs="*", help="Of render, after --.")
    args = parser.parse_args()
    checkouts = {"this": HERE, **({"other": args.against} if args.against else {})}
    times: dict[str, list[tuple[float, float]]] = {}
    for turn in range(args.rounds):
        times.setdefault("floor", []).append(floor())
        order = list(checkouts.items())
        for name, checkout in order if turn % 2 == 0 else reversed(order):
            with tempfile.TemporaryDirectory() as home:
                for run in ("first run", "second run"):
                    took = started(checkout, args.clip.resolve(), args.options, Path(home))
                    times.setdefault(f"{name}, {run}", []).append(took)
    print(f"{args.clip.name}, {os.cpu_count()} cores, medians of {args.rounds} rounds")
    print(f"{'':<20}{'wall s':>8}{'processor s':>13}{'of the floor':>14}")
    base = statistics.median(cpu for _, cpu in times["floor"])
    for name, took in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*took, strict=True))
        print(f"{name:<20}{wall:>8.2f}{cpu:>13.2f}{cpu / base:>14.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

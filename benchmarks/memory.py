"""Whether memory grows with the clip: peak of a 6-minute clip over that of a 10-second one.

    python benchmarks/memory.py [--size 96x170] [--fps 15] [--long 360] [--short 10]

Lists make a sweep: --size 96x170,192x340 --fps 10,15,30.

Each is rendered by the command line in a process of its own; the peak is of the resident memory of
that process and its children together, looked at five times a second.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from render.media.ffmpeg import find_ffmpeg


def make_clip(path: Path, seconds: float) -> None:
    command = [str(find_ffmpeg().path), "-v", "error", "-y"]
    command += ["-f", "lavfi", "-i", f"testsrc2=s=640x360:r=30:d={seconds}"]
    command += ["-f", "lavfi", "-i", f"sine=d={seconds}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)


def resident(process: psutil.Process) -> int:
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            # Proportional where the system tells: a forked child shares its parent's pages.
            facts = one.memory_full_info()
            total += getattr(facts, "pss", facts.rss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def peak(clip: Path, folder: Path, size: str, fps: str, upscale: str) -> int:
    command = [sys.executable, "-m", "render", str(clip), "--size", size, "--fps", fps]
    command += ["--upscale", upscale, "-o", f"{folder}/", "--metrics", "none", "--force"]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    process, most = psutil.Process(child.pid), 0
    while child.poll() is None:
        try:
            most = max(most, resident(process))
        except psutil.NoSuchProcess:
            break
        time.sleep(0.2)
    if child.wait() != 0:
        raise SystemExit(f"render ended with {child.returncode}")
    return most


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="96x170")
    parser.add_argument("--fps", default="15")
    parser.add_argument("--upscale", default="1080x1920")
    parser.add_argument("--long", type=float, default=360)
    parser.add_argument("--short", type=float, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peaks = {}
        for seconds in (args.short, args.long):
            clip = folder / f"{seconds:g}.mp4"
            make_clip(clip, seconds)
            peaks[seconds] = peak(clip, folder / "out", args.size, args.fps, args.upscale)
            print(f"{seconds:g} s: {peaks[seconds] / 2**20:.0f} MiB at most")
    print(f"ratio: {peaks[args.long] / peaks[args.short]:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

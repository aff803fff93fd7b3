"""A manifest of many short clips, some of them bad: stopped half-way, again, and once more.

    python benchmarks/manifest.py [CLIPS [AT_ONCE]]

A thousand clips of a second, one in a hundred damaged, at a tiny target. The first run is killed
(SIGKILL) once half of the rows have ended; the same command then goes on to the end; given once
more, it finds all that is done. Printed are the seconds of each and what became of its rows.
"""

from __future__ import annotations

import csv
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from render.media.ffmpeg import find_ffmpeg

ROOT = Path(__file__).parents[1]
TINY = ("--size", "64x36", "--network", "res1", "--fps", "5", "--upscale", "none")
FAST = ("--audio", "none", "--crf", "40")
_BAD = 100
_SOURCES = 20


def clips(folder: Path, count: int) -> Path:
    """The manifest. Contents differ, so that no clip is another one's."""
    sources = []
    for number in range(_SOURCES):
        path = folder / f"source{number}.mp4"
        video = f"testsrc2=s=64x36:r=10:d=1,hue=h={360 * number / _SOURCES},format=yuv420p"
        coded = ("-c:v", "libx264", "-preset", "ultrafast")
        command = [find_ffmpeg().path, "-v", "error", "-f", "lavfi", "-i", video, *coded, path]
        subprocess.run(command, check=True)
        sources.append(path.read_bytes())
        path.unlink()
    manifest = folder / "clips.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["clip"])
        for number in range(count):
            name = f"clip{number:04}.mp4"
            data = sources[number % _SOURCES]
            # A box that players pass over.
            free = b"\0\0\0\x10free" + number.to_bytes(8, "big")
            broken = number % _BAD == _BAD // 2
            (folder / name).write_bytes(data[: len(data) // 2] if broken else data + free)
            rows.writerow([name])
    return manifest


def states(output: Path) -> str:
    """What the rows of a run came to, by its own list."""
    path = output / "rows.jsonl"
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    found = Counter(json.loads(line)["state"] for line in lines)
    return ", ".join(f"{count} {state}" for state, count in found.items())


def killed(words: list[str], output: Path, rows: int) -> float:
    """Seconds until so many rows have ended, and the run with them."""
    began = time.monotonic()
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        while run.poll() is None:
            path = output / "rows.jsonl"
            if path.exists() and path.read_bytes().count(b"\n") >= rows:
                run.kill()
                break
            time.sleep(0.02)
    return time.monotonic() - began


def whole(words: list[str]) -> tuple[float, float, str]:
    """Seconds of a run that nobody disturbs, those of processors, and its last words."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, worked, f"exit status {done.returncode}: {done.stderr.splitlines()[-1]}"


def main(count: int = 1000, at_once: str = "") -> None:
    folder = Path(tempfile.mkdtemp(prefix="manifest-"))
    try:
        output = folder / "out"
        words = [sys.executable, "-m", "render", "--manifest", str(clips(folder, count))]
        words += [*TINY, *FAST, "-o", str(output)]
        words += ["--at-once", at_once] if at_once else []
        print(f"{count} clips, {count // _BAD} of them bad")
        seconds = killed(words, output, count // 2)
        print(f"killed after   {seconds:6.1f} s: {states(output)}")
        for run in ("the same again", "once more"):
            seconds, worked, said = whole(words)
            print(f"{run:14} {seconds:6.1f} s, of processors {worked:.1f} s: {states(output)}")
            print(f"  {said}")
        previews = len(list(output.glob("*/*.mp4")))
        left = list(output.rglob(".render-*"))
        print(f"{previews} previews, {len(left)} temporary files left")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]), *sys.argv[2:3])

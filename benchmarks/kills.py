"""A sweep that is killed at random moments, again and again, against one that never was.

    python benchmarks/kills.py [KILLS [SEED]]

Three clips at nine targets, with figures, grids, sheets and the report. A run is ended by SIGKILL,
SIGTERM or SIGINT at a random moment, and the same command goes on, until a run comes to its end by
itself; then every file has to be that of the undisturbed sweep, but for times. So on until there
were so many kills. At the end: killed at 80 % of the previews, and how much of what was done then
was lost.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from render.media.ffmpeg import find_ffmpeg

ROOT = Path(__file__).parents[1]
RENDER = [sys.executable, "-m", "render"]
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
TARGETS = ("--fps", "5,10,15", "--size", "48x86,64x114,96x171", "--network", "res1")
MORE = ("--upscale", "none", "--grid", "--sheet", "--report")
_TIMES = ("at", "wall", "ms", "bytes_second")


def clips(folder: Path, length: str) -> list[Path]:
    """Three of so many seconds, one with sound."""
    folder.mkdir()
    found = []
    for number, source in enumerate(("testsrc2", "mandelbrot", "life=mold=10:ratio=0.1")):
        path = folder / f"clip{number}.mp4"
        start = "=" if "=" not in source else ":"
        video = f"{source}{start}s=320x180:r=25,format=yuv420p"
        command: list[str | Path] = [find_ffmpeg().path, "-v", "error", "-f", "lavfi", "-i", video]
        sound = ["-f", "lavfi", "-i", "sine", "-c:a", "aac"] if number == 0 else []
        subprocess.run([*command, *sound, "-t", length, path], check=True)
        found.append(path)
    return found


def seconds(words: list[str]) -> float:
    """What a run takes that nobody disturbs."""
    began = time.monotonic()
    subprocess.run(words, check=True, capture_output=True, cwd=ROOT)
    return time.monotonic() - began


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def command(sources: list[Path], out: Path) -> list[str]:
    return [*RENDER, *map(str, sources), *TARGETS, *MORE, "-o", str(out)]


def told(out: Path) -> dict[str, Any]:
    """All that a folder holds, but for times."""
    found: dict[str, Any] = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_dir() or name == ".render/journal.jsonl":
            continue
        if path.suffix == ".json":
            found[name] = timeless(json.loads(path.read_text()))
        elif path.suffix == ".html":
            found[name] = page(path)
        else:
            found[name] = path.read_bytes()
    return found


def page(path: Path) -> str:
    """A report without the times in its data: of runs, and of networks."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"(at|wall|ms)": ?("[^"]*"|[0-9.e+-]+|null|\{[^}]*\})', "", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "", text)


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: timeless(one) for key, one in value.items() if key not in _TIMES}
    return [timeless(one) for one in value] if isinstance(value, list) else value


def different(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    names = sorted(set(one) | set(other))
    return [name for name in names if one.get(name) != other.get(name)]


def killed(words: list[str], number: signal.Signals, moment: float) -> str | None:
    """Where it was when the signal came: the last line of its own; None where it had ended."""
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        _, err = process.communicate(timeout=moment)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        if number != signal.SIGKILL and process.returncode not in (128 + number, 0):
            raise RuntimeError(f"{number.name}: exit {process.returncode}: {err}") from None
        if "Traceback" in err:
            raise RuntimeError(f"{number.name}: {err}") from None
        return phase(err)
    if process.returncode:
        raise RuntimeError(f"exit {process.returncode}: {err}")
    return None


def phase(err: str) -> str:
    said = [line for line in err.splitlines() if line.strip()]
    lines = "\n".join(said)
    if "to take" in lines or "FLICKER" in lines:
        return "grids, sheets, report"
    return "figures" if "figures" in lines else "previews"


def main(kills: int, seed: int) -> int:
    chance = random.Random(seed)
    root = Path(tempfile.mkdtemp(prefix="kills-"))
    sources = clips(root / "clips", "4.6")
    out = root / "out"
    words = command(sources, out)
    whole = seconds(words)
    wanted = told(out)
    videos = sum(name.endswith(".mp4") for name in wanted)
    print(f"undisturbed: {whole:.1f} s, {len(wanted)} files, {videos} of them videos", flush=True)
    sweeps = bad = 0
    places: Counter[str] = Counter()
    while places.total() < kills:
        remove(out)
        sweeps += 1
        said = []
        while True:
            number = chance.choice(SIGNALS)
            moment = chance.uniform(0.3, whole * 0.5)
            where = killed(words, number, moment)
            if where is None:
                break
            places[f"{number.name} in {where}"] += 1
            said.append(f"{number.name} at {moment:.1f} s ({where})")
        wrong = different(wanted, told(out))
        bad += bool(wrong)
        print(f"{sweeps:3} {'; '.join(said)}", *wrong[:5], sep="\n    ", flush=True)
    print(f"{places.total()} kills, {sweeps} sweeps, {bad} of them different at their end")
    for place, count in sorted(places.items()):
        print(f"{count:4} {place}")
    print(lost(clips(root / "long", "10"), root, chance))
    remove(root)
    return 1 if bad else 0


def lost(sources: list[Path], root: Path, chance: random.Random) -> str:
    """Of what is done when 80 % of the frames are, how much a SIGKILL loses."""
    words = [*RENDER, *map(str, sources), *TARGETS, "--upscale", "none", "--metrics", "none"]
    whole = seconds([*words, "-o", str(root / "whole")])
    shares = []
    for number in range(3):
        folder = root / f"eighty{number}"
        moment = whole * chance.uniform(0.78, 0.82)
        killed([*words, "-o", str(folder)], signal.SIGKILL, moment)
        rest = seconds([*words, "-o", str(folder)])
        # What starting takes was no work that could be lost.
        start = seconds([*words, "-o", str(folder)])
        shares.append((moment + rest - start - whole) / (moment - start))
    shares.sort()
    words_ = ", ".join(f"{share:.1%}" for share in shares)
    return f"killed at 80 %: lost {words_} of the work done (median {shares[1]:.1%})"


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    raise SystemExit(main(*(numbers + [100, 1][len(numbers) :])))

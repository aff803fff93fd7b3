"""Signals at random moments of a small run, many times.

    python benchmarks/interruptions.py [ROUNDS [SEED]]

Each round starts a run, sends it a signal (or two), and looks: no traceback, the signal's exit
status, every preview that stdout announced in results.json and there; after the next run in the
folder no temporary file.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
RENDER = [sys.executable, "-m", "render"]
ARGUMENTS = (
    *("--fps", "5,10", "--size", "48x86,64x114", "--network", "res1", "--upscale", "none"),
    *("--duration", "1", "--metrics", "none"),
)
KINDS = ("INT", "TERM", "HUP", "KILL")


def command(folder: Path, *more: str) -> list[str]:
    clip = ROOT / "samples" / "bigbuckbunny.mp4"
    return [*RENDER, str(clip), *ARGUMENTS, "-o", str(folder), *more]


def left(folder: Path) -> list[str]:
    """Temporary files; what is finished, in ``.render``, is to stay."""
    return [path.name for path in folder.rglob(".render-*")]


def one(folder: Path, name: str, moment: float, second: float | None) -> tuple[list[str], str, int]:
    """What is wrong, how the run ended, and how many temporary files it left."""
    wrong = []
    number = getattr(signal, f"SIG{name}")
    began = time.monotonic()
    process = subprocess.Popen(
        command(folder), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        if second is not None:
            try:
                process.wait(second)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
    try:
        out, err = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        wrong.append("did not end within a minute")
    status = process.returncode
    if status not in (0, 128 + number, -number):
        wrong.append(f"exit status {status}")
    # Before `main` the interpreter is on its own.
    ours = "in main" in err or ("Traceback" in err and ("\nrender" in err or "openvino" in err))
    if "Traceback" in err and ours:
        wrong.append(f"traceback: {err}")
    early = "Traceback" in err and not ours
    announced = [Path(line).name for line in out.splitlines()]
    path = folder / "results.json"
    recorded = [c["id"] for c in json.loads(path.read_text())["cells"]] if path.exists() else []
    wrong += [f"announced, not recorded: {name}" for name in set(announced) - set(recorded)]
    wrong += [f"recorded, not there: {n}" for n in recorded if not (folder / n).exists()]
    names = left(folder)
    if names and name != "KILL":
        wrong.append(f"left {names} at once")
    took = time.monotonic() - began - moment
    ended = f"{status} before main" if early else str(status)
    return wrong, f"{ended}, {len(announced)} announced, {took:.1f} s after", len(names)


def main(rounds: int, seed: int) -> int:
    choice = random.Random(seed)
    bad = 0
    ended: Counter[str] = Counter()
    leftovers = 0
    root = Path(tempfile.mkdtemp(prefix="stress-"))
    wholes = []
    for number in range(3):
        began = time.monotonic()
        subprocess.run(command(root / f"{number}"), cwd=ROOT, capture_output=True, check=True)
        wholes.append(time.monotonic() - began)
    whole = min(wholes)
    for number in range(rounds):
        for name in KINDS:
            folder = root / f"{number}-{name}"
            moment = choice.uniform(0.02, whole * 1.1)
            second = choice.choice((None, None, 0.05, choice.uniform(0, 2)))
            wrong, how, names = one(folder, name, moment, second)
            ended[f"{name} {how.split(',')[0]}"] += 1
            leftovers += bool(names)
            if names:
                again = subprocess.run(
                    command(folder),
                    cwd=ROOT,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if again.returncode:
                    wrong.append(f"the next run: {again.returncode}: {again.stderr}")
                if still := left(folder):
                    wrong.append(f"after the next run: {still}")
            bad += bool(wrong)
            twice = "" if second is None else f", again {second:.2f} s later"
            print(f"{number:3} {name:4} at {moment:.2f} s{twice}: {how}", *wrong, sep="\n    ")
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)
    runs = rounds * len(KINDS)
    print(f"{runs} runs of {whole:.1f} s, {bad} wrong; {leftovers} left files for the next")
    print(", ".join(f"{kind}: {count}" for kind, count in sorted(ended.items())))
    return 1 if bad else 0


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(given + [10, 0][len(given) :])))

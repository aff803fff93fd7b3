"""A sweep that is killed, and the same call again, which goes on.

python examples/resume_after_a_kill.py CLIP FOLDER [PRESET]
"""

import multiprocessing
import sys
from collections import Counter
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path

import render


def asked_for(clip: Path, folder: Path, preset: str) -> render.Request:
    """Two frame rates of what ``preset`` says."""
    wanted = render.load_preset(preset)
    looks = [wanted.with_options(fps=fps).look() for fps in ("5", "10")]
    return render.Request(clips=(clip,), looks=tuple(looks), duration=Fraction(1), output=folder)


def work(request: render.Request, done: Connection) -> None:
    """In a process of its own: say so when a preview is there, and do no more."""
    for event in render.sweep(request):
        if isinstance(event, render.CellDone):
            done.send(event.preview.path)
            done.recv()  # until somebody kills us


def killed(request: render.Request) -> Path:
    """Begin the sweep elsewhere, and kill it after its first preview, whose path this is."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(request, there))
    process.start()
    there.close()
    first: Path = here.recv()
    process.kill()
    process.join()
    return first


def go_on(request: render.Request) -> Counter[str]:
    """The same call again: how many previews it found, and how many it made."""
    return Counter(
        type(event).__name__
        for event in render.sweep(request)
        if isinstance(event, render.CellDone | render.CellKept)
    )


if __name__ == "__main__":
    preset = sys.argv[3] if len(sys.argv) > 3 else "draft"
    request = asked_for(Path(sys.argv[1]), Path(sys.argv[2]), preset)
    print(f"killed after {killed(request)}")
    print(dict(go_on(request)))

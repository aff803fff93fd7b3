"""Several targets of a clip, with figures, a grid and a report; a callback hears how far it is.

python examples/sweep_with_progress.py CLIP FOLDER [PRESET]
"""

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import render

Progress = Callable[[str, float], None]
"""What is in hand, and how far it is, 0..1."""


def sweep(clip: Path, folder: Path, preset: str, progress: Progress) -> render.Results:
    """Two frame rates of what ``preset`` says."""
    wanted = render.load_preset(preset)
    looks = tuple(wanted.with_options(fps=fps).look() for fps in ("5", "10"))
    request = render.Request(clips=(clip,), looks=looks, duration=Fraction(1), output=folder)
    for event in render.sweep(request, render.Outputs(grid=True, report=True)):
        match event:
            case render.CellProgress(cell, frames) if cell.about_frames:
                progress(cell.output.name, min(1.0, frames / cell.about_frames))
            case render.StepProgress(step, path, done, total):
                progress(path.name if path else step.value, done / total)
            case render.StepFailed(step, error):
                print(f"{step}: {error}", file=sys.stderr)
            case render.SweepDone(results):
                assert results is not None, "several previews are always recorded"
                return results
    raise AssertionError("the last event is SweepDone")


def show(what: str, share: float) -> None:
    """One line that is written over."""
    print(f"\r{what}: {share:4.0%}", end="", flush=True)


if __name__ == "__main__":
    preset = sys.argv[3] if len(sys.argv) > 3 else "draft"
    results = sweep(Path(sys.argv[1]), Path(sys.argv[2]), preset, show)
    print(f"\n{len(results.cells)} previews, {len(results.grids)} grid")

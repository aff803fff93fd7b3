"""One preview of a clip, as a phone would show it.

python examples/preview.py CLIP FOLDER [PRESET]
"""

import sys
from fractions import Fraction
from pathlib import Path

import render


def preview(clip: Path, folder: Path, preset: str = "a12-live") -> render.Preview:
    """The first second of ``clip``, rendered as ``preset`` says."""
    wanted = render.load_preset(preset)
    request = render.Request(
        clips=(clip,),
        looks=(wanted.look(),),
        orient=wanted.orient,
        fit=wanted.fit,
        encoding=wanted.encoding(),
        duration=Fraction(1),
        output=folder,
    )
    for event in render.sweep(request):
        if isinstance(event, render.CellFailed):
            raise event.error
        if isinstance(event, render.CellDone | render.CellKept):
            return event.preview
    raise AssertionError("every cell is done, kept or failed")


if __name__ == "__main__":
    made = preview(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
    print(f"{made.path}: {made.frames} frames of {made.size}")

"""Core ML itself, where there is one: a model run on a Mac's processor, GPU and neural engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from render.errors import ExportError
from render.export.graph import Graph
from render.export.tools import coremltools, quiet
from render.media.frame import Picture, as_picture

UNITS = {
    "CPU": "CPU_ONLY",
    "CPU and GPU": "CPU_AND_GPU",
    "CPU and neural engine": "CPU_AND_NE",
}
"""Each with its name in coremltools' ComputeUnit. What does not run there, Core ML moves to the
CPU, and does not say so: Xcode's performance report does."""


def is_here() -> bool:
    """Whether this system has Core ML."""
    return sys.platform == "darwin"


def run(path: Path, graph: Graph, picture: Picture) -> Iterator[tuple[str, Picture]]:
    """What the model at ``path`` makes of ``picture`` on each of ``UNITS``: its name, RGB uint8.

    Raises ExportError when Core ML cannot load or run the model.
    """
    from PIL import Image

    ct = coremltools()
    for name, unit in UNITS.items():
        try:
            with quiet():
                model = ct.models.MLModel(str(path), compute_units=getattr(ct.ComputeUnit, unit))
                made: dict[str, Any] = model.predict({graph.image.name: Image.fromarray(picture)})
        except Exception as error:  # Core ML's own, by way of Objective-C
            said = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise ExportError(f"{path}: Core ML does not run it on {name}: {said}") from error
        yield name, as_picture(np.asarray(made[graph.output.name].convert("RGB"), np.uint8))

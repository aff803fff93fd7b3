"""A choice → the preset that people share, with the evidence inside."""

from __future__ import annotations

from typing import Any

from render.choice.choice_file import evidence
from render.errors import UsageError
from render.preset import Preset
from render.results.results import Results


def as_preset(data: dict[str, Any], results: Results, name: str) -> Preset:
    """The chosen target in its style, the first one where there are several.

    ``data`` is that of choice.json. Raises UsageError when nothing was chosen.
    """
    if data["taken"] is None:
        raise UsageError(f"--save {name}: {data['headline']}, so there is nothing to save")
    taken = data["candidates"][data["taken"]]
    cell = next(cell for cell in results.cells if cell.id in taken["cells"])
    return Preset.model_validate(
        {
            "name": name,
            "description": f"Chosen for {data['device']}: JOD {taken['jod']:.2f}, "
            f"about {taken['ms']:.0f} of {taken['budget']:.1f} ms a frame",
            "fps": taken["fps"],
            "size": taken["size"],
            "network": taken["network"],
            "style": cell.target.style_file or cell.target.style,
            "upscale": taken["upscale"] or "none",
            "upscaler": taken["upscaler"],
            "strength": cell.target.strength,
            "evidence": evidence(data),
        }
    )

"""A choice → the preset that people share, with the evidence inside."""

from __future__ import annotations

from typing import Any

from render.choice.choice_file import evidence
from render.choice.ranking import Choice
from render.errors import UsageError
from render.presets.preset import Preset
from render.results.results import Results
from render.target import Rate


def as_preset(choice: Choice, data: dict[str, Any], results: Results, name: str) -> Preset:
    """The chosen target in its style, the first one where there are several.

    ``data`` is what choice.json says of the choice. Raises UsageError when nothing was chosen.
    """
    taken = choice.taken
    if taken is None:
        raise UsageError(f"--save {name}: {data['headline']}, so there is nothing to save")
    aim = taken.aim
    quality = "" if taken.jod is None else f"JOD {taken.jod:.2f}, "
    cell = next(cell for cell in results.cells if cell.id in taken.cells)
    return Preset.model_validate(
        {
            "name": name,
            "description": f"Chosen for {choice.profile.name}: {quality}"
            f"about {taken.estimate.ms:.0f} of {taken.budget:.1f} ms a frame",
            "fps": Rate(aim.fps),
            "size": aim.size,
            "network": aim.network.name,
            "style": cell.target.style_file or cell.target.style,
            "upscale": aim.upscale,
            "upscaler": aim.upscaler,
            "strength": cell.target.strength,
            "evidence": evidence(data),
        }
    )

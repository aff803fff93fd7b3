"""See a live neural video filter before building it for the phone.

    from render import Request, make_plan, run

The names below load when they are first used, so that ``import render`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from render.distribution import VERSION

if TYPE_CHECKING:
    from render.errors import (
        ClipError,
        EngineError,
        FFmpegError,
        OutputError,
        PresetError,
        RenderError,
        StyleError,
        UsageError,
    )
    from render.events import CellDone, CellFailed, CellProgress, CellStarted, Event, Preview
    from render.execution.pipeline import run
    from render.look import Look
    from render.media.encoding import AudioMode, Encoder, Encoding
    from render.planning.as_dict import plan_as_dict, plan_from_dict
    from render.planning.plan import Cell, Plan, make_plan
    from render.planning.request import Request
    from render.preset import Preset, list_presets, load_preset
    from render.target import Fit, Orient, Rate, Size, Target, Upscaling

__version__ = VERSION

__all__ = [
    "AudioMode",
    "Cell",
    "CellDone",
    "CellFailed",
    "CellProgress",
    "CellStarted",
    "ClipError",
    "Encoder",
    "Encoding",
    "EngineError",
    "Event",
    "FFmpegError",
    "Fit",
    "Look",
    "Orient",
    "OutputError",
    "Plan",
    "Preset",
    "PresetError",
    "Preview",
    "Rate",
    "RenderError",
    "Request",
    "Size",
    "StyleError",
    "Target",
    "Upscaling",
    "UsageError",
    "__version__",
    "list_presets",
    "load_preset",
    "make_plan",
    "plan_as_dict",
    "plan_from_dict",
    "run",
]

_HOMES = {
    "render.errors": (
        "ClipError",
        "EngineError",
        "FFmpegError",
        "OutputError",
        "PresetError",
        "RenderError",
        "StyleError",
        "UsageError",
    ),
    "render.events": ("CellDone", "CellFailed", "CellProgress", "CellStarted", "Event", "Preview"),
    "render.media.encoding": ("AudioMode", "Encoder", "Encoding"),
    "render.execution.pipeline": ("run",),
    "render.planning.plan": ("Cell", "Plan", "make_plan"),
    "render.planning.request": ("Request",),
    "render.planning.as_dict": ("plan_as_dict", "plan_from_dict"),
    "render.preset": ("Preset", "list_presets", "load_preset"),
    "render.look": ("Look",),
    "render.target": ("Fit", "Orient", "Rate", "Size", "Target", "Upscaling"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value

"""See a live neural video filter before building it for the phone.

    import render

    request = render.Request(clips=(Path("clip.mp4"),))
    for event in render.sweep(request, render.Outputs(report=True)):
        print(event)

The names below load when they are first used, so that ``import render`` costs next to nothing.
docs/python.md tells of each.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from render.distribution import VERSION

if TYPE_CHECKING:
    from render.batching.batch import batch
    from render.batching.batch_events import (
        BatchBegan,
        BatchDone,
        BatchEvent,
        BatchSummary,
        RowBegan,
        RowPutOff,
        RowStep,
        RowThrough,
    )
    from render.batching.row import Row, RowState
    from render.bundles.bundle import Bundle, open_bundle
    from render.bundles.bundled_preview import BundleProgress, RenderWith
    from render.bundles.install import Installed
    from render.bundles.install import install as install_bundle
    from render.bundles.pack import Packing
    from render.bundles.pack import pack as pack_bundle
    from render.bundles.rendered_again import Closeness
    from render.bundles.rendered_again import render_again as verify_bundle
    from render.choice.ranking import Choice, ChoiceTerms, choose
    from render.compare.metrics.measure import Measured, Measuring, measure
    from render.compare.metrics.modes import Metrics
    from render.compare.metrics.subject import Trouble
    from render.compare.packed.copies import PackPart
    from render.compare.packed.pack_events import (
        CopiesNotKept,
        CopyMade,
        CopyProgress,
        LeftOut,
        PackEvent,
        ReportPacked,
    )
    from render.compare.packed.pack_report import pack_report
    from render.compare.report.page import write_report
    from render.compare.wording import Labels
    from render.devices.assumed import assumed_like
    from render.devices.profile import Profile, load_profile
    from render.engines.base import Precision
    from render.errors import (
        BundleError,
        ClipError,
        EngineError,
        ExportError,
        FFmpegError,
        Hint,
        InternalError,
        ManifestError,
        OutputError,
        PresetError,
        RenderError,
        StyleError,
        TrainingError,
        UsageError,
    )
    from render.events import (
        CacheTrouble,
        CellDone,
        CellFailed,
        CellKept,
        CellProgress,
        CellRetried,
        CellStarted,
        DraftMeasured,
        Event,
        Preview,
        SegmentsLeft,
        Timings,
        WorkerLost,
        WorkersAwaited,
        WorkersBlind,
    )
    from render.execution.execute import run
    from render.execution.ray_cluster import RayExecutor
    from render.execution.workers import Workers
    from render.export.export_model import Exported
    from render.export.export_model import export as export_model
    from render.export.export_target import ExportTarget
    from render.look import Look
    from render.media.encoding import AudioMode, Encoder, Encoding
    from render.planning.as_dict import plan_as_dict, plan_from_dict
    from render.planning.plan import Cell, Plan, Refusal
    from render.planning.plan import make_plan as plan
    from render.planning.request import Request
    from render.presets.preset import Preset
    from render.presets.preset_library import (
        KnownPreset,
        PresetOrigin,
        find_preset,
        known_presets,
        list_presets,
        load_preset,
    )
    from render.results.results import CellResult, Figures, Results
    from render.results.results import load as load_results
    from render.storage.fetching import ClipFetching
    from render.storage.url import Url
    from render.sweeping.outputs import Outputs
    from render.sweeping.sweep import sweep
    from render.sweeping.sweep_events import (
        CellMeasured,
        Chosen,
        LeftoversCleared,
        OutputsFetching,
        Planned,
        Published,
        PublishFailed,
        Publishing,
        ResultsReady,
        StepFailed,
        StepMade,
        StepProgress,
        StepSkipped,
        StepStarted,
        SweepDone,
        SweepEvent,
        SweepStep,
    )
    from render.target import Fit, Orient, Rate, Size, Target, Upscaling
    from render.training.loop import train
    from render.training.settings import Painting, TrainingSettings
    from render.watching.watch_events import (
        ClipArrived,
        ClipThrough,
        FolderBack,
        FolderLost,
        WatchBegan,
        WatchEvent,
        WatchIdle,
    )
    from render.watching.watch_folder import watch_folder

__version__ = VERSION

__all__ = [
    "AudioMode",
    "BatchBegan",
    "BatchDone",
    "BatchEvent",
    "BatchSummary",
    "Bundle",
    "BundleError",
    "BundleProgress",
    "CacheTrouble",
    "Cell",
    "CellDone",
    "CellFailed",
    "CellKept",
    "CellMeasured",
    "CellProgress",
    "CellResult",
    "CellRetried",
    "CellStarted",
    "Choice",
    "ChoiceTerms",
    "Chosen",
    "ClipArrived",
    "ClipError",
    "ClipFetching",
    "ClipThrough",
    "Closeness",
    "CopiesNotKept",
    "CopyMade",
    "CopyProgress",
    "DraftMeasured",
    "Encoder",
    "Encoding",
    "EngineError",
    "Event",
    "ExportError",
    "ExportTarget",
    "Exported",
    "FFmpegError",
    "Figures",
    "Fit",
    "FolderBack",
    "FolderLost",
    "Hint",
    "Installed",
    "InternalError",
    "KnownPreset",
    "Labels",
    "LeftOut",
    "LeftoversCleared",
    "Look",
    "ManifestError",
    "Measured",
    "Measuring",
    "Metrics",
    "Orient",
    "OutputError",
    "Outputs",
    "OutputsFetching",
    "PackEvent",
    "PackPart",
    "Packing",
    "Painting",
    "Plan",
    "Planned",
    "Precision",
    "Preset",
    "PresetError",
    "PresetOrigin",
    "Preview",
    "Profile",
    "PublishFailed",
    "Published",
    "Publishing",
    "Rate",
    "RayExecutor",
    "Refusal",
    "RenderError",
    "RenderWith",
    "ReportPacked",
    "Request",
    "Results",
    "ResultsReady",
    "Row",
    "RowBegan",
    "RowPutOff",
    "RowState",
    "RowStep",
    "RowThrough",
    "SegmentsLeft",
    "Size",
    "StepFailed",
    "StepMade",
    "StepProgress",
    "StepSkipped",
    "StepStarted",
    "StyleError",
    "SweepDone",
    "SweepEvent",
    "SweepStep",
    "Target",
    "Timings",
    "TrainingError",
    "TrainingSettings",
    "Trouble",
    "Upscaling",
    "Url",
    "UsageError",
    "WatchBegan",
    "WatchEvent",
    "WatchIdle",
    "WorkerLost",
    "Workers",
    "WorkersAwaited",
    "WorkersBlind",
    "__version__",
    "assumed_like",
    "batch",
    "choose",
    "export_model",
    "find_preset",
    "install_bundle",
    "known_presets",
    "list_presets",
    "load_preset",
    "load_profile",
    "load_results",
    "measure",
    "open_bundle",
    "pack_bundle",
    "pack_report",
    "plan",
    "plan_as_dict",
    "plan_from_dict",
    "run",
    "sweep",
    "train",
    "verify_bundle",
    "watch_folder",
    "write_report",
]

# Where each name is at home; `a=b`: what is `a` there is `b` here.
_HOMES = {
    "render.batching.batch": ("batch",),
    "render.batching.batch_events": (
        *("BatchBegan", "BatchDone", "BatchEvent", "BatchSummary"),
        *("RowBegan", "RowPutOff", "RowStep", "RowThrough"),
    ),
    "render.batching.row": ("Row", "RowState"),
    "render.bundles.bundle": ("Bundle", "open_bundle"),
    "render.bundles.bundled_preview": ("BundleProgress", "RenderWith"),
    "render.bundles.install": ("Installed", "install=install_bundle"),
    "render.bundles.pack": ("Packing", "pack=pack_bundle"),
    "render.bundles.rendered_again": ("Closeness", "render_again=verify_bundle"),
    "render.choice.ranking": ("Choice", "ChoiceTerms", "choose"),
    "render.compare.metrics.measure": ("Measured", "Measuring", "measure"),
    "render.compare.metrics.modes": ("Metrics",),
    "render.compare.metrics.subject": ("Trouble",),
    "render.compare.packed.copies": ("PackPart",),
    "render.compare.packed.pack_report": ("pack_report",),
    "render.compare.packed.pack_events": (
        "CopiesNotKept",
        "CopyMade",
        "CopyProgress",
        "LeftOut",
        "PackEvent",
        "ReportPacked",
    ),
    "render.compare.report.page": ("write_report",),
    "render.compare.wording": ("Labels",),
    "render.devices.assumed": ("assumed_like",),
    "render.devices.profile": ("Profile", "load_profile"),
    "render.errors": (
        *("BundleError", "ClipError", "EngineError", "ExportError"),
        *("FFmpegError", "Hint", "InternalError", "ManifestError"),
        *("OutputError", "PresetError", "RenderError", "StyleError"),
        *("TrainingError", "UsageError"),
    ),
    "render.engines.base": ("Precision",),
    "render.events": (
        *("CacheTrouble", "CellDone", "CellFailed", "CellKept"),
        *("CellProgress", "CellRetried", "CellStarted", "DraftMeasured"),
        *("Event", "Preview", "SegmentsLeft", "WorkerLost"),
        *("WorkersAwaited", "WorkersBlind", "Timings"),
    ),
    "render.execution.execute": ("run",),
    "render.execution.ray_cluster": ("RayExecutor",),
    "render.execution.workers": ("Workers",),
    "render.export.export_model": ("Exported", "export=export_model"),
    "render.export.export_target": ("ExportTarget",),
    "render.media.encoding": ("AudioMode", "Encoder", "Encoding"),
    "render.planning.as_dict": ("plan_as_dict", "plan_from_dict"),
    "render.planning.plan": ("Cell", "Plan", "Refusal", "make_plan=plan"),
    "render.planning.request": ("Request",),
    "render.presets.preset": ("Preset",),
    "render.presets.preset_library": (
        "KnownPreset",
        "PresetOrigin",
        "find_preset",
        "known_presets",
        "list_presets",
        "load_preset",
    ),
    "render.results.results": ("CellResult", "Figures", "Results", "load=load_results"),
    "render.storage.fetching": ("ClipFetching",),
    "render.storage.url": ("Url",),
    "render.sweeping.outputs": ("Outputs",),
    "render.sweeping.sweep": ("sweep",),
    "render.sweeping.sweep_events": (
        *("CellMeasured", "Chosen", "LeftoversCleared", "OutputsFetching", "Planned", "Published"),
        *("PublishFailed", "Publishing", "ResultsReady", "StepFailed"),
        *("StepMade", "StepProgress", "StepSkipped", "StepStarted"),
        *("SweepDone", "SweepEvent", "SweepStep"),
    ),
    "render.look": ("Look",),
    "render.target": ("Fit", "Orient", "Rate", "Size", "Target", "Upscaling"),
    "render.training.loop": ("train",),
    "render.training.settings": ("Painting", "TrainingSettings"),
    "render.watching.watch_events": (
        *("ClipArrived", "ClipThrough", "FolderBack", "FolderLost"),
        *("WatchBegan", "WatchEvent", "WatchIdle"),
    ),
    "render.watching.watch_folder": ("watch_folder",),
}
_HOME_OF = {
    entry.partition("=")[2] or entry: (home, entry.partition("=")[0])
    for home, entries in _HOMES.items()
    for entry in entries
}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, there = _HOME_OF[name]
    value = getattr(import_module(home), there)
    globals()[name] = value
    return value

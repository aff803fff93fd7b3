"""A folder of small previews and the results that say what they are."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.results.results import (
    CellResult,
    CellTarget,
    CellVideo,
    Cost,
    Results,
    Run,
    View,
)
from render.results.source_clip import SourceClip


def a_run(at: str = "2024-01-01T00:00:00Z") -> Run:
    return Run(
        command=("render",), at=at, versions={}, machine="", engine="torch", device="cpu", why=""
    )


def a_clip(path: Path | str = "/nowhere/clip.mp4", **changes: Any) -> SourceClip:
    path = Path(path)
    facts = {"size": "320x180", "fps": "30", "fps_float": 30.0, "duration": 2.0}
    return SourceClip(path=str(path), name=path.name, **{**facts, **changes})


def a_cell(
    id_: str,
    fps: str = "10",
    size: str = "160x90",
    *,
    network: str = "res3",
    style: str = "waves",
    macs: int = 100,
    frames: int = 20,
    view: View | None = None,
    **changes: Any,
) -> CellResult:
    rate = float(Fraction(fps))
    target: dict[str, Any] = {"upscale": "320x180", "upscaler": "bilinear", "strength": 1.0}
    video: dict[str, Any] = {"stylized": frames, "bytes": 1000, "encoder": "libx264", "crf": 18}
    target |= {name: changes.pop(name) for name in [*target] if name in changes}
    video["size"] = target["upscale"]
    return CellResult(
        id=id_,
        **{"clip": 0, "run": 0, "start": 0.0, **changes},
        target=CellTarget(
            style=style, network=network, size=size, fps=fps, fps_float=rate, **target
        ),
        video=CellVideo(frames=frames, duration=frames / rate, **video),
        cost=Cost(parameters=10, macs=macs, macs_second=macs * rate),
        view=view,
    )


def results_of(*cells: CellResult, clips: tuple[SourceClip, ...] = ()) -> Results:
    return Results(runs=(a_run(),), clips=clips or (a_clip(),), cells=cells)


RunFFmpeg = Callable[..., Any]


def preview(run_ffmpeg: RunFFmpeg, source: Path, to: Path, rate: int, width: int) -> None:
    """What a network of ``width`` would give of ``source`` at ``rate``: inverted and soft."""
    filters = f"fps={rate}:start_time=0,scale={width}:-2,negate,scale=192:108:flags=bilinear"
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p")
    run_ffmpeg("-i", source, "-an", "-vf", filters, *codec, to)

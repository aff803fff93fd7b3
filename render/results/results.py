"""What a folder of previews came to: ``results.json``, versioned, for the report and for programs.

A folder keeps one file for all runs that wrote into it: a later run adds its cells, and replaces
those whose previews it wrote anew. Cells are known by their preview's path below the folder.
Within a schema keys are only added; readers ignore those they do not know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from render.errors import OutputError, UsageError
from render.files import results_file
from render.files.atomic import whole
from render.files.json import read_json
from render.files.names import leads_below
from render.files.results_file import MANY, MAX_BYTES
from render.planning.geometry import Placement
from render.results.source_clip import SourceClip
from render.results.values import (
    BoxAsText,
    EncoderAsText,
    Frames,
    LateAsText,
    NetworkAsText,
    Pair,
    PathText,
    RateAsText,
    ResultPart,
    Seconds,
    Share,
    SizeAsText,
    Texts,
    UpscalingAsText,
)
from render.target import as_held

SCHEMA = 1
NAME = results_file.NAME


class Run(ResultPart):
    """One call of render that wrote here.

    Attributes:
        command: its words, the first one ``render``. at: when it began, UTC, ISO 8601.
        versions: of render, Python and the libraries that decide what comes out, by name.
        machine: processor, cores, system. engine, device, why: what ran the networks.
        wall: seconds in all.
    """

    command: Texts
    at: str
    versions: dict[str, str]
    machine: str
    engine: str
    device: str
    why: str
    wall: float | None = None


class CellTarget(ResultPart):
    """Sizes are as shown: already turned to the clip's orientation; words turn them back
    (`Results.size_of`). ``on`` is the phone that the preview plays on, None where it shows every
    frame of the target. ``style_file``: where the style was, absolute, None for one of render's."""

    style: str
    network: NetworkAsText
    size: SizeAsText
    fps: RateAsText
    fps_float: float
    upscale: SizeAsText | None
    upscaler: UpscalingAsText
    strength: Share
    on: str | None = None
    style_file: PathText | None = None


class View(ResultPart):
    """How the clip's picture met the network's input: the ``render.planning.geometry.Placement``.

    Attributes:
        canvas: the decoded picture, WxH. crop: the part of it that is used, WxH+X+Y. inner: where
        that lands in the target's size, WxH+X+Y; the rest is bars.
    """

    canvas: SizeAsText
    crop: BoxAsText
    inner: BoxAsText

    @model_validator(mode="after")
    def _is_sound(self) -> View:
        if not self.placement.is_sound:
            raise ValueError("lies outside its clip")
        return self

    @classmethod
    def of(cls, placement: Placement) -> View:
        return cls(canvas=placement.canvas, crop=placement.crop, inner=placement.inner)

    @property
    def placement(self) -> Placement:
        return Placement(self.canvas, self.crop, self.inner)


class CellVideo(ResultPart):
    """The preview's own facts; ``stylized`` counts pictures that the network computed or shared,
    None where only the preview itself is left to tell of it.
    ``fps`` is that of the file where it is not the target's: of a phone's display."""

    size: SizeAsText
    fps: RateAsText | None = None
    fps_float: float | None = None
    frames: Frames
    stylized: Frames | None
    duration: Seconds
    bytes: int
    encoder: EncoderAsText
    crf: int


class Played(ResultPart):
    """What a preview on a phone came to (`render.devices.playback`).

    Attributes:
        median_ms, p95_ms, sustained_ms: of the network there; after ``minutes`` it is warm.
        camera, display: frames and refreshes a second. late: what becomes of frames that come while
        the network is busy. seed: of the latencies. warm: minutes that it had run before.
        frames: of the camera; skipped: not wanted by the target's rate; shown, dropped, in_flight:
        the others. fps: pictures shown a second. dropped_share: of the frames that the rate wants.
        longest_freeze, median_lag, p95_lag: seconds.
        sequence: (refresh of the display, frame of the camera) of every picture shown.
    """

    median_ms: float
    p95_ms: float
    sustained_ms: float | None = None
    minutes: float = 0.0
    camera: RateAsText
    display: RateAsText
    late: LateAsText
    seed: int
    warm: float
    frames: int
    skipped: int
    shown: int
    dropped: int
    in_flight: int
    fps: float
    dropped_share: float
    longest_freeze: float | None
    median_lag: float | None
    p95_lag: float | None
    sequence: tuple[Pair, ...] = Field(default=(), strict=False)


class Cost(ResultPart):
    """What a cell costs: the network's parameters, its multiply-adds for a frame and for a second
    at the cell's rate, and milliseconds a frame on the machine that rendered it (median, while the
    sweep ran; None where unknown)."""

    parameters: int
    macs: int
    macs_second: float
    ms: float | None = None


class Figures(ResultPart):
    """What a cell shows and what it loses against its reference.

    Beside what stands here there is a key for each metric, with a number, or None where it could
    not be measured; the metrics themselves say what they mean (``render/compare/metrics``). No
    other keys will ever be added here: of those that are not known numbers are wanted too.

    Attributes:
        reference: the id of that cell, which loses nothing itself; None where no other shows the
        same picture, and nothing is compared.
        missing: what could not be measured and why, in one line each.
        basis: a mark of all that the figures depend on; where it has changed they are taken anew.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float | None]

    reference: str | None
    missing: Texts = ()
    basis: str | None = None

    @model_serializer(mode="wrap")
    def _in_order(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The values between: whoever looks at the file reads first what was compared with what."""
        told: dict[str, Any] = written(self)
        last = {key: told.pop(key) for key in ("missing", "basis") if key in told}
        return told | last

    @property
    def values(self) -> Mapping[str, float | None]:
        """What was taken, by the metrics' keys."""
        return self.__pydantic_extra__

    def get(self, key: str) -> float | None:
        """A metric's value; None where it was not taken or could not be measured."""
        return self.values.get(key)


class CellResult(ResultPart):
    """One preview.

    Attributes:
        id: its path below the folder, with ``/``. fingerprint: of all that the preview depends on,
        None for one of before there were any.
        clip, run: positions in ``clips`` and ``runs``.
        start: seconds into the clip, as a number for programs; the clip's own ``start`` is exact.
        view: how the clip met the network's input.
        played: what came of it on its phone, None where it shows every frame of the target.
        precision: ``int8`` of a draft, None where the network computed as usual. psnr: of a draft's
        pictures against single precision's, dB; None where the run that measured it was cut short.
    """

    id: PathText
    clip: int
    run: int
    start: Seconds
    target: CellTarget
    video: CellVideo
    fingerprint: str | None = None
    cost: Cost
    view: View | None = None
    played: Played | None = None
    precision: str | None = None
    psnr: float | None = None
    figures: Figures | None = None
    notes: Texts = ()
    warnings: Texts = ()

    @model_serializer(mode="wrap")
    def _as_written(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """With what is said of drafts alone only where it is one."""
        told: dict[str, Any] = written(self)
        return {k: v for k, v in told.items() if k not in ("precision", "psnr") or self.precision}

    @property
    def video_fps(self) -> Fraction:
        """Frames a second of the file, exact."""
        return self.video.fps or self.target.fps


class Failure(ResultPart):
    """A cell, or a whole clip (``cell`` None), that the last run could not render."""

    clip: str
    cell: str | None
    kind: str
    message: str


class Results(ResultPart):
    """All that ``results.json`` says. ``grids`` and ``sheets`` are paths below the folder."""

    schema_version: int = SCHEMA
    runs: tuple[Run, ...] = Field(default=(), strict=False)
    clips: tuple[SourceClip, ...] = Field(default=(), strict=False)
    cells: tuple[CellResult, ...] = Field(default=(), strict=False)
    failures: tuple[Failure, ...] = Field(default=(), strict=False)
    grids: tuple[PathText, ...] = Field(default=(), strict=False)
    sheets: tuple[PathText, ...] = Field(default=(), strict=False)

    def size_of(self, cell: CellResult) -> str:
        """Of its target, in words: as the phone is held."""
        return as_held(cell.target.size, self.clips[cell.clip].size)

    def of_clip(self, clip: int) -> tuple[CellResult, ...]:
        """The cells of one clip, by its position."""
        return tuple(cell for cell in self.cells if cell.clip == clip)

    def as_dict(self) -> dict[str, Any]:
        """JSON types, ``schema`` first."""
        data = self.model_dump(mode="json")
        return {"schema": data.pop("schema_version")} | data


def load(folder: Path) -> Results:
    """What ``folder`` holds. Raises UsageError when there is nothing, or it cannot be read."""
    path = folder / NAME
    data = read_json(
        path, "file of results", MAX_BYTES, UsageError, many=MANY,
        broken="is damaged ({why}); render the sweep again",
        absent=f"{folder}: holds no {NAME}; a sweep writes one, such as "
        "`render clip.mp4 --fps 10,15 -o DIR`",
    )  # fmt: skip
    if not isinstance(data, dict) or not isinstance(data.get("schema"), int):
        raise UsageError(f"{path}: is no file of render's results")
    if data["schema"] > SCHEMA:
        raise UsageError(f"{path}: was written by a newer render; update this one to read it")
    try:
        results = Results.model_validate({**data, "schema_version": data["schema"]})
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        said = problem["msg"].removeprefix("Value error, ")
        raise UsageError(f"{path}: is damaged (`{where}`: {said})") from error
    _check_positions(results.cells, results, path)
    _check_paths(results, path)
    return results


def _check_positions(cells: Sequence[CellResult], results: Results, path: Path) -> None:
    for cell in cells:
        if not (0 <= cell.clip < len(results.clips) and 0 <= cell.run < len(results.runs)):
            raise UsageError(f"{path}: is damaged ({cell.id} belongs to no clip or run of it)")


def _check_paths(results: Results, path: Path) -> None:
    """Whoever reads results opens what they name, and pages link it: all of it lies beside them."""
    sources = (clip.preview for clip in results.clips if clip.preview is not None)
    cells = (cell.id for cell in results.cells)
    for name in (*cells, *sources, *results.grids, *results.sheets):
        if not leads_below(name):
            raise UsageError(
                f"{path}: names {name!r}, which is not in its folder; render the sweep again"
            )


def save(results: Results, folder: Path) -> None:
    """Write ``results.json``, whole or not at all. Raises OutputError."""
    text = json.dumps(results.as_dict(), indent=1, allow_nan=False)
    with whole(folder / NAME, OutputError) as temporary:
        temporary.write_text(text + "\n", encoding="ascii")

"""The options of ``render CLIP …``: their words. What they mean is `read_request.py`'s."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter

from render.cli.help import ShownAs
from render.cli.machine_options import (
    Address,
    CpusPerWorker,
    Debug,
    Device,
    Engine,
    Executor,
    Ffmpeg,
    GpusPerWorker,
    Precision,
    Workers,
)
from render.cli.parameters import worded
from render.cli.phone_options import (
    COMPARE,
    Heat,
    Late,
    Latency,
    Like,
    On,
    PlayOn,
    Seed,
    Sustained,
    Warm,
)
from render.defaults import DEFAULTS

_CLIP = Group("Clip")
_TARGET = Group("Target (what would ship on the phone)")
_OUTPUT = Group("Output")

_CLIPS = (
    "Videos to preview: files that ffmpeg reads, folders of them (DIR/** also looks below), "
    "patterns in quotes, or URLs (s3://bucket/clip.mp4)."
)

_DRY_RUN = "Print the plan and what it will take here, measured for a moment; render nothing."


Clips = Annotated[str, Parameter(help=_CLIPS)]

Fps = Annotated[
    str | None,
    worded(
        "Frames a second: 15, 29.97, 30000/1001, or `source` for the clip's own. Several: a "
        "list (10,15), a range (10..30:5 by steps of 5, 10..40 by doubling), or both.",
        _TARGET,
    ),
    ShownAs("RATE[,…]", DEFAULTS.fps),
]

Size = Annotated[
    str | None,
    worded(
        "The network's input, in pixels. Several: a list, or a range (360x640..720x1280:3 is "
        "three sizes evenly apart).",
        _TARGET,
    ),
    ShownAs("WxH[,…]", DEFAULTS.size),
]

Style = Annotated[
    str | None,
    worded(
        "A style by name (`render styles` lists them), a .safetensors file, or what `render styles "
        "import` reads, which is then imported.",
        _TARGET,
    ),
    ShownAs("NAME|FILE[,…]", DEFAULTS.style),
]

Network = Annotated[
    str | None,
    worded("The style's network: res3 has three full residual blocks.", _TARGET),
    ShownAs("NAME[,…]", DEFAULTS.network),
]

Upscale = Annotated[
    str | None,
    worded("The display, in pixels; `none` shows the network's own output.", _TARGET),
    ShownAs("WxH|none", DEFAULTS.upscale),
]

Upscaler = Annotated[
    str | None,
    worded("bilinear (the phone's), nearest, bicubic or lanczos.", _TARGET),
    ShownAs("NAME[,…]", DEFAULTS.upscaler),
]

Strength = Annotated[
    str | None,
    worded(
        "How much of the style shows, from 0 (none: the clip itself) to 1 (all). Several: a "
        "list, or a range (0.4..1:0.2).",
        _TARGET,
    ),
    ShownAs("0..1[,…]", f"{DEFAULTS.strength:g}"),
]

Preset = Annotated[
    str | None,
    worded(
        "Start from a preset (`render presets` lists them) or a .toml file; single options "
        "win over it.",
        _TARGET,
    ),
    ShownAs("NAME|FILE"),
]

Cells = Annotated[
    Path | None,
    worded(
        "Chosen combinations: [[cell]] tables with fps, size, network, style, upscale, "
        "upscaler and strength. What a cell leaves out is taken from the options, and their "
        "lists multiply it.",
        _TARGET,
        "--cells",
    ),
    ShownAs("FILE.toml"),
]

Orient = Annotated[
    str | None,
    worded(
        "auto turns sizes to the clip's displayed orientation (480x853 renders a landscape "
        "clip at 853x480); as-given does not.",
        _CLIP,
    ),
    ShownAs("auto|as-given", DEFAULTS.orient),
]

Fit = Annotated[
    str | None,
    worded("How another shape is met: cropped, with bars, or stretched.", _CLIP),
    ShownAs("cover|contain|stretch", DEFAULTS.fit),
]

Start = Annotated[
    str | None, worded("Where to begin: seconds, or [HH:]MM:SS.", _CLIP), ShownAs("TIME", "0")
]

Duration = Annotated[
    str | None,
    worded("How much to render: seconds, or [HH:]MM:SS.", _CLIP),
    ShownAs("TIME", "to the end"),
]

Strict = Annotated[
    bool,
    Parameter(
        help="Fail at the first damaged frame, instead of a warning.",
        group=_CLIP,
        negative="--no-strict",
    ),
]

Grid = Annotated[
    bool,
    Parameter(
        help="Also write them side by side in one video, in step; `render compare` does it for "
        "any videos.",
        group=COMPARE,
    ),
]

Rows = Annotated[
    str | None,
    worded(
        "What varies from row to row of the grid: clip, style, network, size, upscale, "
        "upscaler, strength or fps. With `clip`, all clips are in one grid and one sheet.",
        COMPARE,
    ),
    ShownAs("AXIS", "what varies"),
]

Cols = Annotated[
    str | None,
    worded("What varies from column to column.", COMPARE),
    ShownAs("AXIS", "fps, if it varies"),
]

Labels = Annotated[
    str | None,
    worded(
        "What is written on the grid and the sheet: all that is known, with this computer's times; "
        "what tells previews apart, and once what they share; or nothing.",
        COMPARE,
    ),
    ShownAs("full|short|none", "short"),
]

Source = Annotated[bool, Parameter(help="Show the clip itself in the grid too.", group=COMPARE)]

Sheet = Annotated[
    bool,
    Parameter(help="Also write a contact sheet: previews by moments.", group=COMPARE),
]

Report = Annotated[
    bool,
    Parameter(
        help="Also write index.html beside the previews: players in step, a wipe, figures and "
        "charts, to choose from.",
        group=COMPARE,
        negative="--no-report",
    ),
]

Metrics = Annotated[
    str | None,
    worded(
        "Figures of what each preview loses: on few moments, on many, or none; later: fast, after "
        "the report, which is then written again.",
        COMPARE,
    ),
    ShownAs("none|fast|full|later", "fast, where there is something to compare"),
]

Reference = Annotated[
    str | None,
    worded(
        "Which preview the others are held against: its file, or words that say which, such as "
        "res5,720x1280,30.",
        COMPARE,
    ),
    ShownAs("CELL", "the largest, deepest, fastest"),
]

Output = Annotated[
    str | None,  # a Path forgets a slash at its end
    worded(
        "A file for one preview (.mp4, .mov, .mkv, .webm or .gif), a folder, or a URL of either.",
        _OUTPUT,
        "--output",
        "-o",
    ),
    ShownAs("FILE|DIR|URL", "previews/<clip>-<style>-<network>-<size>-<fps>.mp4"),
]

Force = Annotated[bool, Parameter(help="Overwrite previews that exist.", group=_OUTPUT)]

Crf = Annotated[
    str | None,
    worded("Quality, from 0 (lossless) to 51 (worst; 63 for libsvtav1 and libvpx-vp9).", _OUTPUT),
    ShownAs("N", str(DEFAULTS.crf)),
]

Encoder = Annotated[
    str | None,
    worded(
        "libx264 (plays everywhere), libx265, libsvtav1, libvpx-vp9, prores_ks (422 HQ), "
        "prores_ks-422, prores_ks-lt, prores_ks-proxy, gif, h264_videotoolbox, "
        "hevc_videotoolbox, h264_nvenc or hevc_nvenc; also h264, hevc, av1, vp9 and prores.",
        _OUTPUT,
    ),
    ShownAs("NAME", f"{DEFAULTS.encoder}, or what the file takes"),
]

Audio = Annotated[
    str | None,
    worded("Keep the clip's sound, or write none.", _OUTPUT),
    ShownAs("keep|none", DEFAULTS.audio),
]

DryRun = Annotated[bool, Parameter(help=_DRY_RUN, group=_OUTPUT)]

Json = Annotated[
    bool,
    Parameter(
        help="On stdout, one JSON object a line; the last is `done` or `error`.", group=_OUTPUT
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What every command that renders takes, as it was written; ``render.cli.asked`` says what it
    asks for."""

    fps: Fps = None
    size: Size = None
    style: Style = None
    network: Network = None
    upscale: Upscale = None
    upscaler: Upscaler = None
    strength: Strength = None
    preset: Preset = None
    cells: Cells = None
    orient: Orient = None
    fit: Fit = None
    start: Start = None
    duration: Duration = None
    strict: Strict = False
    grid: Grid = False
    rows: Rows = None
    cols: Cols = None
    source: Source = False
    labels: Labels = None
    sheet: Sheet = False
    report: Report = False
    metrics: Metrics = None
    reference: Reference = None
    play_on: PlayOn = None
    on: On = None
    like: Like = None
    latency: Latency = None
    sustained: Sustained = None
    warm: Warm = None
    heat: Heat = False
    late: Late = None
    seed: Seed = None
    output: Output = None
    force: Force = False
    crf: Crf = None
    encoder: Encoder = None
    audio: Audio = None
    json: Json = False
    device: Device = None
    engine: Engine = None
    precision: Precision = None
    ffmpeg: Ffmpeg = None
    executor: Executor = None
    address: Address = None
    workers: Workers = None
    cpus_per_worker: CpusPerWorker = None
    gpus_per_worker: GpusPerWorker = None
    debug: Debug = False

"""``render CLIP …``: the default command."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from render.cli.help import Shown
from render.defaults import DEFAULTS
from render.errors import UsageError

if TYPE_CHECKING:
    from render.cli.after import Wanted
    from render.compare.metrics.modes import Metrics
    from render.plan import Plan
    from render.record import Recorder

_CLIP = Group("Clip")
_TARGET = Group("Target (what would ship on the phone)")
_PHONE = Group("Phone (previews as it would show them)")
_OUTPUT = Group("Output")
_COMPARE = Group("Compare (several previews of one clip)")
_MACHINE = Group("Machine")


_CLIPS = (
    "Videos to preview: files that ffmpeg reads, folders of them (DIR/** also looks below), or "
    "patterns in quotes."
)


_DRY_RUN = "Print the plan and what it will take here, measured for a moment; render nothing."


def _help(text: str, group: Group, *names: str) -> Parameter:
    # A leading hyphen: "-5" is then a wrong value with its reason, not a missing one.
    return Parameter(name=names or None, help=text, group=group, allow_leading_hyphen=not names)


def render(
    *clips: Annotated[Path, Parameter(help=_CLIPS)],
    fps: Annotated[
        str | None,
        _help(
            "Frames a second: 15, 29.97, 30000/1001, or `source` for the clip's own. Several: a "
            "list (10,15), a range (10..30:5 by steps of 5, 10..40 by doubling), or both.",
            _TARGET,
        ),
        Shown("RATE[,…]", DEFAULTS.fps),
    ] = None,
    size: Annotated[
        str | None,
        _help(
            "The network's input, in pixels. Several: a list, or a range (360x640..720x1280:3 is "
            "three sizes evenly apart).",
            _TARGET,
        ),
        Shown("WxH[,…]", DEFAULTS.size),
    ] = None,
    style: Annotated[
        str | None,
        _help("A style by name (`render styles` lists them) or a .safetensors file.", _TARGET),
        Shown("NAME|FILE[,…]", DEFAULTS.style),
    ] = None,
    network: Annotated[
        str | None,
        _help("The style's network: res3 has three full residual blocks.", _TARGET),
        Shown("NAME[,…]", DEFAULTS.network),
    ] = None,
    upscale: Annotated[
        str | None,
        _help("The display, in pixels; `none` shows the network's own output.", _TARGET),
        Shown("WxH|none", DEFAULTS.upscale),
    ] = None,
    upscaler: Annotated[
        str | None,
        _help("bilinear (the phone's), nearest, bicubic or lanczos.", _TARGET),
        Shown("NAME[,…]", DEFAULTS.upscaler),
    ] = None,
    strength: Annotated[
        str | None,
        _help(
            "How much of the style shows, from 0 (none: the clip itself) to 1 (all). Several: a "
            "list, or a range (0.4..1:0.2).",
            _TARGET,
        ),
        Shown("0..1[,…]", f"{DEFAULTS.strength:g}"),
    ] = None,
    preset: Annotated[
        str | None,
        _help(
            "Start from a preset (`render presets` lists them) or a .toml file; single options "
            "win over it.",
            _TARGET,
        ),
        Shown("NAME|FILE"),
    ] = None,
    cells: Annotated[
        Path | None,
        _help(
            "Chosen combinations: [[cell]] tables with fps, size, network, style, upscale, "
            "upscaler and strength. What a cell leaves out is taken from the options, and their "
            "lists multiply it.",
            _TARGET,
            "--cells",
        ),
        Shown("FILE.toml"),
    ] = None,
    orient: Annotated[
        str | None,
        _help(
            "auto turns sizes to the clip's displayed orientation (480x853 renders a landscape "
            "clip at 853x480); as-given does not.",
            _CLIP,
        ),
        Shown("auto|as-given", DEFAULTS.orient),
    ] = None,
    fit: Annotated[
        str | None,
        _help("How another shape is met: cropped, with bars, or stretched.", _CLIP),
        Shown("cover|contain|stretch", DEFAULTS.fit),
    ] = None,
    start: Annotated[
        str | None, _help("Where to begin: seconds, or [HH:]MM:SS.", _CLIP), Shown("TIME", "0")
    ] = None,
    duration: Annotated[
        str | None,
        _help("How much to render: seconds, or [HH:]MM:SS.", _CLIP),
        Shown("TIME", "to the end"),
    ] = None,
    strict: Annotated[
        bool, Parameter(help="Fail at the first damaged frame, instead of a warning.", group=_CLIP)
    ] = False,
    grid: Annotated[
        bool,
        Parameter(
            help="Also write them side by side in one video, in step; `render compare` does it for "
            "any videos.",
            group=_COMPARE,
        ),
    ] = False,
    rows: Annotated[
        str | None,
        _help(
            "What varies from row to row of the grid: clip, style, network, size, upscale, "
            "upscaler, strength or fps.",
            _COMPARE,
        ),
        Shown("AXIS", "what varies"),
    ] = None,
    cols: Annotated[
        str | None,
        _help("What varies from column to column.", _COMPARE),
        Shown("AXIS", "fps, if it varies"),
    ] = None,
    source: Annotated[
        bool, Parameter(help="Show the clip itself in the grid too.", group=_COMPARE)
    ] = False,
    sheet: Annotated[
        bool,
        Parameter(help="Also write a contact sheet: previews by moments.", group=_COMPARE),
    ] = False,
    report: Annotated[
        bool,
        Parameter(
            help="Also write index.html beside the previews: players in step, a wipe, figures and "
            "charts, to choose from.",
            group=_COMPARE,
        ),
    ] = False,
    metrics: Annotated[
        str | None,
        _help("Figures of what each preview loses: on few moments, on many, or none.", _COMPARE),
        Shown("none|fast|full", "fast, where there is something to compare"),
    ] = None,
    reference: Annotated[
        str | None,
        _help(
            "Which preview the others are held against: its file, or words that say which, such as "
            "res5,720x1280,30.",
            _COMPARE,
        ),
        Shown("CELL", "the largest, deepest, fastest"),
    ] = None,
    play_on: Annotated[
        str | None,
        _help(
            "Show what this phone would: frames that come while its network is busy are dropped, "
            "and the others late. A device (`render devices` lists them), `none`, or a list.",
            _PHONE,
            "--play-on",
        ),
        Shown("DEVICE[,…]", "none"),
    ] = None,
    latency: Annotated[
        str | None,
        _help(
            "The same with milliseconds of your own: 66, with a spread 66±8 (84 of 100 frames "
            "within 74), or a file of measured ones. Several: a list.",
            _PHONE,
        ),
        Shown("MS[±MS]|FILE"),
    ] = None,
    sustained: Annotated[
        str | None,
        _help("What the phone slows down to: 90@3 is 90 ms after three minutes.", _PHONE),
        Shown("MS@MINUTES", "the device's"),
    ] = None,
    warm: Annotated[
        str | None,
        _help("Minutes that it has been running when the clip begins.", _PHONE),
        Shown("MINUTES", "0"),
    ] = None,
    late: Annotated[
        str | None,
        _help(
            "What becomes of a frame while the network is busy: the newest waits, or it is "
            "discarded.",
            _PHONE,
        ),
        Shown("newest|discard", "newest"),
    ] = None,
    seed: Annotated[
        str | None,
        _help("Of the latencies that are drawn; the same one shows the same.", _PHONE),
        Shown("N", "0"),
    ] = None,
    output: Annotated[
        Path | None,
        _help("A file for one preview, or a folder.", _OUTPUT, "--output", "-o"),
        Shown("FILE|DIR", "previews/<clip>-<style>-<network>-<size>-<fps>.mp4"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite previews that exist.", group=_OUTPUT)] = False,
    crf: Annotated[
        str | None,
        _help("Quality, from 0 (lossless) to 51 (worst; 63 for libsvtav1).", _OUTPUT),
        Shown("N", str(DEFAULTS.crf)),
    ] = None,
    encoder: Annotated[
        str | None,
        _help(
            "libx264 (plays everywhere), libx265, libsvtav1, h264_videotoolbox or "
            "hevc_videotoolbox.",
            _OUTPUT,
        ),
        Shown("NAME", DEFAULTS.encoder),
    ] = None,
    audio: Annotated[
        str | None,
        _help("Keep the clip's sound, or write none.", _OUTPUT),
        Shown("keep|none", DEFAULTS.audio),
    ] = None,
    dry_run: Annotated[bool, Parameter(help=_DRY_RUN, group=_OUTPUT)] = False,
    json: Annotated[
        bool,
        Parameter(
            help="On stdout, one JSON object a line; the last is `done` or `error`.", group=_OUTPUT
        ),
    ] = False,
    device: Annotated[
        str | None,
        _help("Where the network runs.", _MACHINE),
        Shown("auto|cpu|cuda|mps", "auto"),
    ] = None,
    engine: Annotated[
        str | None,
        _help("What runs it; auto takes the faster and says which.", _MACHINE),
        Shown("auto|torch|openvino", "auto"),
    ] = None,
    ffmpeg: Annotated[
        Path | None,
        _help(
            "An ffmpeg to use instead of the bundled one; also read from RENDER_FFMPEG.", _MACHINE
        ),
        Shown("PATH"),
    ] = None,
    debug: Annotated[
        bool, Parameter(help="Show tracebacks, and what ffmpeg said.", group=_MACHINE)
    ] = False,
) -> int:
    """render: see a live neural video filter before building it for the phone.

    Examples:
      render clip.mp4 --fps 15 --size 480x853    a preview, written to previews/
      render clip.mp4 --preset a12-live          what an A12 phone could run live
      render *.mp4 --preset draft -o drafts/     a quick look at many clips
      render clip.mp4 --fps 10,15 --size 240x427,480x853 --grid --report
                                                 several previews, to choose from
      render clip.mp4 --play-on A12              as the phone would show it, late and with gaps
      render clip.mp4 --dry-run                  what would be done, and with what
      render clip.mp4 --json                     results and progress for a program
    """
    from render.cli.after import Wanted
    from render.cli.phones import phones
    from render.cli.request import make_request
    from render.plan import make_plan

    if not clips:
        raise UsageError(
            "no clip given. Usage: render CLIP [CLIP ...] [OPTIONS], for example "
            "`render clip.mp4 --fps 15 --size 480x853`; render --help explains"
        )
    _catch_mistyped_command(clips)
    if ffmpeg is None and (named := os.environ.get("RENDER_FFMPEG")):
        ffmpeg = Path(named)
    request = make_request(
        clips,
        {
            "fps": fps,
            "size": size,
            "style": style,
            "network": network,
            "upscale": upscale,
            "upscaler": upscaler,
            "strength": strength,
            "orient": orient,
            "fit": fit,
            "crf": crf,
            "encoder": encoder,
            "audio": audio,
        },
        preset=preset,
        cells=cells,
        start=start,
        duration=duration,
        device=device,
        engine=engine,
        output=output,
        force=force,
        strict=strict,
        ffmpeg=ffmpeg,
        phones=phones(play_on, latency, sustained=sustained, warm=warm, late=late, seed=seed),
    )
    wanted = Wanted(
        grid=grid,
        rows=rows,
        cols=cols,
        source=source,
        sheet=sheet,
        report=report,
        metrics=None if metrics is None else _metrics(metrics),
        reference=reference,
    )
    plan = make_plan(request)
    if dry_run:
        from render.cli.dry_run import show_plan

        return show_plan(plan, json=json)
    return _render(plan, wanted, json=json, debug=debug)


def _catch_mistyped_command(clips: tuple[Path, ...]) -> None:
    """``render docter``: a clip that is not there, but for a command that nearly is."""
    from difflib import get_close_matches

    from render.cli.app import COMMANDS

    first = str(clips[0])
    close = get_close_matches(first, COMMANDS, n=1)
    if close and close[0] != first and not clips[0].exists():
        raise UsageError(f"{first}: no such clip or command; did you mean `render {close[0]}`?")


def _metrics(word: str) -> Metrics:
    from render.cli.request import one_of
    from render.compare.metrics.modes import Metrics

    return one_of(Metrics, "--metrics", word)


def _recorder(plan: Plan, wanted: Wanted) -> Recorder | None:
    """None where nothing is to be recorded. Raises UsageError for what cannot be done."""
    from render.cli.after import check, results_folder

    folder = results_folder(plan, wanted)
    if folder is None:
        return None
    from datetime import UTC, datetime

    from render.record import Call, Recorder

    call = Call(("render", *sys.argv[1:]), datetime.now(UTC))
    recorder = Recorder(plan, folder, call)
    check(recorder, wanted)
    return recorder


def _render(plan: Plan, wanted: Wanted, *, json: bool, debug: bool) -> int:
    from render.cli.after import After
    from render.cli.dry_run import warn_long
    from render.cli.output import say
    from render.cli.show import Show
    from render.pipeline import run

    recorder = _recorder(plan, wanted)
    if long := warn_long(plan):
        say(long)
    began = time.monotonic()
    show = Show(plan, json=json, debug=debug)
    events = run(plan)
    try:
        for event in events:
            show.event(event)
            if recorder:
                recorder.event(event)
    finally:
        # Whatever ended us, also a signal: the pipeline removes what is half-written, and what is
        # done is recorded.
        try:
            events.close()
            results = recorder.save(time.monotonic() - began) if recorder else None
        finally:
            show.close()
    failed = 0
    if recorder and results and results.cells:
        after = After(plan, recorder, wanted, json=json, debug=debug)
        after.run(results)
        failed = after.failed
    return show.finish(failed)

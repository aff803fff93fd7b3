"""``render CLIP …``: the default command."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from render.cli import options
from render.errors import UsageError

if TYPE_CHECKING:
    from render.cli.after import Wanted
    from render.cli.steps import Steps
    from render.compare.metrics.modes import Metrics
    from render.planning.plan import Plan
    from render.results.record import Recorder


def render(
    *clips: options.Clips,
    fps: options.Fps = None,
    size: options.Size = None,
    style: options.Style = None,
    network: options.Network = None,
    upscale: options.Upscale = None,
    upscaler: options.Upscaler = None,
    strength: options.Strength = None,
    preset: options.Preset = None,
    cells: options.Cells = None,
    orient: options.Orient = None,
    fit: options.Fit = None,
    start: options.Start = None,
    duration: options.Duration = None,
    strict: options.Strict = False,
    grid: options.Grid = False,
    rows: options.Rows = None,
    cols: options.Cols = None,
    source: options.Source = False,
    sheet: options.Sheet = False,
    report: options.Report = False,
    metrics: options.Metrics = None,
    reference: options.Reference = None,
    play_on: options.PlayOn = None,
    on: options.On = None,
    latency: options.Latency = None,
    sustained: options.Sustained = None,
    warm: options.Warm = None,
    late: options.Late = None,
    seed: options.Seed = None,
    output: options.Output = None,
    force: options.Force = False,
    crf: options.Crf = None,
    encoder: options.Encoder = None,
    audio: options.Audio = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
    device: options.Device = None,
    engine: options.Engine = None,
    ffmpeg: options.Ffmpeg = None,
    debug: options.Debug = False,
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
    from render.cli.devices_folder import device as named_device
    from render.cli.phones import phones
    from render.cli.read_request import make_request
    from render.planning.plan import make_plan

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
        on=None if on is None else named_device(on),
    )
    plan = make_plan(request)
    if dry_run:
        from render.cli.dry_run import show_plan

        return show_plan(plan, json=json)
    return _render(plan, wanted, json=json, debug=debug)


def _catch_mistyped_command(clips: tuple[Path, ...]) -> None:
    """``render docter``: a clip that is not there, but for a command that nearly is."""
    from render.cli.commands import COMMANDS
    from render.nearest import nearest

    first = str(clips[0])
    close = nearest(first, COMMANDS)
    if close and close != first and not clips[0].exists():
        raise UsageError(f"{first}: no such clip or command; did you mean `render {close}`?")


def _metrics(word: str) -> Metrics:
    from render.cli.read_request import one_of
    from render.compare.metrics.modes import Metrics

    return one_of(Metrics, "--metrics", word)


def _recorder(plan: Plan, wanted: Wanted) -> Recorder | None:
    """None where nothing is to be recorded. Raises UsageError for what cannot be done."""
    from render.cli.after import check, results_folder

    folder = results_folder(plan, wanted)
    if folder is None:
        return None
    from datetime import UTC, datetime

    from render.results.record import Call, Recorder

    call = Call(("render", *sys.argv[1:]), datetime.now(UTC))
    recorder = Recorder(plan, folder, call)
    check(recorder, wanted)
    return recorder


def _render(plan: Plan, wanted: Wanted, *, json: bool, debug: bool) -> int:
    from render.cli.after import After
    from render.cli.dry_run import warn_long
    from render.cli.output import say
    from render.cli.show import Show
    from render.cli.signals import heed
    from render.cli.steps import Steps
    from render.execution.pipeline import run

    recorder = _recorder(plan, wanted)
    if long := warn_long(plan):
        say(long)
    began = time.monotonic()
    _clear(plan, debug=debug)
    steps = Steps(json=json, debug=debug)
    show = Show(plan, json=json, debug=debug)
    with contextlib.closing(show), contextlib.ExitStack() as stack:
        # Whatever ends us, also a signal: the pipeline removes what is half-written, then what is
        # done is recorded.
        if recorder:
            stack.callback(_save, recorder, began, steps)
        for event in stack.enter_context(contextlib.closing(run(plan))):
            heed()
            # Recorded before it is announced.
            if recorder:
                recorder.event(event)
            show.event(event)
    if recorder:
        results = recorder.results()
        if results.cells:
            After(plan, recorder, wanted, steps, json=json).run(results)
    return show.finish(steps.failed)


def _save(recorder: Recorder, began: float, steps: Steps) -> None:
    steps.attempt("results", lambda: recorder.save(time.monotonic() - began), None)


def _clear(plan: Plan, *, debug: bool) -> None:
    """Remove what runs that were killed have left where this one writes."""
    from render.cli.output import labelled, say
    from render.files.temporary import clear_dead

    for folder in dict.fromkeys(cell.output.parent for cell in plan.cells):
        cleared = clear_dead(folder)
        if cleared.removed:
            files = "file" if cleared.removed == 1 else "files"
            note = f"{folder}: removed {cleared.removed} temporary {files} of a run that was killed"
            say(labelled("note", note, sys.stderr))
        if cleared.unsure and debug:
            stay = "file stays" if cleared.unsure == 1 else "files stay"
            note = (
                f"{folder}: {cleared.unsure} temporary {stay}: without file locks nobody can tell "
                "whether the run still goes on"
            )
            say(labelled("note", note, sys.stderr))

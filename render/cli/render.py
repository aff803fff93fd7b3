"""``render CLIP …``: the default command."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from render.cli import batch_options, options
from render.errors import UsageError
from render.storage.url import Place, place_of

if TYPE_CHECKING:
    from render.execution.executor import Executor
    from render.planning.request import Request
    from render.sweeping.outputs import Outputs

_NONE = options.RenderOptions()


def render(
    *clips: options.Clips,
    words: options.RenderOptions = _NONE,
    manifest: batch_options.Manifest = None,
    at_once: batch_options.AtOnce = None,
    dry_run: options.DryRun = False,
) -> int:
    """render: see a live neural video filter before building it for the phone.

    Examples:
      render clip.mp4 --fps 15 --size 480x853    a preview, written to previews/
      render clip.mp4 --preset a12-live          what an A12 phone could run live
      render *.mp4 --preset draft -o drafts/     a quick look at many clips
      render clip.mp4 --fps 10,15 --size 240x427,480x853 --grid --report
                                                 several previews, to choose from
      render clip.mp4 --play-on A12              as the phone would show it, late and with gaps
      render --manifest clips.csv -o out/        thousands of clips, with options for each
      render clip.mp4 --dry-run                  what would be done, and with what
      render clip.mp4 --json                     results and progress for a program
    """
    from render.cli.asked import asked
    from render.cli.cluster import executor_of

    if manifest is not None:
        from render.cli.run_batch import run_batch

        if clips:
            raise UsageError(f"{clips[0]}: beside --manifest, clips stand in its rows")
        return run_batch(manifest, words, at_once=at_once, dry_run=dry_run)
    if at_once is not None:
        raise UsageError("--at-once: is about the rows of a --manifest")
    if not clips:
        raise UsageError(
            "no clip given. Usage: render CLIP [CLIP ...] [OPTIONS], for example "
            "`render clip.mp4 --fps 15 --size 480x853`; render --help explains"
        )
    places = tuple(map(place_of, clips))
    _catch_mistyped_command(places)
    request, outputs = asked(places, words)
    if dry_run:
        from render.cli.dry_run import planned, show_plan

        return show_plan(planned(request, _looking(places), json=words.json), json=words.json)
    about = _looking(places)
    with executor_of(words) as executor:
        return _sweep(request, outputs, executor, about, json=words.json, debug=words.debug)


def _catch_mistyped_command(clips: tuple[Place, ...]) -> None:
    """``render docter``: a clip that is not there, but for a command that nearly is."""
    from render.cli.commands import COMMANDS
    from render.nearest import nearest

    first = str(clips[0])
    close = nearest(first, COMMANDS)
    if close and close != first and not (isinstance(clips[0], Path) and clips[0].exists()):
        raise UsageError(f"{first}: no such clip or command; did you mean `render {close}`?")


def _command() -> tuple[str, ...]:
    """The words of the command, for results: URLs in them without credentials."""
    from render.cli.user_settings import in_force
    from render.storage.url import without_secrets

    return ("render", *map(without_secrets, (*in_force().words, *sys.argv[1:])))


def _looking(clips: tuple[Place, ...]) -> str:
    return f"looking at {clips[0].name if len(clips) == 1 else f'{len(clips)} clips'}"


def _sweep(
    request: Request,
    outputs: Outputs,
    executor: Executor | None,
    about: str,
    *,
    json: bool,
    debug: bool,
) -> int:
    from render.cli.count import waiting
    from render.cli.show_sweep import ShowSweep
    from render.cli.signals import heed
    from render.sweeping.sweep import sweep

    events = sweep(request, outputs, command=_command(), executor=executor)
    show = ShowSweep(json=json, debug=debug, on=outputs.on)
    with contextlib.closing(show):
        try:
            # Whatever ends us, also a signal: what is half-written goes, what is done is recorded.
            with contextlib.closing(events):
                with waiting(about):
                    first = next(events)
                show.event(first)
                for event in events:
                    heed()
                    show.event(event)
        except KeyboardInterrupt:
            show.stopped()
            raise
    return show.finish()

"""``render watch``: a folder's clips, and those that arrive in it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli import options
from render.cli.help import ShownAs
from render.errors import UsageError

if TYPE_CHECKING:
    from render.cli.show_watch import ShowWatch
    from render.execution.executor import Executor
    from render.planning.request import Request
    from render.sweeping.outputs import Outputs

_NONE = options.RenderOptions()
_LONGEST = 3600


def watch(
    folder: Annotated[
        Path | None, Parameter(help="Where clips arrive; what lies in folders below is left.")
    ] = None,
    /,
    *,
    new_only: Annotated[
        bool, Parameter(name="--new-only", help="Leave the clips that are there already.")
    ] = False,
    settle: Annotated[
        str | None,
        Parameter(
            help="How long a clip must stand still before it counts as whole.",
            allow_leading_hyphen=True,
        ),
        ShownAs("SECONDS", "3"),
    ] = None,
    words: options.RenderOptions = _NONE,
) -> int:
    """Render the clips of a folder, and then each that arrives, as soon as it is whole.

    Takes all of render's options. Previews that are there are kept, so that a watch that was
    stopped goes on. A clip that fails is said once, and the others go on. Ctrl-C or SIGTERM ends
    it: with exit status 0 where nothing has failed, else 1.

    Examples:
      render watch inbox/ --preset draft -o previews/
      render watch /mnt/nas/dailies --fps 10,15 --report --new-only
      render watch inbox/ --preset a12-live --json
    """
    from render.cli.asked import asked
    from render.cli.cluster import executor_of

    if folder is None:
        raise UsageError("no folder given. Usage: render watch DIR [OPTIONS]")
    seconds = _seconds(settle)
    request, outputs = asked((folder,), words)
    with executor_of(words) as executor:
        return _watch(
            folder, request, outputs, executor, new_only=new_only, settle=seconds, json=words.json,
            debug=words.debug,
        )  # fmt: skip


def _seconds(word: str | None) -> float:
    from render.cli.read_request import seconds
    from render.watching.watch_folder import SETTLE

    if word is None:
        return SETTLE
    found = float(seconds("--settle", word))
    if found > _LONGEST:
        raise UsageError(f"--settle {word}: must be {_LONGEST} seconds at most")
    return found


def _watch(
    folder: Path,
    request: Request,
    outputs: Outputs,
    executor: Executor | None,
    *,
    new_only: bool,
    settle: float,
    json: bool,
    debug: bool,
) -> int:
    from render.cli.count import waiting
    from render.cli.show_watch import ShowWatch
    from render.cli.signals import heed, welcome
    from render.cli.user_settings import in_force
    from render.watching.watch_folder import watch_folder

    command = ("render", "watch", *in_force().words, *sys.argv[2:])
    events = watch_folder(
        folder, request, outputs, new_only=new_only, settle=settle, command=command,
        executor=executor,
    )  # fmt: skip
    show: ShowWatch = ShowWatch(json=json, debug=debug, on=outputs.on)
    with contextlib.closing(show):
        try:
            # Whatever ends us: what is half-written goes, what is done is recorded.
            with contextlib.closing(events):
                with waiting(f"looking at {folder.name or folder}"):
                    first = next(events)
                show.event(first)
                for event in events:
                    heed()
                    show.event(event)
        except KeyboardInterrupt:
            if not show.began:
                raise
            welcome()
    return show.finish()

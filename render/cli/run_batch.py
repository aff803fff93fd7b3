"""``render --manifest``: a manifest's rows, each a sweep of its own."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from render.errors import UsageError

if TYPE_CHECKING:
    from render.batching.row import Row
    from render.cli.options import RenderOptions
    from render.execution.executor import Executor
    from render.sweeping.outputs import Outputs


def run_batch(
    manifest: str,
    words: RenderOptions,
    *,
    at_once: str | None,
    dry_run: bool,
) -> int:
    """Render the rows of ``manifest``, or say what would be; the exit status. Raises UsageError (a
    ManifestError is one) for what cannot be done, before anything is."""
    from render.batching.batch import AT_ONCE
    from render.cli.cache_folder import cache_folder
    from render.cli.cluster import executor_of
    from render.cli.count import waiting
    from render.cli.manifest_rows import read_rows
    from render.cli.output_place import output_place
    from render.planning.plan import PREVIEWS
    from render.storage.fetching import fetched
    from render.storage.url import Url, place_of

    place, number = place_of(manifest), AT_ONCE if at_once is None else _number(at_once)
    name = place.name
    with waiting(f"reading {name}"):
        file = fetched(place, cache_folder()) if isinstance(place, Url) else place
        rows, outputs = read_rows(file, words, place)
    output = output_place(words.output, cache_folder()).output or PREVIEWS
    if dry_run:
        from render.cli.batch_dry_run import show_batch_plan

        return show_batch_plan(name, rows, output, outputs, at_once=number, json=words.json)
    # Only now: starting workers takes a while.
    with executor_of(words) as executor:
        return _batch(name, rows, output, outputs, executor, words, at_once=number)


def _number(word: str) -> int:
    from render.batching.batch import MOST_AT_ONCE

    if not word.isascii() or not word.isdigit() or not 1 <= int(word[:9]) <= MOST_AT_ONCE:
        raise UsageError(f"--at-once {word!r}: must be a whole number from 1 to {MOST_AT_ONCE}")
    return int(word)


def _batch(
    title: str,
    rows: tuple[Row, ...],
    output: Path,
    outputs: Outputs,
    executor: Executor | None,
    words: RenderOptions,
    *,
    at_once: int,
) -> int:
    from render.batching.batch import batch
    from render.cli.show_batch import ShowBatch
    from render.cli.signals import heed
    from render.cli.user_settings import in_force
    from render.storage.url import without_secrets

    command = ("render", *map(without_secrets, (*in_force().words, *sys.argv[1:])))
    events = batch(rows, output, outputs, at_once=at_once, executor=executor, command=command)
    show = ShowBatch(title, json=words.json, debug=words.debug)
    with contextlib.closing(show):
        try:
            # Whatever ends us, also a signal: what is half-written goes, what is done is recorded.
            with contextlib.closing(events):
                for event in events:
                    heed()
                    show.event(event)
        except KeyboardInterrupt:
            show.stopped()
            raise
    return show.finish()

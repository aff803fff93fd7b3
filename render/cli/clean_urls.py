"""What is kept on this machine of URLs: fetched clips, and outputs that have gone there."""

from __future__ import annotations

from pathlib import Path

from render.cli.events_json import line
from render.cli.output import put, say
from render.cli.words import amount
from render.storage.clip_cache import clips_kept, forget_clips
from render.storage.published import kept_outputs


def clean_urls(cache: Path, *, dry_run: bool, json: bool) -> int:
    """Remove it, but for what a run is at work on and what has not gone to its URL; how many bytes
    went. Raises OutputError."""
    use = clips_kept(cache)
    total = 0
    if use.entries:
        kept = not dry_run and not forget_clips(cache)
        words = "1 fetched clip" if use.entries == 1 else f"{use.entries} fetched clips"
        _tell("clips", use.folder, words, use.bytes, _outcome(dry_run, kept and "in use"), json)
        total += 0 if kept else use.bytes
    for outputs in kept_outputs(cache):
        words = f"outputs of {outputs.url}"
        why = "" if dry_run else outputs.remove()
        _tell("outputs", outputs.folder, words, outputs.bytes, _outcome(dry_run, why), json)
        total += 0 if why else outputs.bytes
    return total


def _outcome(dry_run: bool, why: str | bool) -> str:
    return "" if dry_run else f"stays: {why}" if why else "removed"


def _tell(event: str, folder: Path, words: str, size: int, outcome: str, json: bool) -> None:
    if json:
        removed = outcome == "removed"
        put(line(event, path=str(folder), about=words, bytes=size, removed=removed))
        return
    said = f"{folder}: {words}, {amount(size)}"
    say(f"{said}: {outcome}" if outcome else said)

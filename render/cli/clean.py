"""``render clean DIR``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.cache_folder import cache_folder
from render.cli.output_place import output_place
from render.errors import UsageError
from render.storage.url import without_secrets

if TYPE_CHECKING:
    from pathlib import Path

    from render.compare.packed.copy_store import KeptCopies
    from render.execution.abandoned import Abandoned


def clean(
    folder: Annotated[
        str | None, Parameter(name="DIR", help="A folder of previews, or the URL that they go to.")
    ] = None,
    /,
    *,
    cache: Annotated[
        bool,
        Parameter(
            help="Empty the cache instead, with clips and outputs of URLs; also read from "
            "RENDER_CACHE where it is."
        ),
    ] = False,
    dry_run: Annotated[bool, Parameter(help="Only say what would go.")] = False,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """Remove what runs that never came to their end have left in DIR, and what packed reports keep;
    or what render keeps for later runs.

    It says what and how much first. Previews, results and reports stay, and what another run is
    working on; an interrupted command that is given again then begins anew. Light copies of packed
    reports are made again when they are needed.

    Examples:
      render clean previews --dry-run    what there is
      render clean previews              remove it
      render clean --cache               empty the cache: it fills again as it is needed
    """
    if cache:
        if folder is not None:
            raise UsageError(f"{folder}: --cache is about the cache alone; leave one of them out")
        return _empty(dry_run=dry_run, json=json)
    if folder is None:
        raise UsageError("no folder given. Usage: render clean DIR, or render clean --cache")
    place = output_place(folder, cache_folder()).output
    if place is None or not place.is_dir():
        raise UsageError(f"{without_secrets(folder)}: there is no such folder here")
    return _clear(place, dry_run=dry_run, json=json)


def _clear(folder: Path, *, dry_run: bool, json: bool) -> int:
    from render.cli.events_json import line
    from render.cli.output import put, say
    from render.cli.words import amount
    from render.compare.packed.copy_store import find_copies
    from render.execution.abandoned import find_abandoned
    from render.files.temporary import clear_dead

    found = find_abandoned(folder)
    copies = find_copies(folder)
    for one in found:
        put(_abandoned(one, json=json))
    if copies is not None:
        put(_copies(copies, json=json))
    removed = 0
    if not dry_run:
        removed = clear_dead(folder).removed
        for one in found:
            one.remove()
        if copies is not None:
            copies.remove()
    total = sum(one.bytes for one in found)
    if json:
        facts = {"previews": len(found), "bytes": total}
        put(line("done", **facts, removed=not dry_run, exit_status=0))
        return 0
    previews = "1 unfinished preview" if len(found) == 1 else f"{len(found)} unfinished previews"
    said = [f"{previews}, {amount(total)}"] if found else []
    if copies is not None:
        said.append(f"light copies, {amount(copies.bytes)}")
    if removed:
        said.append(f"{removed} temporary file" + ("" if removed == 1 else "s"))
    if not said:
        say(f"{folder}: nothing was left there by runs that did not come to their end")
    else:
        say(f"{folder}: {', and '.join(said)}" + ("" if dry_run else ": removed"))
    return 0


def _empty(*, dry_run: bool, json: bool) -> int:
    from render.cli.clean_urls import clean_urls
    from render.cli.events_json import line
    from render.cli.output import put, say
    from render.cli.words import amount
    from render.files.cache import cache_use, empty_cache

    use = cache_use(cache_folder())
    of_urls = clean_urls(use.folder, dry_run=dry_run, json=json)
    if not dry_run:
        empty_cache(use.folder)
    if json:
        put(line("cache", path=str(use.folder), entries=use.entries, bytes=use.bytes))
        put(line("done", bytes=use.bytes + of_urls, removed=not dry_run, exit_status=0))
    elif not use.entries and of_urls:
        return 0
    elif not use.entries:
        say(f"{use.folder}: the cache is empty")
    else:
        entries = "1 entry" if use.entries == 1 else f"{use.entries} entries"
        said = f"{use.folder}: {entries}, {amount(use.bytes)}"
        say(said if dry_run else f"{said}: removed")
    return 0


def _abandoned(one: Abandoned, *, json: bool) -> str:
    from render.cli.events_json import line
    from render.cli.words import amount

    name = one.folder.name if one.preview is None else one.preview.name
    if json:
        preview = None if one.preview is None else name
        facts = {"segments": one.segments, "bytes": one.bytes}
        return line("abandoned", path=str(one.folder), preview=preview, **facts)
    parts = "1 part" if one.segments == 1 else f"{one.segments} parts"
    return f"{name}: {parts}, {amount(one.bytes)}"


def _copies(copies: KeptCopies, *, json: bool) -> str:
    from render.cli.events_json import line
    from render.cli.words import amount

    if json:
        facts = {"copies": copies.copies, "bytes": copies.bytes}
        return line("copies", path=str(copies.folder), **facts)
    return f"light copies of a packed report: {copies.copies}, {amount(copies.bytes)}"

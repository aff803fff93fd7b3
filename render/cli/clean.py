"""``render clean DIR``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from render.errors import UsageError


def clean(
    folder: Annotated[Path, Parameter(name="DIR", help="A folder of previews.")],
    *,
    dry_run: Annotated[bool, Parameter(help="Only say what would go.")] = False,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """Remove what runs that never came to their end have left in DIR.

    It says what and how much first. Previews, results and reports stay, and what another run is
    working on; an interrupted command that is given again then begins anew.

    Examples:
      render clean previews --dry-run    what there is
      render clean previews              remove it
    """
    from render.cli.events_json import line
    from render.cli.output import put, say
    from render.cli.words import amount
    from render.execution.abandoned import find_abandoned
    from render.files.temporary import clear_dead

    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder")
    found = find_abandoned(folder)
    for one in found:
        name = one.folder.name if one.preview is None else one.preview.name
        if json:
            preview = None if one.preview is None else name
            facts = {"segments": one.segments, "bytes": one.bytes}
            put(line("abandoned", path=str(one.folder), preview=preview, **facts))
        else:
            parts = "1 part" if one.segments == 1 else f"{one.segments} parts"
            put(f"{name}: {parts}, {amount(one.bytes)}")
    removed = 0
    if not dry_run:
        removed = clear_dead(folder).removed
        for one in found:
            one.remove()
    total = sum(one.bytes for one in found)
    if json:
        facts = {"previews": len(found), "bytes": total}
        put(line("done", **facts, removed=not dry_run, exit_status=0))
        return 0
    previews = "1 unfinished preview" if len(found) == 1 else f"{len(found)} unfinished previews"
    said = f"{previews}, {amount(total)}"
    if removed:
        said += f", and {removed} temporary file" + ("" if removed == 1 else "s")
    if not found and not removed:
        said = "nothing was left there by runs that did not come to their end"
    elif not dry_run:
        said += ": removed"
    say(f"{folder}: {said}")
    return 0

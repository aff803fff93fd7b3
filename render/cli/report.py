"""``render report``: the page of a folder's previews."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from render.errors import UsageError


def report(
    folder: Annotated[
        Path | None, Parameter(help="What a sweep wrote: previews and their results.json.")
    ] = None,
    /,
    *,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Write a folder's report anew: index.html beside the previews, for any browser, from disk.

    A sweep writes it itself with --report; this is for one that did not, or for a newer page.
    """
    from render.cli.count import waiting
    from render.cli.output import put
    from render.compare.report.page import write_report
    from render.results.results import load

    if folder is None:
        raise UsageError("no folder given. Usage: render report DIR")
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; name the one that the sweep wrote into")
    with waiting("writing the page"):
        written = write_report(load(folder), folder)
    put(str(written))
    return 0

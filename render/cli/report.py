"""``render report``: the page of a folder's previews, there or to be sent."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.errors import UsageError

if TYPE_CHECKING:
    from render.compare.packed.copies import PackPart


def report(
    folder: Annotated[
        Path | None, Parameter(help="What a sweep wrote: previews and their results.json.")
    ] = None,
    /,
    *,
    pack: Annotated[
        str | None,
        Parameter(
            help="Write the report to be sent instead: a zip with the page and light copies of the "
            "previews and the clip, which opens where it is unpacked."
        ),
        ShownAs("FILE.zip"),
    ] = None,
    single: Annotated[
        str | None,
        Parameter(
            help="The same as one page that holds its videos; for a few short ones, up to 50 MB."
        ),
        ShownAs("FILE.html"),
    ] = None,
    with_: Annotated[
        str | None,
        Parameter(
            name="--with",
            help="What else goes into the zip: grids, sheets. Small sheets always do.",
        ),
        ShownAs("PART[,…]"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite what exists.")] = False,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Write a folder's report anew: index.html beside the previews, for any browser, from disk.

    A sweep writes it itself with --report; this is for one that did not, or for a newer page, or
    for one to send.

    Examples:
      render report sweep                          sweep/index.html
      render report sweep --pack sweep.zip         for a mail or a drive: about a tenth as large
      render report sweep --single sweep.html      one file to open
    """
    if folder is None:
        raise UsageError("no folder given. Usage: render report DIR")
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; name the one that the sweep wrote into")
    path, also = _asked(pack, single, with_)
    if path is None:
        if force:
            raise UsageError("--force: is for --pack and --single; the page is always written anew")
        return _write_here(folder, json=json)
    return _send(folder, path, also, force=force, json=json, debug=debug)


def _asked(
    pack: str | None, single: str | None, with_: str | None
) -> tuple[Path | None, tuple[PackPart, ...]]:
    """Where to write what is sent, None where nothing is, and what goes along."""
    from render.cli.ranges import words
    from render.compare.packed.copies import PackPart
    from render.files.names import given

    if pack is not None and single is not None:
        raise UsageError("--pack and --single: one at a time; the second one is quick")
    if with_ is not None and pack is None:
        raise UsageError(f"--with {with_}: is for --pack FILE.zip")
    for option, text, suffix in (("--pack", pack, ".zip"), ("--single", single, ".html")):
        if text is None:
            continue
        path = given(text, option)
        if path.suffix.lower() != suffix:
            raise UsageError(f"{option} {text}: name a file that ends in {suffix}")
        try:
            return path, tuple(map(PackPart, [] if with_ is None else words("with", with_)))
        except ValueError:
            known = ", ".join(PackPart)
            raise UsageError(f"--with {with_}: knows {known}") from None
    return None, ()


def _write_here(folder: Path, *, json: bool) -> int:
    from render.cli.count import waiting
    from render.cli.events_json import line
    from render.cli.output import put
    from render.compare.report.page import write_report
    from render.results.results import load

    with waiting("writing the page"):
        path = write_report(load(folder), folder)
    if json:
        put(line("report", path=str(path), kept=False))
        put(line("done", exit_status=0))
    else:
        put(str(path))
    return 0


def _send(
    folder: Path, path: Path, also: tuple[PackPart, ...], *, force: bool, json: bool, debug: bool
) -> int:
    from render.cli.show_pack import ShowPack
    from render.cli.user_settings import chosen_ffmpeg
    from render.compare.packed.pack_report import pack_report
    from render.media.ffmpeg import find_ffmpeg

    found = find_ffmpeg(chosen_ffmpeg())
    # Closed whatever ends us, also a signal: what is half-written goes then.
    with contextlib.closing(ShowPack(json=json, debug=debug)) as show:
        events = pack_report(folder, path, also=also, ffmpeg=found, force=force)
        with contextlib.closing(events):
            for event in events:
                show.event(event)
        return show.finish()

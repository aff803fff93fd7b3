"""``render devices import`` and ``render devices forget``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.defaults import DEFAULTS
from render.errors import UsageError

if TYPE_CHECKING:
    from render.devices.importing import ImportedTimings


def import_timings(
    file: Annotated[Path | None, Parameter(help="The phone's timings, a .json file.")] = None,
    /,
    *,
    as_name: Annotated[
        str | None,
        Parameter(name="--as", help="The device that they belong to, known or new."),
        ShownAs("NAME", "the one whose model or name the file says"),
    ] = None,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Keep timings of a real phone with its device.

    The form of the file is described in docs/timings.md. Timings outrank what is published: of a
    network and size that was measured, that is the estimate; three or more with the same compute
    units are fitted, for all other networks and sizes. Those of the same device, network, size,
    compute units and system are replaced.
    """
    from render.cli.devices_folder import devices_folder
    from render.cli.output import labelled, put, say
    from render.devices.importing import import_measurements
    from render.networks.spec import NetworkSpec
    from render.target import Size

    if file is None:
        raise UsageError("no file given. Usage: render devices import FILE [--as NAME]")
    usual = (NetworkSpec.parse(DEFAULTS.network), Size.parse(DEFAULTS.size))
    done = import_measurements(file, devices_folder(), as_name, [usual])
    for note in done.notes:
        say(labelled("warning", note, sys.stderr))
    for line in _said(done):
        say(line)
    put(str(done.kept))
    return 0


def _said(done: ImportedTimings) -> Iterator[str]:
    from render.cli.devices import span
    from render.cli.devices_show import fit_lines
    from render.cli.output import safe
    from render.cli.table import table

    counts = [f"{done.added} added", *([f"{done.replaced} replaced"] if done.replaced else [])]
    name = safe(done.profile.name)
    yield f"{name}: {', '.join(counts)}, {len(done.profile.measurements)} in all"
    rows = [
        [after.network, str(after.size), span(before), span(after)]
        for before, after in done.changes
    ]
    yield from table(["network", "size", "before (ms)", "after (ms)"], rows)
    yield from fit_lines(done.profile)


def forget(
    device: Annotated[str | None, Parameter(help="The device, by any of its names.")] = None,
    /,
    *,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Remove the timings that were imported for a device.

    What comes with render stays; a device that is known by timings alone is gone.
    """
    from render.cli.devices_folder import devices_folder
    from render.cli.output import safe, say
    from render.devices.profile import load_profile
    from render.devices.shelf import forget as remove

    if device is None:
        raise UsageError("no device given. Usage: render devices forget NAME")
    folder = devices_folder()
    profile = load_profile(device, folder)
    count = remove(folder, profile.name)
    if not count:
        raise UsageError(f"{profile.name}: no timings of it have been imported")
    say(f"{safe(profile.name)}: {count} timing{'s' if count != 1 else ''} forgotten")
    return 0

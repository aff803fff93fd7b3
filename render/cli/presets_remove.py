"""``render presets remove``: a preset of the user's goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.errors import UsageError

if TYPE_CHECKING:
    from render.presets.preset_library import KnownPreset


def remove(
    name: Annotated[str | None, Parameter(help="The preset's name.")] = None,
    /,
    *,
    yes: Annotated[bool, Parameter(help="Do not ask; without a terminal nobody is asked.")] = False,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """Remove a preset of yours: its file, or all that a bundle brought.

    One that comes with render stays.
    """
    from render.cli.confirm import can_ask, confirmed
    from render.cli.events_json import line
    from render.cli.output import put, say
    from render.cli.presets_folder import presets_folder
    from render.presets.preset_file import is_preset_file
    from render.presets.preset_library import find_preset
    from render.presets.removal import place_of, remove_preset

    if name is None:
        raise UsageError("no preset given. Usage: render presets remove NAME")
    folder = presets_folder()
    if is_preset_file(name):
        raise UsageError(f"{name}: is a file; this takes the name of a preset in {folder}")
    found = find_preset(name, folder)
    place = place_of(found)
    if can_ask() and not confirmed(_question(place, found), yes=yes):
        say(f"{place}: stays")
        if json:
            put(line("done", removed=0, exit_status=0))
        return 0
    removed = remove_preset(found)
    after = _after(name, folder)
    if json:
        now = None if after is None else str(after.path)
        put(line("removed", name=name, path=str(removed), now=now))
        put(line("done", removed=1, exit_status=0))
        return 0
    put(str(removed))
    if after is not None:
        say(f"{name} is now the preset of {after.path}")
    return 0


def _question(place: Path, found: KnownPreset) -> str:
    what = "with all that its bundle brought" if found.origin.value == "installed" else "for good"
    return f"Remove {place} {what}?"


def _after(name: str, folder: Path) -> KnownPreset | None:
    """What the name stands for from now on, if anything."""
    from render.errors import PresetError
    from render.presets.preset_library import find_preset

    try:
        return find_preset(name, folder)
    except PresetError:
        return None

"""``render presets``: the list, and the commands below it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from render.errors import UsageError

if TYPE_CHECKING:
    from render.presets.preset_library import KnownPreset

COMMANDS = {
    "install": ("render.cli.presets_install:install", "A preset from a bundle that was sent."),
    "pack": ("render.cli.presets_pack:pack", "A preset with all that it needs, in one file."),
    "list": ("render.cli.presets:list_known", "All presets, and where they come from."),
    "show": ("render.cli.presets_show:show", "What a preset asks for, and why."),
    "check": (
        "render.cli.presets_check:check",
        "Everything wrong with a preset, and what would not work elsewhere.",
    ),
    "diff": ("render.cli.presets_diff:diff", "What two presets differ in."),
    "remove": ("render.cli.presets_remove:remove", "Remove a preset of yours."),
    "schema": ("render.cli.presets_schema:schema", "Print the format as JSON Schema."),
}


def presets(
    *words: Annotated[str, Parameter(show=False)],
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """The presets that come with render, and yours.

    Use one with `render clip.mp4 --preset NAME`, or write your own: copy a shipped file into the
    folder of your presets (RENDER_PRESETS, or `presets` in your settings of render), and change
    what you like. Its file's name is the preset's. A file elsewhere is used by its path.
    """
    if words:
        raise UsageError(_mistyped(words[0]))
    return list_known(json=json)


def list_known(
    *,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """All presets by name: where each comes from, and which of one name is taken."""
    from render.cli.output import put
    from render.cli.presets_folder import presets_folder
    from render.presets.preset_library import known_presets

    found = known_presets(presets_folder())
    if json:
        from render.cli.events_json import line

        for one in found:
            put(line("preset", **facts(one)))
        put(line("done", presets=len(found), exit_status=0))
        return 0
    for text in _list(found):
        put(text)
    return 0


def facts(one: KnownPreset) -> dict[str, Any]:
    """JSON types. ``preset`` is null, and ``error`` says why, where the file cannot be read."""
    return {
        "name": one.name,
        "path": str(one.path),
        "origin": one.origin.value,
        "hidden_by": None if one.hidden_by is None else str(one.hidden_by),
        "preset": None if one.preset is None else one.preset.as_dict(),
        "error": None if one.error is None else str(one.error),
        "notes": list(one.notes),
    }


ORIGINS = {"shipped": "render", "own": "you", "installed": "a bundle"}
WHOSE = {"shipped": "render's", "own": "yours", "installed": "the bundle's"}
_NAMES = 24  # columns, at most


def _list(found: tuple[KnownPreset, ...]) -> Iterator[str]:
    from render.cli.output import safe
    from render.cli.paragraph import paragraph

    whose = {one.path: WHOSE[one.origin.value] for one in found}
    hidden: dict[Path, list[str]] = {}
    for one in found:
        if one.hidden_by is not None:
            hidden.setdefault(one.hidden_by, []).append(whose[one.path])
    width = max(4, *(len(safe(one.name)) for one in found if len(safe(one.name)) <= _NAMES))
    yield f"{'NAME':<{width}}  {'FROM':<8}  DESCRIPTION"
    for one in found:
        name, origin = safe(one.name), ORIGINS[one.origin.value]
        if len(name) > width:
            yield from paragraph(name, whole=False)
            name = ""
        lead = f"{name:<{width}}  {origin:<8}  "
        rest = " " * len(lead)
        yield from paragraph(_about(one), lead, rest, whole=False)
        if one.hidden_by is not None:
            yield from paragraph(f"(hidden by {whose[one.hidden_by]})", rest)
        if one.path in hidden:
            yield from paragraph(f"(hides {' and '.join(hidden[one.path])})", rest)


def _about(one: KnownPreset) -> str:
    if one.preset is None:
        said = "" if one.error is None else one.error.message
        return f"broken: {said.removeprefix(f'{one.path}: ')}"
    return one.preset.description or summary(one)


def summary(one: KnownPreset) -> str:
    """What it asks for, where it does not describe itself."""
    if one.preset is None:
        return ""
    aim, style = one.preset.target(), one.preset.style
    rate = "the clip's rate" if aim.rate.fps is None else f"{aim.rate} fps"
    return ", ".join(filter(None, (rate, str(aim.size), aim.network, Path(style).name)))


def _mistyped(word: str) -> str:
    """What may have been meant by a word after `render presets` that is no command."""
    from render.cli.presets_folder import presets_folder
    from render.nearest import nearest
    from render.presets.preset_library import known_presets

    names = [one.name for one in known_presets(presets_folder())]
    if word in names or word.endswith(".toml"):
        return f"{word}: is a preset, not a command; did you mean `render presets show {word}`?"
    if close := nearest(word, COMMANDS):
        return f"{word}: no such command; did you mean `render presets {close}`?"
    return f"{word}: no such command or preset; `render presets` lists them"


app = App(name="presets", default_command=presets, help_flags=[], version_flags=[])
for _name, (_path, _about_it) in COMMANDS.items():
    app.command(_path, name=_name, help=_about_it)

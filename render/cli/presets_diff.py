"""``render presets diff``: what two presets differ in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.errors import UsageError

if TYPE_CHECKING:
    from render.presets.differences import PresetComparison


def diff(
    first: Annotated[
        str | None, Parameter(name="A", help="A preset's name, or a .toml file.")
    ] = None,
    second: Annotated[str | None, Parameter(name="B", help="Another.")] = None,
    /,
    *,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """What two presets differ in, key by key; `same` where they ask for the same.

    Of styles that are files it says whether the weights differ, by SHA-256: two files of the same
    weights are no difference, wherever they lie. The exit status is 0 either way.
    """
    from render.cli.output import put
    from render.cli.presets_folder import preset_of
    from render.presets.differences import compare_presets

    if first is None or second is None:
        raise UsageError("two presets are needed. Usage: render presets diff NAME|FILE NAME|FILE")
    found = compare_presets(preset_of(first), preset_of(second))
    same = not found.differences
    if json:
        from render.cli.events_json import line

        for each in found.differences:
            put(line("difference", **asdict(each)))
        if found.weights is not None:
            put(line("weights", **asdict(found.weights), same=found.weights.same))
        told = {"differences": len(found.differences), "same": same, "unread": found.unread or None}
        put(line("done", **told, exit_status=0))
        return 0
    for text in _page(first, second, found):
        put(text)
    return 0


def _page(first: str, second: str, found: PresetComparison) -> Iterator[str]:
    from render.cli.output import safe
    from render.cli.paragraph import paragraph

    if found.differences:
        width = max(len(safe(each.key)) for each in found.differences)
        yield from paragraph(f"{first} → {second}", " " * (width + 2))
        for each in found.differences:
            lead = f"{safe(each.key):<{width}}  "
            said = (_worded(each.key, held) for held in (each.first, each.second))
            yield from paragraph(" → ".join(said), lead)
    else:
        yield "same"
    if found.weights is not None:
        same = found.weights.same
        yield f"the styles' weights {'are the same' if same else 'differ'} (SHA-256):"
        for digest in dict.fromkeys((found.weights.first, found.weights.second)):
            yield f"  {digest}"
    elif found.unread:
        yield from paragraph(f"whether the styles' weights differ is not known: {found.unread}")


def _worded(key: str, value: object) -> str:
    if value is None:
        return "(the style's own)" if key == "network" else "(none)"
    return "; ".join(map(str, value)) or "(none)" if isinstance(value, list) else str(value)

"""``render presets check``: everything wrong with presets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.errors import UsageError

if TYPE_CHECKING:
    from render.presets.findings import PresetFindings


def check(
    *presets: Annotated[str, Parameter(help="Presets by name, or .toml files.")],
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """Say everything that is wrong with presets, and what would not work on another computer.

    The style is read whole, weights too. The exit status is 1 where one cannot be used.

    Examples:
      render presets check live.toml
      render presets check mine/*.toml --json
    """
    from render.cli.events_json import line
    from render.cli.output import put
    from render.cli.signals import heed

    if not presets:
        raise UsageError(
            "no preset given. Usage: render presets check NAME|FILE [NAME|FILE ...]; "
            "`render presets` lists them"
        )
    broken = 0
    for name in presets:
        heed()
        path, found = _checked(name)
        broken += bool(found.problems)
        if json:
            facts = {
                "name": name,
                "path": None if path is None else str(path),
                "problems": list(found.problems),
                "elsewhere": list(found.elsewhere),
                "notes": list(found.notes),
            }
            put(line("check", **facts))
            continue
        for text in _page(name, found):
            put(text)
    status = min(broken, 1)
    if json:
        put(line("done", presets=len(presets), broken=broken, exit_status=status))
    return status


def _checked(name: str) -> tuple[Path | None, PresetFindings]:
    """Its file, and what there is to say of it; a name that is none is a problem too."""
    from render.cli.presets_folder import presets_folder
    from render.errors import PresetError
    from render.presets.findings import PresetFindings, check_preset
    from render.presets.preset_file import is_preset_file
    from render.presets.preset_library import find_preset

    try:
        path = Path(name) if is_preset_file(name) else find_preset(name, presets_folder()).path
    except PresetError as error:
        return None, PresetFindings((str(error),))
    return path, check_preset(path, _read_whole)


def _read_whole(style: Path) -> None:
    """Its weights too, as before rendering."""
    from render.networks.weights import read_weights

    read_weights(style)


def _page(name: str, found: PresetFindings) -> Iterator[str]:
    from render.cli.paragraph import paragraph

    many = len(found.problems)
    said = "fine" if not many else "1 problem" if many == 1 else f"{many} problems"
    if found.elsewhere and not many:
        said = "fine here"
    yield from paragraph(f"{name}: {said}")
    for text in found.problems:
        yield from paragraph(text, "  ", "    ")
    for text in found.notes:
        yield from paragraph(f"note: {text}", "  ", "    ")
    for text in found.elsewhere:
        yield from paragraph(f"elsewhere: {text}", "  ", "    ")

"""``render styles show``: one style's metadata, settings and figures."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.defaults import DEFAULTS
from render.errors import UsageError

if TYPE_CHECKING:
    from render.networks.catalogue import FoundStyle

_WORDS = ("style", "licence", "author", "trained_on")
_WIDTHS = (60, 100)


def show(
    style: Annotated[
        str | None, Parameter(help="A style's name, or a .safetensors file (./show, for instance).")
    ] = None,
    /,
    *,
    network: Annotated[
        str | None,
        Parameter(help="Only this network's file.", allow_leading_hyphen=True),
        ShownAs("NAME", "all of the style's"),
    ] = None,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """All that a style file says of itself, and what its networks cost.

    The weights are checked as before rendering. Of a name,
    all its networks, with their figures in one table.
    """
    from render.cli.foreign_style import at_hand
    from render.cli.output import put
    from render.networks.catalogue import find_networks, find_style
    from render.networks.weights import read_weights

    if style is None:
        raise UsageError(
            "no style given. Usage: render styles show NAME|FILE; `render styles` lists them"
        )
    style = at_hand(style)
    found = find_networks(style) if network is None else [find_style(style, network)]
    for path, _ in found:
        read_weights(path)  # what could not be rendered is not shown either
    if json:
        from render.cli.events_json import line, style_line

        for path, metadata in found:
            put(style_line(path, metadata))
        put(line("done", styles=len(found), exit_status=0))
        return 0
    for text in _page(found):
        put(text)
    return 0


def _page(found: Sequence[FoundStyle]) -> Iterator[str]:
    from render.cli.output import safe

    columns = shutil.get_terminal_size().columns - 1
    width = max(_WIDTHS[0], min(_WIDTHS[1], columns))
    first = found[0].metadata
    yield safe(first.title or first.style)
    if painted := ", ".join(word for word in (first.artist, first.year) if word):
        yield safe(painted)
    yield ""
    words = {
        f.metadata.network: {key: getattr(f.metadata, key) or "not said" for key in _WORDS}
        for f in found
    }
    yield from _facts(words, width)
    place = found[0].path if len(found) == 1 else found[0].path.parent
    yield f"  {'file' if len(found) == 1 else 'files in':<18}{safe(str(place))}"  # whole, to copy
    yield ""
    yield from _figures(found, columns if sys.stdout.isatty() else sys.maxsize)
    yield f"MACs are multiply-adds for one picture of {DEFAULTS.size}."
    yield ""
    yield "Training"
    settings = {f.metadata.network: _flat(f.metadata.settings) for f in found}
    if not any(settings.values()):
        yield "  the file says nothing of it"
    yield from _facts(settings, width)


def _facts(said: Mapping[str, Mapping[str, str]], width: int) -> Iterator[str]:
    """What all networks' files say alike, once; what differs, a line for each network."""
    keys = dict.fromkeys(key for facts in said.values() for key in facts)
    for key in keys:
        values = [facts.get(key, "-") for facts in said.values()]
        if len(set(values)) == 1:
            yield from _row(_spaced(key), values[0], width)
            continue
        for number, (network, value) in enumerate(zip(said, values, strict=True)):
            label = "" if number else _spaced(key)
            yield from _row(label, f"{network}: {value}", width)


def _row(label: str, text: str, width: int) -> Iterator[str]:
    from render.cli.output import safe

    lead = f"  {safe(label):<18}"
    lines = textwrap.wrap(
        safe(text), width - len(lead), break_long_words=False, break_on_hyphens=False
    )
    yield lead + (lines[0] if lines else "")
    for line in lines[1:]:
        yield " " * len(lead) + line


def _figures(found: Sequence[FoundStyle], columns: int) -> Iterator[str]:
    """A row a network. What is too wide for ``columns`` goes on in a table below."""
    from render.cli.table import table
    from render.target import Size

    size = Size.parse(DEFAULTS.size)
    measured = [_flat(f.metadata.measured) for f in found]
    keys = list(dict.fromkeys(key for figures in measured for key in figures))
    header = ["network", "params (M)", "MACs (G)", "file (MB)", *map(_spaced, keys)]
    rows = []
    for (path, metadata), figures in zip(found, measured, strict=True):
        spec = metadata.spec
        cost = [spec.parameters() / 1e6, spec.macs(size) / 1e9, path.stat().st_size / 1e6]
        plain = [f"{number:.3g}" if number < 100 else f"{number:.0f}" for number in cost]
        rows.append([spec.name, *plain, *(figures.get(key, "-") for key in keys)])
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for block in _blocks(widths, columns):
        picked = [[row[i] for i in block] for row in rows]
        yield from table([header[i] for i in block], picked, right=range(1, len(block)))
        yield ""


def _blocks(widths: Sequence[int], columns: int) -> Iterator[list[int]]:
    """The columns' numbers in groups that fit beside the first column, which heads each."""
    block = [0]
    for i in range(1, len(widths)):
        if len(block) > 1 and sum(widths[j] + 2 for j in [*block, i]) - 2 > columns:
            yield block
            block = [0]
        block.append(i)
    yield block


def _flat(values: Mapping[str, Any], lead: str = "") -> dict[str, str]:
    """One level of keys, and values in words."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{lead}{key}.")
        else:
            flat[f"{lead}{key}"] = _worded(value)
    return flat


def _worded(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_worded, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value)


def _spaced(key: str) -> str:
    return key.replace("_", " ")

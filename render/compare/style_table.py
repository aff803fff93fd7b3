"""Which style files meet on a sheet: a row a style, a column a network. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from render.errors import StyleError
from render.networks.catalogue import FoundStyle, find_networks, list_styles
from render.networks.spec import NetworkSpec
from render.target import Size

StyleRow: TypeAlias = dict[str, FoundStyle]
"""One style's files by their network's short name; never empty."""


def rows_and_columns(
    styles: Sequence[str] | None, networks: Sequence[NetworkSpec] | None, size: Size
) -> tuple[list[StyleRow], list[NetworkSpec]]:
    """The styles (names and files; None: all that are shipped), and the networks (None: all that
    these have), from the costliest at ``size`` to the cheapest.

    Files of one style share a row; two of one network begin another. Raises StyleError
    as ``find_style`` does, and when no style has any of the networks.
    """
    found = list_styles() if styles is None else [f for s in styles for f in find_networks(s)]
    rows: list[StyleRow] = []
    for style in {f.path: f for f in found}.values():
        network = style.metadata.network
        row = next((r for r in rows if _is_of(r, style) and network not in r), None)
        if row is None:
            rows.append(row := {})
        row[network] = style
    there = {f.metadata.network: f.metadata.spec for f in found}
    wanted = there
    if networks is not None:
        wanted = {spec.name: spec for spec in networks}
    if not there:
        raise StyleError("no style comes with this render; name .safetensors files with --style")
    if not wanted.keys() & there.keys():
        raise StyleError(
            f"no style here has a file for {', '.join(wanted)}, only for {', '.join(there)}"
        )
    return rows, sorted(wanted.values(), key=lambda spec: spec.macs(size), reverse=True)


def _is_of(row: StyleRow, style: FoundStyle) -> bool:
    return next(iter(row.values())).metadata.style == style.metadata.style

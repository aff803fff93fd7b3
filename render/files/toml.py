"""TOML files that people write by hand: read with limits, told what is wrong with them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from render.errors import RenderError
from render.files.limits import check_dotted, check_outline, check_values, short
from render.files.small import read_text

_MANY = 20_000
# Strings of all four forms, and comments. One that is not closed ends with its line, or the file.
_STRING = re.compile(
    r'"""[\s\S]*?(?:"{3,5}|\Z)'
    r"|'''[\s\S]*?(?:'{3,5}|\Z)"
    r'|"[^"\n]*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+"
)


def read_toml(
    path: Path, label: str, what: str, most: int, error: type[RenderError]
) -> dict[str, Any]:
    """The file's keys. ``label`` is its name and ``what`` its kind in messages, ``most`` bytes are
    read. Numbers are as they are written, NaN too. Raises ``error``."""
    return parse_toml(read_text(path, f"{what} file (.toml)", most, error), label, error)


def parse_toml(text: str, label: str, error: type[RenderError]) -> dict[str, Any]:
    """As `read_toml`, of a text that is in hand."""
    try:
        outline = _outline(text)
        check_outline(outline, _MANY)
        check_dotted(outline)
        data = tomllib.loads(text)
    # tomllib has an error of its own, but leaves Python's to numbers and dates.
    except (ValueError, RecursionError) as problem:
        raise error(f"{label}: is not valid TOML: {problem}") from None
    try:
        check_values(data, numbers=False)
    except ValueError as problem:
        raise error(f"{label}: {problem}") from None
    return data


def _outline(text: str) -> str:
    # With every escaped backslash and quote gone, the next quote ends a string; in strings without
    # escapes that takes nothing away that ends them.
    plain = text.replace("\\\\", "_").replace('\\"', "_")
    return _STRING.sub(lambda found: "" if found[0][0] == "#" else '""', plain)


def check_schema(
    data: Mapping[str, object], label: str, newest: int, error: type[RenderError]
) -> None:
    """Raises ``error`` unless ``schema`` is there and at most ``newest``."""
    if "schema" not in data:
        raise error(f"{label}: `schema`: is missing; write `schema = {newest}`")
    schema = data["schema"]
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise error(f"{label}: `schema`: {short(schema)} is no version; write `schema = {newest}`")
    if schema > newest:
        raise error(
            f"{label}: written for a newer render: schema {schema}, this one reads {newest}; "
            "upgrade render"
        )

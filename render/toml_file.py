"""TOML files that people write by hand: read with a limit, told what is wrong with them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from render.errors import UsageError
from render.small_file import read_small


def read_toml(
    path: Path, label: str, what: str, most: int, error: type[UsageError]
) -> dict[str, Any]:
    """The file's keys. ``label`` is its name and ``what`` its kind in messages, ``most`` bytes are
    read. Raises ``error``."""
    try:
        return tomllib.loads(_text(path, what, most, error))
    except tomllib.TOMLDecodeError as problem:
        raise error(f"{label}: is not valid TOML: {problem}") from None
    except RecursionError:
        raise error(f"{label}: is not valid TOML: nested too deeply") from None


def _text(path: Path, what: str, most: int, error: type[UsageError]) -> str:
    data = read_small(path, f"{what} file (.toml)", most, error)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error(f"{path}: is not UTF-8 text (at byte {problem.start})") from None


def check_schema(
    data: Mapping[str, object], label: str, newest: int, error: type[UsageError]
) -> None:
    """Raises ``error`` unless ``schema`` is there and at most ``newest``."""
    if "schema" not in data:
        raise error(f"{label}: `schema`: is missing; write `schema = {newest}`")
    schema = data["schema"]
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise error(f"{label}: `schema`: {schema!r} is no version; write `schema = {newest}`")
    if schema > newest:
        raise error(
            f"{label}: written for a newer render: schema {schema}, this one reads {newest}; "
            "upgrade render"
        )

"""JSON that people hand over: read with limits, told what is wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from render.errors import RenderError
from render.files.limits import KEY, MANY, check_outline, check_values
from render.files.small import read_text

_STRING = re.compile(r'"[^"]*"?')


def read_json(
    path: Path,
    what: str,
    most: int,
    error: type[RenderError],
    *,
    many: int = MANY,
    broken: str = "is no JSON: {why}",
    absent: str | None = None,
) -> Any:
    """What the file holds. ``what`` is its kind in messages, ``most`` its bytes and ``many`` its
    objects and lists; ``broken`` and ``absent`` are what is said where it cannot be parsed, and
    where there is none. Raises ``error``."""
    text = read_text(path, what, most, error, absent=absent)
    try:
        return parse_json(text, many)
    except ValueError as problem:
        raise error(f"{path}: {broken.format(why=problem)}") from None


def parse_json(text: object, many: int = MANY, *, numbers: bool = True) -> Any:
    """What a text holds. Without ``numbers``, NaN and infinities are let through, as Python writes
    them, to readers for whom they mean something. Raises ValueError, whatever is wrong."""
    if not isinstance(text, str):
        raise ValueError("is no text")  # noqa: TRY004 - one error for whatever is wrong
    # With every escaped backslash and quote gone, the next quote ends a string.
    plain = text.replace("\\\\", "_").replace('\\"', "_")
    check_outline(_STRING.sub('""', plain), many)
    constant = _no_number if numbers else float
    data = json.loads(text, parse_constant=constant, object_pairs_hook=_object)
    check_values(data, numbers=numbers)
    return data


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise ValueError(f"`{counts.most_common(1)[0][0][:KEY]}` is there twice")
    return found

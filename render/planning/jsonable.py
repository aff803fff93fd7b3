"""Frozen dataclasses as JSON types."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.errors import RenderError
from render.networks.spec import NetworkSpec
from render.storage.url import Url
from render.target import Size


def jsonable(value: Any) -> Any:
    """``value`` of numbers, text, lists and dicts. Fractions, paths, sizes and networks are
    text, and so are URLs, as they may be shown."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction | Path | Url | Size | NetworkSpec):
        return str(value)
    if isinstance(value, RenderError):
        return {"kind": value.kind, "message": str(value)}
    if is_dataclass(value):
        return {f.name: jsonable(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [jsonable(v) for v in value]
    return value

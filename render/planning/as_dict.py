"""A plan as JSON types and back: what ``--dry-run --json`` prints, what another machine gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from render import errors
from render.errors import RenderError, UsageError
from render.networks.spec import NetworkSpec
from render.planning.jsonable import jsonable
from render.planning.plan import Plan
from render.storage.url import Place, Url, place_of
from render.target import Size


def plan_as_dict(plan: Plan) -> dict[str, object]:
    """The plan as JSON types: exactly what runs. Fractions, paths, sizes and networks are
    strings."""
    result = jsonable(plan)
    assert isinstance(result, dict)
    return result


def plan_from_dict(data: Mapping[str, object]) -> Plan:
    """The plan that `plan_as_dict` wrote. Raises UsageError for what it did not write."""
    try:
        plan = _typed(data, Plan)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise UsageError(f"this is no plan of this version of render: {error!r}") from error
    assert isinstance(plan, Plan)
    return plan


def _typed(value: Any, kind: Any) -> Any:
    """``value``, of JSON's types, as ``kind``, the annotation of a field."""
    if kind in _SPECIAL:
        return None if value is None else _SPECIAL[kind](value)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in get_args(kind):
            return None
        (one,) = [each for each in get_args(kind) if each is not NoneType]
        return _typed(value, one)
    if origin is tuple:
        return _tuple(value, get_args(kind))
    return _made(value, kind) if is_dataclass(kind) else _plain(value, kind)


def _made(value: Any, kind: Any) -> Any:
    hints = get_type_hints(kind)
    return kind(**{f.name: _typed(value[f.name], hints[f.name]) for f in fields(kind)})


def _plain(value: Any, kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum | Fraction | Path):
        return kind(value)
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _tuple(value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_typed(item, kinds[0]) for item in value)
    return tuple(_typed(item, kind) for item, kind in zip(value, kinds, strict=True))


def _error(value: Any) -> RenderError:
    every = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, RenderError)]
    found = next((e for e in every if e.kind == value["kind"]), RenderError)
    return found(value["message"])


_SPECIAL: dict[object, Callable[[Any], object]] = {
    Size: Size.parse,
    NetworkSpec: NetworkSpec.parse,
    RenderError: _error,
    Url: Url,
    Place: place_of,
}
"""What is not made of its fields."""

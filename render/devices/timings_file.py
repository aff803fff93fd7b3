"""Files of a real phone's timings, small JSON: read, and told what is wrong with them.

The form is described in ``docs/timings.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from render.devices.measurements import Measurement
from render.errors import UsageError
from render.files.json import read_json
from render.files.limits import short
from render.files.problems import problems

SCHEMA = 1
KIND = "render-timings"
MAX_BYTES = 16 << 20
_ABOUT_PHONE = ("device", "name", "os")
_OF_FILE = ("schema", "kind", "profile")
_KEYS = tuple(Measurement.model_fields)


def load_measurements(path: Path) -> tuple[Measurement, ...]:
    """All that the file holds, at least one. Raises UsageError naming file, measurement and key."""
    data = read_timings(path)
    if "measurements" not in data:
        if "kind" in data or "schema" in data:
            _check_kind(path, data)
        flat = {key: value for key, value in data.items() if key not in _OF_FILE}
        return (_measurement(f"{path}", flat),)
    _check_kind(path, data)
    for key in data:
        if key not in (*_OF_FILE, *_ABOUT_PHONE, "measurements"):
            raise UsageError(f"{path}: `{key}`: belongs to a measurement, or is unknown")
    listed = data["measurements"]
    if not isinstance(listed, list) or not listed:
        raise UsageError(f"{path}: `measurements`: must be a list of at least one measurement")
    phone = {key: data[key] for key in _ABOUT_PHONE if key in data}
    found: dict[tuple[object, ...], int] = {}
    result = []
    for number, one in enumerate(listed, start=1):
        where = f"{path}: measurement {number}"
        if not isinstance(one, dict):
            raise UsageError(f"{where}: {short(one)} is no object with `network`, `size`, …")
        result.append(_measurement(where, phone | one))
        if found.setdefault(result[-1].key, number) != number:
            raise UsageError(
                f"{where}: is measurement {found[result[-1].key]} again: same network, size, units "
                "and os"
            )
    return tuple(result)


def read_timings(path: Path) -> dict[str, Any]:
    """The file's object. Raises UsageError."""
    data = read_json(path, "file of timings", MAX_BYTES, UsageError)
    if not isinstance(data, dict):
        raise UsageError(f"{path}: holds no JSON object; see docs/timings.md for the form")
    return data


def _check_kind(path: Path, data: dict[str, Any]) -> None:
    kind, schema = data.get("kind", KIND), data.get("schema", 0)
    if kind != KIND:
        raise UsageError(f'{path}: `kind`: is {short(kind)}; a file of timings says "{KIND}"')
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise UsageError(f'{path}: `schema`: is missing or no version; write "schema": {SCHEMA}')
    if schema > SCHEMA:
        raise UsageError(
            f"{path}: written for a newer render: schema {schema}, this one reads {SCHEMA}; "
            "upgrade render"
        )


def _measurement(where: str, data: dict[str, Any]) -> Measurement:
    try:
        return Measurement.model_validate(data)
    except ValidationError as error:
        raise UsageError(f"{where}: {problems(error, _label, _KEYS)}") from None


def _label(key: str) -> str:
    return f"`{key}`" if key else "its figures"

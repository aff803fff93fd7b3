"""The user's measurements, one file a device: kept, replaced, forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from render.devices.measurements import Measurement
from render.devices.timings_file import KIND, MAX_BYTES, SCHEMA, load_measurements, read_timings
from render.errors import OutputError, UsageError
from render.files.atomic import whole
from render.files.names import file_name, inside

_NAME = re.compile(r"[\w][\w .,()+-]{0,59}")


def all_kept(folder: Path) -> dict[str, tuple[Measurement, ...]]:
    """By the device's name; nothing where there is no folder. Raises UsageError for a damaged
    file."""
    kept: dict[str, tuple[Measurement, ...]] = {}
    for path in _files(folder):
        try:
            name, measured = read_timings(path).get("profile"), load_measurements(path)
        except UsageError as error:
            raise UsageError(f"{error}; mend {path.name}, or move it away") from None
        if not isinstance(name, str) or not _NAME.fullmatch(name) or _file(folder, name) != path:
            raise UsageError(f"{path}: is no file of kept timings; move it away, and import it")
        kept[name] = measured
    return kept


def keep(
    folder: Path, name: str, measured: Iterable[Measurement], *, most: int = MAX_BYTES
) -> tuple[Path, int, int]:
    """Add them to the device's file, whole or not at all; what has the same device, network, size,
    units and os is replaced. The file, how many were added, and how many replaced.

    Raises UsageError for a name that cannot be one and for more than ``most`` bytes, OutputError.
    """
    path = _file(folder, name)
    old = {m.key: m for m in load_measurements(path)} if path.exists() else {}
    new = {m.key: m for m in measured}
    replaced = len(old.keys() & new.keys())
    # A measurement a line.
    head = json.dumps({"schema": SCHEMA, "kind": KIND, "profile": name})
    lines = ",\n".join(json.dumps(m.as_dict(), allow_nan=False) for m in (old | new).values())
    text = f'{head[:-1]}, "measurements": [\n{lines}\n]}}\n'
    if len(text) > most:
        raise UsageError(f"{path}: would be over {most >> 20} MiB; leave out `latencies_ms`")
    with whole(path, OutputError) as temporary:
        temporary.write_text(text, encoding="ascii")
    return path, len(new) - replaced, replaced


def forget(folder: Path, name: str) -> int:
    """Remove the device's measurements; how many they were. Raises OutputError."""
    path = _file(folder, name)
    if not path.exists():
        return 0
    count = len(load_measurements(path))
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror})") from None
    return count


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.json"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no name that a folder can have"
        raise UsageError(f"{folder}: cannot be read: {reason}") from None


def _file(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"device {name!r}: a name has 1 to 60 letters, digits, spaces or .,()+-_ and begins "
            "with a letter or digit"
        )
    return inside(folder, file_name([name.casefold().replace(" ", "-")], ".json"))

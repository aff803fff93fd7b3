"""``render __names KIND``: names that a shell completes, one a line.

Asked at every Tab, so it is answered before the command line is read, from file names alone.
"""

from __future__ import annotations

import contextlib
import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

COMMAND = "__names"


def names(kind: str) -> list[str]:
    """In order, each once; nothing for a kind that there is not."""
    return sorted(set(KINDS[kind]())) if kind in KINDS else []


def put_names(kinds: Sequence[str]) -> None:
    """To stdout. What cannot be read now has no names: a Tab is no place for an error."""
    for kind in kinds:
        with contextlib.suppress(OSError, ValueError, KeyError):
            print(*names(kind), sep="\n")


def _presets() -> Iterator[str]:
    from render.resources import presets_dir

    for folder in (presets_dir(), _own("RENDER_PRESETS", "presets")):
        yield from (path.stem for path in folder.glob("*.toml"))


def _styles() -> Iterator[str]:
    yield from (style for style, _ in _shipped_styles())


def _networks() -> Iterator[str]:
    yield from (network for _, network in _shipped_styles())


def _shipped_styles() -> Iterator[tuple[str, str]]:
    from render.resources import presets_dir

    for path in (presets_dir() / "styles").glob("*.*.safetensors"):
        style, network = path.stem.rsplit(".", 1)
        yield style, network


def _devices() -> Iterator[str]:
    from render import resources

    for path in (Path(resources.__file__).parent / "devices/profiles").glob("*.toml"):
        yield tomllib.loads(path.read_text(encoding="utf-8"))["name"]


def _own(variable: str, folder: str) -> Path:
    if named := os.environ.get(variable):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("render") / folder


KINDS = {"presets": _presets, "styles": _styles, "networks": _networks, "devices": _devices}

"""``render __names KIND``: names that a shell completes, one a line.

Asked at every Tab, so it is answered before the command line is read, from file names alone.
"""

from __future__ import annotations

import contextlib
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
    from render.cli.presets_folder import presets_folder
    from render.resources import presets_dir

    own = presets_folder()
    for folder in (presets_dir(), own):
        yield from (path.stem for path in folder.glob("*.toml"))
    yield from (path.parent.name for path in own.glob("*/preset.toml"))


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


KINDS = {"presets": _presets, "styles": _styles, "networks": _networks, "devices": _devices}

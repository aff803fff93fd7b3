"""The user's settings file: where it lies, what it may say, and what it says."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.cli.commands import COMMANDS
from render.errors import UsageError

MAX_BYTES = 64 * 1024
NONE = "none"
"""What ``RENDER_CONFIG`` says for no file."""
# fmt: off
KEYS = (
    "fps", "size", "style", "network", "upscale", "upscaler", "strength", "preset", "orient", "fit",
    "strict", "report", "metrics", "on", "play-on", "output", "crf", "encoder", "audio", "device",
    "engine", "ffmpeg",
)
"""Options of `render CLIP` that can be settings."""
_OF_ONE_RUN = (
    "at-once", "cells", "cols", "duration", "grid", "late", "latency", "manifest", "reference",
    "rows", "seed", "sheet", "source", "start", "sustained", "warm",
)
# fmt: on
OF_NO_FILE = ("debug", "dry-run", "force", "json", "resume")
"""Options of any command that would do harm, or make no sense, where nobody sees them."""
Values = dict[str, "str | bool"]
"""As the command line has them: a text, or whether a flag is set."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``tables`` are by command, as its words: `()` is `render CLIP`. ``path`` is None where
    ``RENDER_CONFIG`` asks for no file."""

    path: Path | None
    there: bool
    tables: Mapping[tuple[str, ...], Values]

    def as_dict(self) -> dict[str, str | bool]:
        """By `crf` or `bench.size`."""
        return {
            ".".join((*command, key)): value
            for command, table in self.tables.items()
            for key, value in table.items()
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        if self.path is None:
            yield "none: RENDER_CONFIG says so"
            return
        yield f"{self.path}{'' if self.there else ': not there; settings are as built in'}"
        for key, value in self.as_dict().items():
            yield f"  {key} = {str(value).lower() if isinstance(value, bool) else value}"
        if self.there and not self.tables:
            yield "  sets nothing"


def settings_path() -> Path | None:
    """``RENDER_CONFIG``, else `config.toml` in the user's settings of render; None for none."""
    named = os.environ.get("RENDER_CONFIG")
    if named:
        return None if named == NONE else Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("render") / "config.toml"


def user_settings() -> Settings:
    """What there is. Raises UsageError for a file that cannot be meant so, and for one that
    ``RENDER_CONFIG`` names and that is not there."""
    path = settings_path()
    if path is None:
        return Settings(None, False, {})
    if not os.path.lexists(path):
        if os.environ.get("RENDER_CONFIG"):
            raise UsageError(f"RENDER_CONFIG {path}: there is no such file")
        return Settings(path, False, {})
    return Settings(path, True, load_settings(path))


def load_settings(path: Path) -> dict[tuple[str, ...], Values]:
    """The file's settings. Raises UsageError naming file and key."""
    from render.files.toml import read_toml  # most people have no such file

    data = read_toml(path, str(path), "settings", MAX_BYTES, UsageError)
    tables: dict[tuple[str, ...], Values] = {}
    for command, key, value in _flat(data):
        name = ".".join((*command, key))
        if command and command[0] not in COMMANDS:
            raise UsageError(f"{path}: `{command[0]}`: {_unknown(command[0], COMMANDS)}")
        if key in OF_NO_FILE or (not command and key in _OF_ONE_RUN):
            raise UsageError(
                f"{path}: `{name}`: is of one run, and no setting; write --{key} where it is meant"
            )
        if not command and key not in KEYS:
            raise UsageError(f"{path}: `{name}`: {_unknown(key, KEYS)}")
        tables.setdefault(command, {})[key] = as_word(value, f"{path}: `{name}`")
    return tables


def _flat(
    data: Mapping[str, Any], command: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    for key, value in data.items():
        # A table of a key that is an option, say, is a wrong value.
        if isinstance(value, dict) and not (key in KEYS and not command) and len(command) < 2:
            yield from _flat(value, (*command, key))
        else:
            yield command, key, value


def _unknown(word: str, known: Iterable[str]) -> str:
    from render.files.problems import unknown_key

    return unknown_key(word, lambda key: f"`{key}`", known)


def as_word(value: object, where: str) -> str | bool:
    """A value of a file as the command line has it, lists with commas. Raises UsageError, which
    says ``where`` it is."""
    if isinstance(value, bool):
        return value
    words = value if isinstance(value, list) else [value]
    for word in words:
        if isinstance(word, bool) or not isinstance(word, str | int | float):
            from render.files.limits import short

            said = "write a text, a number, true, false, or a list of texts or numbers"
            raise UsageError(f"{where}: {short(word)}: {said}")
    text = ",".join(str(word).strip() for word in words)
    if not text:
        raise UsageError(f"{where}: is empty; leave the key out to get the default")
    return text

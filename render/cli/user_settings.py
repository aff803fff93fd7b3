"""The user's settings, put into a command line as the options that it leaves open.

Options win over a preset, that over settings, and those over what is built in. So all that follows
sees one command line, and what is recorded of a run is a command that does the same anywhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from render.cli.placed_word import placed_word
from render.cli.presets_folder import said_by_preset
from render.cli.settings_file import OF_NO_FILE, Settings, Values, user_settings
from render.errors import PresetError, UsageError

if TYPE_CHECKING:
    from cyclopts import App, Argument

# Of the machine, not of `render CLIP` alone.
_SHARED = ("device", "engine", "ffmpeg")
# They take what stands above all tables; `watch` also has a table, which wins over it.
_RENDERING: tuple[tuple[str, ...], ...] = ((), ("watch",))
# They are about settings, or need none.
_WITHOUT = (("config",), ("completion",))
# What a preset of `render export` says, and its options would win over.
_EXPORTED = (
    "fps", "size", "style", "network", "strength", "upscale", "no-upscale", "upscaler", "orient",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Applied:
    """What a command line got from the settings file."""

    path: Path | None = None
    values: tuple[tuple[str, str | bool], ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """As options."""
        return tuple(_word(key, value) for key, value in self.values if key != "ffmpeg")

    def __str__(self) -> str:
        return f"{self.path}: {' '.join(_word(key, value) for key, value in self.values)}"

    def explained(self, message: str) -> str:
        """An error's line with the file and the key, where it is about a value from there."""
        said = about_key(message, self.values)
        return message if said is None else f"{self.path}: {said}"


def about_key(message: str, values: Iterable[tuple[str, str | bool]]) -> str | None:
    """An error's line with the key of the file's value that it is about; None where it is about
    none of them."""
    for key, value in values:
        if said := re.match(rf"--{re.escape(key)}(?![\w-]):? ?", message):
            return f"`{key}`: {message[said.end() :]}"
        if isinstance(value, str) and not value[:1].isdigit() and _is_about(message, value):
            return f"`{key}`: {message}"
    return None


def _is_about(message: str, value: str) -> bool:
    return repr(value) in message or message.startswith(f"{value}: ")


def _word(key: str, value: str | bool) -> str:
    return f"--{key}" if value is True else f"--{key}={value}"


_IN_FORCE = [Applied()]


def in_force() -> Applied:
    """What the command that runs got from the settings file."""
    return _IN_FORCE[0]


def forget() -> None:
    """For the next command line of this process."""
    _IN_FORCE[0] = Applied()


def apply(app: App, tokens: Sequence[str], settings: Settings | None = None) -> list[str]:
    """``tokens`` with what the settings say for their command. Raises UsageError."""
    chain, command, _ = app.parse_commands(list(tokens))
    chain = tuple(chain)
    if chain in _WITHOUT or command[-1].default_command is None:
        return list(tokens)
    try:
        settings = user_settings() if settings is None else settings
    except UsageError:
        if chain == ("doctor",):  # which says it among the rest
            return list(tokens)
        raise
    if not settings.tables or settings.path is None:
        return list(tokens)
    with app.app_stack(list(chain)):
        found = [one for one in command[-1].assemble_argument_collection() if one.index is None]
    options = {name[2:]: one for one in found for name in one.names if name.startswith("--")}
    end = tokens.index("--") if "--" in tokens else len(tokens)
    given = {key for key, one in options.items() if _typed(one, tokens[:end])}
    values = _checked(settings, chain, options)
    if chain in _RENDERING:
        values = _beside_preset(values, tokens[:end], given, settings.path)
    left = tuple(
        (key, value)
        for key, value in values.items()
        if key not in given and value is not False and not (key == "ffmpeg" and _named_ffmpeg())
    )
    if left:
        _IN_FORCE[0] = Applied(settings.path, left)
    return [*tokens[: len(chain)], *in_force().words, *tokens[len(chain) :]]


def check(app: App, settings: Settings) -> None:
    """Every table, also of commands that are not run. Raises UsageError."""
    for chain in ((), *settings.tables):
        if app.parse_commands(list(chain))[0] != chain:
            raise UsageError(f"{settings.path}: `{'.'.join(chain)}`: there is no such command")
        apply(app, chain, settings)
    forget()


def chosen_ffmpeg(option: Path | None = None) -> Path | None:
    """The option's, else ``RENDER_FFMPEG``'s, else the settings'; None for render's own choice."""
    if option is not None:
        return option
    if named := _named_ffmpeg():
        return Path(named)
    found = dict(in_force().values).get("ffmpeg")
    return Path(found) if isinstance(found, str) else None


def _named_ffmpeg() -> str | None:
    return os.environ.get("RENDER_FFMPEG") or None


def _typed(option: Argument, words: Iterable[str]) -> bool:
    names = [*option.names, *(f"--no-{name[2:]}" for name in option.names if option.hint is bool)]
    return any(
        word == name or word.startswith(f"{name}=") for word in words for name in names
    ) or any(word.startswith(name) for word in words for name in names if len(name) == 2)


def _checked(settings: Settings, chain: tuple[str, ...], options: Mapping[str, Argument]) -> Values:
    """What the file says for a command, files in it made findable from anywhere."""
    assert settings.path is not None, "there are tables"
    values = dict(settings.tables.get(chain, {}))
    if chain:
        no = OF_NO_FILE if chain != ("export",) else (*OF_NO_FILE, *_EXPORTED)
        known = [key for key in options if key not in no]
        for key in values:
            if key not in known:
                from render.files.problems import unknown_key

                name = ".".join((*chain, key))
                said = unknown_key(key, lambda key: f"`{key}`", known)
                raise UsageError(f"{settings.path}: `{name}`: {said}")
        of_all = settings.tables.get((), {})
        shared = of_all
        if chain not in _RENDERING:
            shared = {key: of_all[key] for key in _SHARED if key in of_all}
        # Those without the option run ffmpeg too.
        values = {key: shared[key] for key in shared if key in (*options, "ffmpeg")} | values
    for key, value in values.items():
        flag = key in options and options[key].hint is bool
        if flag is not isinstance(value, bool):
            said = "write true or false" if flag else "write a text or a number"
            raise UsageError(f"{settings.path}: `{key}`: {value}: {said}")
        if isinstance(value, str):
            values[key] = placed_word(key, value, settings.path.parent)
    return values


def _beside_preset(
    values: Values, words: Sequence[str], given: Collection[str], path: Path
) -> Values:
    """Without what a preset says itself; and without a network beside a style file of the command
    line or the preset, which brings its own."""
    from render.presets.preset import is_style_file

    own = "preset" not in given
    name = values.get("preset") if own else _value_of("--preset", words)
    style = _value_of("--style", words) if "style" in given else None
    said: dict[str, object] = {}
    if isinstance(name, str):
        said = _said(name, path if own else None)
        style = style or str(said.get("style", ""))
    if "latency" in given:
        said["play-on"] = None
    # A device is chosen for by the figures.
    if "on" in given and values.get("metrics") == "none":
        said["metrics"] = None
    if _value_of("--metrics", words) == "none":
        said["on"] = None
    if style and any(map(is_style_file, style.split(","))):
        said["network"] = None
    return {key: value for key, value in values.items() if key not in said}


def _said(name: str, path: Path | None) -> dict[str, object]:
    try:
        return said_by_preset(name)
    except PresetError as error:
        if path is None:
            return {}  # the command says what is wrong with its own option
        raise UsageError(f"{path}: `preset`: {error.message}") from None


def _value_of(option: str, words: Sequence[str]) -> str | None:
    for place, word in enumerate(words):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and place + 1 < len(words):
            return words[place + 1]
    return None

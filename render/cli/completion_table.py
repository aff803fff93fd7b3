"""What a command line can go on with: read from the commands' own signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cyclopts import App, Argument

from render.cli.everywhere import EVERYWHERE
from render.cli.help import ShownAs, about, is_place, shown_as
from render.cli.shell_names import KINDS
from render.files.names import VIDEOS
from render.media.encoding import Encoder
from render.networks.foreign import SUFFIXES as FOREIGN
from render.target import Upscaling

_IMAGES = (".jpg", ".jpeg", ".png", ".webp")
_STYLES = (".safetensors", *FOREIGN)
ANY, FOLDERS = ("*",), ("/",)
SHELLS = ("bash", "zsh", "fish")

# What the help writes as NAME, and what names of a kind of our own there are.
_WORDS = {
    "encoder": tuple(one.value for one in Encoder),
    "upscaler": tuple(one.value for one in Upscaling),
    "rows": ("clip", "style", "network", "size", "upscale", "upscaler", "strength", "fps"),
}
_WORDS["cols"] = _WORDS["rows"]
_NAMES = {
    "preset": "presets", "style": "styles", "network": "networks", "baseline": "networks",
    "on": "devices", "play-on": "devices", "like": "devices",
}  # fmt: skip
_SUFFIXES = {"preset": (".toml",), "style": _STYLES, "on": (".toml",), "like": (".toml",)}


@dataclass(frozen=True, slots=True)
class Completions:
    """``names`` is what `render __names` is asked for; ``suffixes`` of files, `ANY` or `FOLDERS`;
    ``several`` come in a list with commas."""

    words: tuple[str, ...] = ()
    names: str = ""
    suffixes: tuple[str, ...] = ()
    several: bool = False


_CLIPS = Completions(suffixes=tuple(sorted(VIDEOS)))
_PICTURES = Completions(suffixes=_IMAGES)
_FOLDER = Completions(suffixes=FOLDERS)
# What stands by itself, by its name in the help; any file where nothing is said here.
_PLACES = {
    "clips": _CLIPS,
    "videos": _CLIPS,
    "paintings": _PICTURES,
    "picture": _PICTURES,
    "folder": _FOLDER,
    "dir": _FOLDER,
    "preset": Completions(names="presets", suffixes=(".toml",)),
    "style": Completions(names="styles", suffixes=_STYLES),
    "device": Completions(names="devices"),
    "shell": Completions(words=SHELLS),
}


@dataclass(frozen=True, slots=True)
class Option:
    """``values`` is None for a flag."""

    names: tuple[str, ...]
    about: str
    values: Completions | None


@dataclass(frozen=True, slots=True)
class Command:
    """``chain`` are its words, `()` is `render CLIP`; ``place`` is what stands there by itself."""

    chain: tuple[str, ...]
    about: str
    options: tuple[Option, ...]
    place: Completions = field(default_factory=Completions)


def commands(app: App, chain: tuple[str, ...] = ()) -> Iterator[Command]:
    """All there are, each before those below it."""
    command = app
    for name in chain:
        command = command[name]
    options = [Option(names, said, None) for names, said in EVERYWHERE]
    place = Completions()
    if command.default_command is not None:
        shown = shown_as(command.default_command)
        with app.app_stack(list(chain)):
            for argument in command.assemble_argument_collection():
                if not argument.show:
                    continue
                if is_place(argument):
                    place = _place(argument)
                else:
                    options.append(_option(argument, shown.get(argument.field_info.name)))
    yield Command(chain, about(app, chain), tuple(options), place)
    for name in command:
        if not name.startswith("-"):
            yield from commands(app, (*chain, name))


def _place(argument: Argument) -> Completions:
    name = argument.name.strip("-").lower()
    return _PLACES.get(name, Completions(suffixes=ANY))


def _option(argument: Argument, shown: ShownAs | None) -> Option:
    said = " ".join((argument.parameter.help or "").split())
    names = tuple(sorted(argument.names, key=len))
    if argument.hint is bool:
        return Option(names, said, None)
    key = names[-1].strip("-")
    form = shown.value if shown else ""
    several = form.endswith(",…]")
    parts = form.removesuffix("[,…]").split("|")
    words = tuple(part for part in parts if re.fullmatch(r"[a-z][a-z0-9-]*", part))
    suffixes: tuple[str, ...] = ()
    for part in parts:
        if part.startswith("FILE.") or (part == "FILE" and key in _SUFFIXES):
            suffixes += _SUFFIXES.get(key) or (part.removeprefix("FILE"),)
        elif part in ("FILE", "PATH"):
            suffixes += ANY
        elif part == "DIR" and not suffixes:
            suffixes += FOLDERS
    words += _WORDS.get(key, ())
    return Option(names, said, Completions(words, _NAMES.get(key, ""), suffixes, several))


def asked_names(found: Completions) -> str:
    """Checked: a kind that `render __names` knows."""
    assert not found.names or found.names in KINDS, found.names
    return found.names

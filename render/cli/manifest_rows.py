"""A manifest's rows, in the command line's words → rows of a batch.

A row's words win over the options beside `--manifest`, and what a row's own preset says does too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.batching.manifest_file import CLIP, Entry, read_manifest
from render.batching.row import Row
from render.batching.row_clip import clip_of
from render.cli.asked import asked
from render.cli.hints import explained
from render.cli.placed_word import placed_word
from render.cli.presets_folder import said_by_preset
from render.cli.settings_file import as_word
from render.cli.signals import heed
from render.cli.user_settings import about_key
from render.errors import ManifestError, PresetError, RenderError, UsageError
from render.planning.plan import check_request
from render.planning.probing import as_given
from render.storage.url import Place, Url, without_secrets

if TYPE_CHECKING:
    from render.cli.options import RenderOptions
    from render.planning.request import Request
    from render.sweeping.outputs import Outputs

KEYS = (
    *("fps", "size", "style", "network", "upscale", "upscaler", "strength", "preset", "cells"),
    *("orient", "fit", "start", "duration", "strict"),
    *("play-on", "latency", "sustained", "warm", "late", "seed"),
    *("crf", "encoder", "audio"),
)
"""Options that a row may have; all others are of the whole run."""
_FLAG = "strict"
_FLAGS = {"true": True, "false": False}
_PLAYED = ("play-on", "latency")


def read_rows(
    manifest: Path, words: RenderOptions, place: Place | None = None
) -> tuple[tuple[Row, ...], Outputs]:
    """The rows of a manifest, and what is made of all their previews. ``place`` is where it lies as
    people are told, if not at ``manifest``. Raises ManifestError, and UsageError for what the
    options ask for by themselves."""
    try:
        entries = read_manifest(manifest, KEYS)
    except ManifestError as error:
        raise as_given(error, manifest, place or manifest) from error.__cause__
    reader = _Reader(manifest, words, place or manifest)
    rows = []
    for entry in entries:
        heed()
        rows.append(reader.row(entry))
    # Of the whole run: the same for every row.
    of_rows: dict[str, Any] = {_field(key): None for key in KEYS if key != _FLAG}
    _, outputs = asked((), replace(words, **of_rows))
    return tuple(rows), outputs


class _Reader:
    def __init__(self, manifest: Path, words: RenderOptions, place: Place) -> None:
        self._manifest, self._words, self._place = manifest, words, place
        # Most rows ask for the same.
        self._known: dict[RenderOptions, Request | RenderError] = {}
        self._said: dict[str, dict[str, object] | PresetError] = {}

    def row(self, entry: Entry) -> Row:
        """Raises UsageError where the options beside the manifest are wrong by themselves."""
        where, written = f"{self._place}:{entry.line}", without_secrets(entry.clip)
        if entry.error is not None:
            return Row(where, entry.error, written)
        # Of a manifest at a URL clips are beside it, and all other files here.
        at_url = isinstance(self._place, Url)
        folder = Path() if at_url else self._manifest.parent
        beside = self._place.folder if isinstance(self._place, Url) else folder
        values: dict[str, str | bool] = {}
        try:
            clip = clip_of(entry.clip, beside)
            for key, value in entry.values.items():
                if key != CLIP:
                    values[key] = _word(key, value, folder)
            found = self._asked(values)
        except RenderError as error:
            return Row(where, _of_row(error, values), written)
        if isinstance(found, RenderError):
            if not values:
                raise found
            return Row(where, _of_row(found, values), written)
        return Row(where, replace(found, clips=(clip,)), written, _own(entry))

    def _asked(self, values: Mapping[str, str | bool]) -> Request | RenderError:
        words = self._with(values)
        if words not in self._known:
            try:
                request, _ = asked((), words)
                if not values:  # what is wrong with it is so for all rows that say nothing
                    check_request(replace(request, clips=(self._manifest,)))
                self._known[words] = request
            except RenderError as error:
                self._known[words] = error
        return self._known[words]

    def _with(self, values: Mapping[str, str | bool]) -> RenderOptions:
        """The options beside the manifest, under those of the row."""
        given: dict[str, Any] = {_field(key): value for key, value in values.items()}
        if "cells" in given:
            given["cells"] = Path(given["cells"])
        open_: set[str] = set()
        style: object = values.get("style")
        if isinstance(preset := values.get("preset"), str):
            said = self._preset(preset)
            open_ |= said.keys()
            style = style or said.get("style")
        if any(key in values for key in _PLAYED):
            open_ |= {*_PLAYED}
        # It brings its own network.
        if isinstance(style, str) and _is_file(style):
            open_.add("network")
        fields = {_field(key): None for key in KEYS if key in open_}
        return replace(self._words, **(fields | given))

    def _preset(self, name: str) -> dict[str, object]:
        if name not in self._said:
            try:
                self._said[name] = said_by_preset(name)
            except PresetError as error:
                self._said[name] = error
        found = self._said[name]
        if isinstance(found, PresetError):
            raise found
        return found


def _field(key: str) -> str:
    return key.replace("-", "_")


def _own(entry: Entry) -> tuple[str, ...]:
    """A row's own options as it writes them, in one order."""
    found = entry.values
    return tuple(f"{key}={as_word(found[key], key)}" for key in KEYS if key in found)


def _word(key: str, value: object, folder: Path) -> str | bool:
    word = as_word(value, f"`{key}`")
    if key == _FLAG and isinstance(word, str):
        if word.lower() not in _FLAGS:
            raise UsageError(f"`{key}`: {word}: write true or false")
        word = _FLAGS[word.lower()]
    if isinstance(word, bool):
        if key != _FLAG:
            raise UsageError(f"`{key}`: {str(word).lower()}: write a text or a number")
        return word
    return placed_word(key, word, folder)


def _of_row(error: RenderError, values: Mapping[str, str | bool]) -> RenderError:
    """In the words of a manifest: keys, not options."""
    said = explained(error)
    return type(error)(about_key(said, values.items()) or said)


def _is_file(styles: str) -> bool:
    from render.presets.preset import is_style_file

    return any(map(is_style_file, styles.split(",")))

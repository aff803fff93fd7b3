"""Results → ``index.html``: data, style and code in one file, with nothing from outside.

What the page shows is built in the browser from the data, as text, so no name can become markup.
The data stands in a script element as JSON whose every ``<`` is written ``\\u003c``: nothing in it
ends the element. Besides, the page's own policy lets no other script run than the one written here.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render.choice.choice_file import load_if_current
from render.compare.metrics.comparisons import without_self_comparisons
from render.compare.metrics.metric import Metric
from render.compare.metrics.metric_list import METRICS
from render.compare.report.described import described
from render.compare.report.portable import without_folders
from render.compare.report.preview_marks import marked
from render.errors import OutputError
from render.files.atomic import whole
from render.files.names import file_exists
from render.files.small import opened
from render.results.results import Results

NAME = "index.html"
_MARK = '<meta name="generator" content="render">'

# In this order; each uses only what stands before it until the last one starts them all.
_SCRIPTS = (
    "data.js",
    "all_clips.js",
    "dom.js",
    "sent.js",
    "clock.js",
    "player.js",
    "matrix.js",
    "wipe.js",
    "views.js",
    "fullscreen.js",
    "votes.js",
    "blind.js",
    "table.js",
    "frontier.js",
    "choice.js",
    "scale.js",
    "chart.js",
    "about.js",
    "filter.js",
    "notes_file.js",
    "notes.js",
    "keys.js",
    "fragment.js",
    "main.js",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """How a page that is sent differs from the folder's own.

    Attributes: files: as the page's data name them. about: what it says of its copies.
    media: where its policy lets videos come from. held: videos that are in the page, as markup.
    """

    files: Mapping[str, Mapping[str, Any]]
    about: Mapping[str, Any]
    media: str
    held: str = ""


def write_report(results: Results, folder: Path, metrics: Sequence[Metric] = METRICS) -> Path:
    """Write the page of ``results`` into ``folder``, where its previews are; its path. Of their
    figures it shows the ``metrics``.

    Raises OutputError when it cannot be written, or when another's index.html is in its place.
    """
    path = folder / NAME
    if path.exists() and not is_ours(path):
        raise OutputError(f"{path}: is no report of render's; move it, or use another folder")
    with whole(path, OutputError) as temporary:
        temporary.write_bytes(build(results, folder, metrics).encode("utf-8", "replace"))
    return path


def build(
    results: Results,
    folder: Path,
    metrics: Sequence[Metric] = METRICS,
    sent: Sent | None = None,
) -> str:
    """The page's text. The same results and files give the same text."""
    results = without_self_comparisons(results, metrics)
    names = ", ".join(dict.fromkeys(clip.name for clip in results.clips))
    choice = load_if_current(results, folder)
    script = "\n".join(["(() => {", '"use strict";', *map(_part, _SCRIPTS), "})();"])
    told = results.as_dict() | described(results, choice, metrics) | {"choice": choice}
    files = {
        "files": _files(results, folder) if sent is None else sent.files,
        "copy": None if sent is None else sent.about,
    }
    parts = {
        "mark": _MARK,
        "media": "'self' file:" if sent is None else sent.media,
        "held": "" if sent is None else sent.held,
        "title": html.escape(names or "render"),
        "hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "style": _part("report.css"),
        "data": _embedded(without_folders(told, results, folder) | marked(results) | files),
        "script": script,
    }
    # In one pass: what is put in is not looked at again.
    pieces = _part("page.html").split("@@")
    return "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def _embedded(data: dict[str, Any]) -> str:
    return json.dumps(finite(data), allow_nan=False).replace("<", "\\u003c")


def finite(value: Any) -> Any:
    """Without the NaNs and infinities that JSON has no words for: those are not measured."""
    if isinstance(value, Mapping):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _files(results: Results, folder: Path) -> dict[str, dict[str, Any]]:
    """Each file that the page speaks of, by its name: its address from the page, and whether it is
    there. Names are bytes on disk, which addresses keep. An address starts with ``./``, so that no
    name can lead to another machine."""
    sources = [clip.preview for clip in results.clips if clip.preview]
    names = [*(cell.id for cell in results.cells), *sources, *results.grids, *results.sheets]
    return {
        name: {"url": f"./{quote(os.fsencode(name))}", "there": file_exists(folder / name)}
        for name in names
    }


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def is_ours(path: Path) -> bool:
    """Whether a page is a report that render wrote. Raises OutputError when it cannot be read."""
    try:
        with opened(path) as file:
            return _MARK.encode() in file.read(4096)
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error

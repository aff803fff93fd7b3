"""The hand-off folder: the model, its proof, its preset, and an app that shows it live."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from render.errors import OutputError
from render.export.canonical import digest, size_of
from render.export.handoff import index_page, report_json
from render.export.handoff.example_pictures import save, shown
from render.export.handoff.handoff import Handoff
from render.export.handoff.readme import readme
from render.files.atomic import whole_tree
from render.files.json import read_json
from render.files.names import inside

_INSIDE = Path("LiveFilter/Sources/LiveFilter/Model")
"""Where the app finds the model and what is said of it."""
_MAX_REPORT = 16 << 20
_LEFT_BY_XCODE = ("Package.resolved",)


def check_folder(folder: Path, *, force: bool) -> None:
    """Raise the OutputError of a folder that must stay as it is, before any work.

    Of ours it is written anew with ``force``; one that also holds what is not ours never is.
    """
    place = folder.resolve()
    try:
        if not place.exists() or (place.is_dir() and not any(place.iterdir())):
            return
        listed = _listed(place)
        if listed is None:
            raise OutputError(f"{folder}: is there and no hand-off of render's; choose another")
        if foreign := _foreign(place, listed):
            raise OutputError(
                f"{folder}: holds {foreign}, which is not render's; move it, or choose another"
            )
    except OSError as error:
        raise OutputError(f"{folder}: cannot be read ({error.strerror or error})") from error
    if not force:
        raise OutputError(f"{folder}: exists already; --force writes it anew")


def write_handoff(handoff: Handoff, folder: Path, *, force: bool = False) -> Path:
    """Write the folder; its path. It is there whole or not at all, and an earlier one stays until
    then. Raises OutputError."""
    check_folder(folder, force=force)
    with whole_tree(folder, OutputError) as place:
        place.mkdir()
        _copy(handoff.model, place / handoff.model.name)
        _live(handoff, place)
        _pictures(handoff, place)
        _preset(handoff, place)
        text = index_page.build(handoff, size_of(handoff.model), digest(handoff.model))
        # A name may hold what is no character; it is shown as a question mark.
        (place / index_page.NAME).write_bytes(text.encode("utf-8", "replace"))
        (place / "README.md").write_bytes(readme(handoff).encode("utf-8", "replace"))
        said = report_json.report(handoff, sorted(_files(place)))
        told = json.dumps(said, indent=1, allow_nan=False)
        (place / report_json.NAME).write_text(told + "\n", encoding="ascii")
    return folder


def _live(handoff: Handoff, place: Path) -> None:
    """The package and the app; the model inside has a name of its own, which no code repeats."""
    _copy_tree(resources.files(__package__).joinpath("template"), place)
    inside = place / _INSIDE
    inside.mkdir()
    name = f"filter{handoff.model.suffix}"
    _copy(handoff.model, inside / name)
    facts = {
        "schema": 1,
        "title": handoff.title,
        "model": name,
        "sha256": digest(handoff.model),
        "network": handoff.network,
        "size": str(handoff.painted),
        "fps": float(handoff.fps),
        "context": handoff.context,
    }
    # Swift refuses what is no character, where Python would write it.
    text = json.dumps(facts, indent=1, ensure_ascii=False).encode("utf-8", "replace")
    (inside / "filter.json").write_bytes(text + b"\n")


def _pictures(handoff: Handoff, place: Path) -> None:
    (place / "pictures").mkdir()
    for number, shot in enumerate(handoff.shots, 1):
        for one in shown(shot):
            save(one.picture, place / one.file(number))


def _preset(handoff: Handoff, place: Path) -> None:
    if handoff.style_file and handoff.style_name:
        shutil.copyfile(handoff.style_file, inside(place, handoff.style_name))
    text = handoff.travelling_preset.to_toml()
    inside(place, handoff.preset_name).write_text(text, encoding="utf-8")


def _copy(model: Path, place: Path) -> None:
    if model.is_dir():
        shutil.copytree(model, place)
    else:
        shutil.copyfile(model, place)


def _copy_tree(source: Traversable, place: Path) -> None:
    """Into a folder that is there, without what a system or an editor left beside the files."""
    for each in source.iterdir():
        if each.name.startswith((".", "__pycache__")):
            continue
        if each.is_dir():
            (place / each.name).mkdir()
            _copy_tree(each, place / each.name)
        else:
            (place / each.name).write_bytes(each.read_bytes())


def _files(place: Path) -> Iterator[str]:
    """All in the folder, from its top, but what is hidden: systems and editors put that there."""
    for path in place.rglob("*"):
        inner = path.relative_to(place)
        if not path.is_dir() and not any(part.startswith(".") for part in inner.parts):
            yield inner.as_posix()


def _listed(place: Path) -> set[str] | None:
    """What a hand-off says that it holds; None where there is none."""
    try:
        data: Any = read_json(place / report_json.NAME, "report", _MAX_REPORT, OutputError)
        if data["kind"] != report_json.KIND:
            return None
        return {str(name) for name in data["files"]} | {report_json.NAME}
    except (OutputError, KeyError, TypeError):
        return None


def _foreign(place: Path, listed: set[str]) -> str | None:
    """The first file that is not ours."""
    found = (name for name in _files(place) if Path(name).name not in _LEFT_BY_XCODE)
    return min((name for name in found if name not in listed), default=None)

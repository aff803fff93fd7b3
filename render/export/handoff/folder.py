"""The hand-off folder: the model, its proof, its preset, and an app around it."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from render.errors import OutputError
from render.export.handoff.page import UNCHECKED, build
from render.export.run import Exported
from render.export.target import ExportTarget
from render.preset import Preset, is_style_file
from render.record import versions

SCHEMA = 1
_APP = "LiveFilter.swiftpm"
_REPORT = "report.json"
_KIND = "render-handoff"


def check_folder(folder: Path, *, force: bool) -> None:
    """Raise the OutputError of a folder that is there and not ours, before any work."""
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not _is_ours(folder)):
        raise OutputError(f"{folder}: is there and no hand-off of render's; choose another place")
    if any(folder.iterdir()) and not force:
        raise OutputError(f"{folder}: exists already; --force writes it anew")


def write_handoff(exported: Exported, preset: Preset, folder: Path, *, force: bool = False) -> Path:
    """Write the folder of a model that was exported and verified; its path.

    It is there whole or not at all; an earlier one stays until then. Raises OutputError.
    """
    check_folder(folder, force=force)
    target = exported.target
    name = preset.name or folder.resolve().name
    preset_file = f"{_plain(name)}.toml"
    own_style = is_style_file(preset.style)
    style = Path(preset.style).stem if own_style else preset.style
    if own_style:
        # The preset finds it from where it lies itself, so the two travel together.
        preset = preset.with_options(style=target.style_path.name)
    words = {
        "title": f"{name}: {style} in {target.spec.name}",
        "style": style,
        "model": exported.path.name,
        "preset": preset_file,
        "input": str(target.input_size),
        "output": str(target.output_size),
        "fps": str(preset.fps),
        # What the app itself asks for, if the model asks for less.
        "ios": "15.2" if target.ios <= 15 else str(target.ios),
    }
    with _placing(folder) as temporary:
        _copy(exported.path, temporary / exported.path.name)
        _app(temporary / _APP, exported.path, target, words)
        report = _report(exported, target, preset, words)
        text = json.dumps(report, indent=1, allow_nan=False)
        (temporary / _REPORT).write_text(text + "\n", encoding="ascii")
        page = build(
            words["title"],
            f"{words['input']} in, {words['output']} out, at {preset.fps} fps; "
            f"{exported.bytes / 1e6:.1f} MB, iOS {target.ios} and later",
            exported.verified,
            exported.risks,
            {key: str(value) for key, value in report["facts"].items()},
            preset,
        )
        (temporary / "index.html").write_text(page, encoding="utf-8")
        (temporary / preset_file).write_text(preset.to_toml(), encoding="utf-8")
        if own_style:
            shutil.copyfile(target.style_path, temporary / target.style_path.name)
        (temporary / "README.md").write_text(_filled("README.md", words), encoding="utf-8")
    return folder


def _app(app: Path, model: Path, target: ExportTarget, words: dict[str, str]) -> None:
    _copy_tree(resources.files(__package__).joinpath(_APP), app)
    inside = app / "Sources" / "Resources"
    inside.mkdir(exist_ok=True)
    held = f"filter{model.suffix}"
    _copy(model, inside / held)
    info = {
        "model": held,
        "title": words["title"],
        "network": target.spec.name,
        "size": str(target.size),
        "fps": float(words["fps"]) if "/" not in words["fps"] else _float(words["fps"]),
    }
    (inside / "filter.json").write_text(json.dumps(info, indent=1) + "\n", encoding="ascii")


def _report(
    exported: Exported, target: ExportTarget, preset: Preset, words: dict[str, str]
) -> dict[str, Any]:
    verified = exported.verified
    return {
        "schema": SCHEMA,
        "kind": _KIND,
        "title": words["title"],
        "model": exported.path.name,
        "sha256": exported.digest,
        "bytes": exported.bytes,
        "passed": verified.passed,
        "checks": [
            {"name": c.name, "value": c.value, "limit": c.limit, "passed": c.passed}
            for c in verified.checks
        ],
        "pictures": [shot.name for shot in verified.shots],
        "risks": [{"what": risk.what, "do": risk.do} for risk in exported.risks],
        "not_checked": UNCHECKED,
        "facts": {
            "style": words["style"],
            "network": target.spec.name,
            "GMAC a frame": f"{target.spec.macs(target.size) / 1e9:.1f}",
            "paints": str(target.size),
            "takes": words["input"],
            "returns": words["output"],
            "strength": f"{target.strength:g}",
            "precision": target.precision.value,
            "compression": target.compression.value,
            "surroundings": target.surroundings.value,
            "sha256": exported.digest,
        },
        "preset": preset.as_dict(),
        "versions": versions(),
    }


def _float(rate: str) -> float:
    over, under = rate.split("/")
    return int(over) / int(under)


def _plain(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.")
    return kept or "filter"


def _filled(name: str, words: dict[str, str]) -> str:
    pieces = resources.files(__package__).joinpath(name).read_text("utf-8").split("@@")
    return "".join(words[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def _copy(model: Path, place: Path) -> None:
    if model.is_dir():
        shutil.copytree(model, place)
    else:
        shutil.copyfile(model, place)


def _copy_tree(source: Traversable, place: Path) -> None:
    """A folder of the package's; which may lie in an archive."""
    place.mkdir()
    for each in source.iterdir():
        if each.is_dir():
            _copy_tree(each, place / each.name)
        else:
            (place / each.name).write_bytes(each.read_bytes())


def _is_ours(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / _REPORT).read_bytes())["kind"] == _KIND)
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextlib.contextmanager
def _placing(folder: Path) -> Iterator[Path]:
    mark = secrets.token_hex(4)
    temporary = folder.with_name(f".{mark}-{folder.name}")
    old = folder.with_name(f".{mark}-old-{folder.name}")
    try:
        temporary.mkdir(parents=True)
        yield temporary
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)

"""The same model as the same bytes: what coremltools makes up anew is made from the model.

Its packages hold random identifiers, maps in any order, and files of its own for debugging.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

_ROOT = "com.apple.CoreML"
_SPACE = uuid.UUID("5b0c6d0e-6a4f-5d4e-9f7a-0c6f6c1f6b1e")  # ours; any fixed one would do


def write_package(spec: Any, weights: Path, path: Path) -> None:
    """A .mlpackage folder at ``path``, which is not there yet. Raises OSError."""
    data = path / "Data" / _ROOT
    (data / "weights").mkdir(parents=True)
    (data / "model.mlmodel").write_bytes(_bytes(spec))
    for file in sorted(weights.iterdir()):
        shutil.copyfile(file, data / "weights" / file.name)
    items = {
        f"{_ROOT}/model.mlmodel": ("model.mlmodel", "CoreML Model Specification"),
        f"{_ROOT}/weights": ("weights", "CoreML Model Weights"),
    }
    entries = {
        _identifier(place): {
            "author": _ROOT, "description": about, "name": name, "path": place,
        }
        for place, (name, about) in items.items()
    }  # fmt: skip
    manifest = {
        "fileFormatVersion": "1.0.0",
        "itemInfoEntries": entries,
        "rootModelIdentifier": _identifier(f"{_ROOT}/model.mlmodel"),
    }
    text = json.dumps(manifest, indent=4, sort_keys=True)
    (path / "Manifest.json").write_text(text + "\n", encoding="ascii")


def write_model(spec: Any, path: Path) -> None:
    """A .mlmodel file at ``path``. Raises OSError."""
    path.write_bytes(_bytes(spec))


def digest(path: Path) -> str:
    """SHA-256 of a model, whether a file or a folder: of its files' names and bytes."""
    found = hashlib.sha256()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else ""
        data = file.read_bytes()
        found.update(f"{name}\0{len(data)}\0".encode())
        found.update(data)
    return found.hexdigest()


def size_of(path: Path) -> int:
    """Bytes of a model's files."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _bytes(spec: Any) -> bytes:
    data: bytes = spec.SerializeToString(deterministic=True)
    return data


def _identifier(place: str) -> str:
    return str(uuid.uuid5(_SPACE, place))

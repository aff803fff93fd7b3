"""What a model says of itself: author, licence, the preset, where its style comes from; and the
target read back from that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from render.distribution import VERSION
from render.errors import ExportError, RenderError
from render.export.export_target import (
    Compression,
    ExportTarget,
    Format,
    Surroundings,
    WeightPrecision,
)
from render.files.json import parse_json
from render.files.small import opened
from render.networks.catalogue import find_style
from render.networks.metadata import SUFFIX, StyleMetadata, read_metadata
from render.networks.spec import NetworkSpec
from render.presets.preset import Preset, is_style_file
from render.target import Size, Upscaling

SCHEMA = 1
_RENDER, _PRESET = "render", "preset"


def words_of(target: ExportTarget, preset: Preset, style: StyleMetadata) -> dict[str, str]:
    """The model's metadata. No path of this machine is among it: a style of one's own goes by its
    file's name."""
    said = preset.as_dict()
    if is_style_file(preset.style):
        said["style"] = Path(preset.style).name
    facts = {
        "schema": SCHEMA,
        "style": style.style,
        "style_sha256": _hash(target.style_path),
        "provenance": {
            key: getattr(style, key)
            for key in ("title", "artist", "year", "licence", "trained_on", "author")
        },
        "network": target.spec.name,
        "spec": target.spec.as_dict(),
        "strength": target.strength,
        "size": str(target.size),
        "upscale": None if target.upscale is None else str(target.upscale),
        "upscaler": target.upscaler.value,
        "fps": str(preset.fps),
        "context": target.surroundings.value,
        "margin": list(target.margin),
        "format": target.format.value,
        "precision": target.precision.value,
        "compression": target.compression.value,
        "ios": target.ios,
        "render": VERSION,
    }
    title = f"{style.title}, " if style.title else ""
    width, height = target.size.width, target.size.height
    return {
        "author": preset.author or style.author,
        "license": style.licence,
        "version": VERSION,
        "description": f"A live filter in the style of {style.style} ({title}{target.spec.name}): "
        f"paints {width}x{height} and returns {target.output_size}, at {preset.fps} fps",
        _PRESET: json.dumps(said, sort_keys=True),
        _RENDER: json.dumps(facts, sort_keys=True),
    }


def target_of(metadata: Mapping[str, str], style: Path | None, label: str) -> ExportTarget:
    """The target that a model's metadata tells of; ``style`` is its style file, None finds a
    shipped one. Raises ExportError when there is none, or it is another than the model was made
    of."""
    try:
        facts: dict[str, Any] = parse_json(metadata.get(_RENDER, ""))
        if facts["schema"] > SCHEMA:
            raise ExportError(f"{label}: was made by a newer render; update this one")
        spec = NetworkSpec.from_dict(facts["spec"])
        path = _style(facts, spec, style, label)
        return ExportTarget(
            style_path=path,
            spec=spec,
            strength=float(facts["strength"]),
            size=Size.parse(facts["size"]),
            upscale=None if facts["upscale"] is None else Size.parse(facts["upscale"]),
            upscaler=Upscaling(facts.get("upscaler", "bilinear")),
            surroundings=Surroundings(facts["context"]),
            format=Format(facts["format"]),
            precision=WeightPrecision(facts["precision"]),
            compression=Compression(facts["compression"]),
            ios=int(facts["ios"]),
        )
    except ExportError:
        raise
    except (ValueError, KeyError, TypeError, RenderError) as error:
        raise ExportError(
            f"{label}: does not say what it was made of ({error}); only models that render "
            "exported can be verified"
        ) from None


def _style(facts: Mapping[str, Any], spec: NetworkSpec, style: Path | None, label: str) -> Path:
    name = str(facts["style"])
    if style is None:
        try:
            style = find_style(name, spec.name).path
        except RenderError:
            raise ExportError(
                f"{label}: was made of the style {name}, which does not come with render; name its "
                f"file with --style {name}{SUFFIX}"
            ) from None
    elif read_metadata(style).spec != spec:
        raise ExportError(f"{style}: is for another network than {label}, which is {spec.name}")
    if _hash(style) != facts["style_sha256"]:
        raise ExportError(
            f"{label}: was made of another file of the style {name} than {style}; name that one "
            "with --style"
        )
    return style


def _hash(path: Path) -> str:
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

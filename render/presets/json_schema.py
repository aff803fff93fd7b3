"""The preset's format as JSON Schema, made from the model: for editors, and for other programs.

It describes what people should write; a little more is read (spaces in a size, a number as text).
"""

from __future__ import annotations

import json
from typing import Any

from render.media.encoding import CODECS, Encoder
from render.presets.preset import SCHEMA, Preset

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def preset_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of a preset's TOML as the object that it stands for."""
    made = Preset.model_json_schema(by_alias=True)
    properties = made["properties"]
    written = Preset().as_dict()
    for key, said in properties.items():
        said.pop("default", None)
        if written.get(key, "") != "":
            said["default"] = written[key]
    properties["schema"] |= {"minimum": 1, "maximum": SCHEMA}
    most = max(codec.worst for codec in CODECS.values())
    properties["crf"] |= {"type": "integer", "minimum": 0, "maximum": most}
    return {
        "$schema": DIALECT,
        "title": "Preset of render",
        "description": "A style, a target and an encoding. What is left out is render's default.",
        "type": "object",
        "properties": properties,
        "required": ["schema"],
        "additionalProperties": False,
        "allOf": [_worst_crf(encoder) for encoder in Encoder],
    }


def schema_text() -> str:
    """As the file that is published."""
    return json.dumps(preset_schema(), indent=2, ensure_ascii=False) + "\n"


def _worst_crf(encoder: Encoder) -> dict[str, Any]:
    """How far `crf` goes for an encoder. Where none is named, it is the default's."""
    named: dict[str, Any] = {"properties": {"encoder": {"const": encoder.value}}}
    if encoder is not Preset().encoder:
        named["required"] = ["encoder"]
    return {"if": named, "then": {"properties": {"crf": {"maximum": CODECS[encoder].worst}}}}

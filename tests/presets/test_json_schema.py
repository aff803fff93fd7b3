"""The published schema is the model's: what it takes is read, what it refuses is a mistake."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from render.media.encoding import CODECS, Encoder
from render.presets.json_schema import preset_schema, schema_text
from render.presets.preset import KEYS, SCHEMA, Preset
from render.presets.preset_library import list_presets
from render.target import MAX_SIDE

PUBLISHED = Path(__file__).parents[2] / "docs" / "preset.schema.json"
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
    "object": (dict,),
    "array": (list,),
}


def wrong(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What JSON Schema has against ``value``: as much of it as ours uses, and no more."""
    return [word for word, said in schema.items() if JUDGED[word](said, value, schema)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong_type(said: Any, value: Any) -> bool:
    names = said if isinstance(said, list) else [said]
    if isinstance(value, bool):
        return "boolean" not in names
    return not isinstance(value, tuple(kind for name in names for kind in TYPES[name]))


def _wrong_others(said: Any, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return False
    others = [value[key] for key in value if key not in schema.get("properties", {})]
    return bool(others) if said is False else any(wrong(said, each) for each in others)


Judge = Callable[[Any, Any, Mapping[str, Any]], bool]
JUDGED: dict[str, Judge] = dict.fromkeys(
    ("$schema", "title", "description", "default", "then"), lambda *_: False
) | {
    "type": lambda said, value, _: _wrong_type(said, value),
    "enum": lambda said, value, _: value not in said,
    "const": lambda said, value, _: value != said,
    "pattern": lambda said, value, _: isinstance(value, str) and not re.search(said, value),
    "minimum": lambda said, value, _: _is_number(value) and value < said,
    "maximum": lambda said, value, _: _is_number(value) and value > said,
    "exclusiveMinimum": lambda said, value, _: _is_number(value) and value <= said,
    "required": lambda said, value, _: any(key not in value for key in said),
    "properties": lambda said, value, _: any(
        wrong(said[key], value[key]) for key in said if key in value
    ),
    "additionalProperties": _wrong_others,
    "items": lambda said, value, _: isinstance(value, list) and any(wrong(said, v) for v in value),
    "anyOf": lambda said, value, _: all(wrong(each, value) for each in said),
    "allOf": lambda said, value, _: any(wrong(each, value) for each in said),
    "if": lambda said, value, schema: not wrong(said, value) and bool(wrong(schema["then"], value)),
}


def accepted(value: dict[str, Any]) -> bool:
    return not wrong(preset_schema(), value)


def test_what_is_published_is_what_the_code_gives() -> None:
    """`render presets schema > docs/preset.schema.json` writes it."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_every_key_is_there_with_a_title_a_description_and_its_default() -> None:
    properties = preset_schema()["properties"]
    assert tuple(properties) == KEYS
    for key, said in properties.items():
        assert said["title"] and said["description"].endswith("."), key
        assert set(said) & {"type", "anyOf"}, key
    defaults = {key: said["default"] for key, said in properties.items() if "default" in said}
    assert defaults == {key: held for key, held in Preset().as_dict().items() if held != ""}


GOOD: list[dict[str, Any]] = [
    {},
    {"schema": 1},
    {"fps": "30000/1001"},
    {"fps": 29.97},
    {"fps": 240},
    {"fps": "source"},
    {"size": "1x1"},
    {"size": f"{MAX_SIDE}x999"},
    {"size": "8099x8190"},
    {"size": "1000×2000"},
    {"upscale": "none"},
    {"style": "./styles/mine.safetensors"},
    {"network": "res1-sep-w16"},
    {"strength": 0},
    {"written_with": "0.2.0"},
    {"evidence": {"ms": 66.0, "n": 3, "sure": True, "why": ["a", "b"], "an odd key": "x"}},
    *({"encoder": each.value, "crf": CODECS[each].worst} for each in Encoder),
]
BAD: list[dict[str, Any]] = [
    {"schema": 0},
    {"schema": SCHEMA + 1},
    {"schema": "1"},
    {"fpss": 3},
    {"fps": 0},
    {"fps": 241},
    {"fps": True},
    {"fps": "fast"},
    {"fps": "1/0"},
    {"fps": None},
    {"size": 480},
    {"size": "0x5"},
    {"size": f"{MAX_SIDE + 1}x5"},
    {"size": "480x10000"},
    {"size": "480"},
    {"upscale": "big"},
    {"upscale": f"5x{MAX_SIDE + 1}"},
    {"style": ""},
    {"style": 3},
    {"network": "udnie"},
    {"strength": 1.1},
    {"strength": -0.1},
    {"upscaler": "linear"},
    {"orient": "autoo"},
    {"fit": ["cover"]},
    {"audio": False},
    {"name": 3},
    {"written_with": 2},
    {"evidence": {"ms": [1]}},
    {"evidence": {"ms": {"a": 1}}},
    {"evidence": {"ms": 1e41}},
    {"evidence": "none"},
    {"crf": 1.5},
    {"crf": True},
    {"crf": -1},
    {"crf": CODECS[Preset().encoder].worst + 1},
    *({"encoder": each.value, "crf": CODECS[each].worst + 1} for each in Encoder),
]


@pytest.mark.parametrize("keys", GOOD, ids=str)
def test_what_it_takes_is_read(keys: dict[str, Any]) -> None:
    whole = {"schema": SCHEMA, **keys}
    assert accepted(whole)
    Preset.model_validate(whole)


@pytest.mark.parametrize("keys", BAD, ids=str)
def test_what_it_refuses_is_a_mistake(keys: dict[str, Any]) -> None:
    whole = {"schema": SCHEMA, **keys}
    assert not accepted(whole)
    if "schema" not in keys:  # which the reader of files looks at
        with pytest.raises(ValueError, match="validation error"):
            Preset.model_validate(whole)


def test_the_shipped_presets_and_what_is_written_keep_to_it() -> None:
    for preset in (*list_presets(), Preset(), Preset(evidence={"a": 1.5}, style="./x.safetensors")):
        assert accepted(json.loads(json.dumps(preset.as_dict())))
    assert not accepted({"fps": 15}), "a file says its schema"

"""docs/presets.md says of every key what the model says."""

import re
from pathlib import Path

from render.media.encoding import CODECS, Encoder
from render.presets.json_schema import preset_schema
from render.presets.preset import SCHEMA
from render.presets.preset_file import read_preset

PAGE = (Path(__file__).parents[2] / "docs" / "presets.md").read_text(encoding="utf-8")


def row(key: str, said: dict[str, object]) -> str:
    words = said.get("enum", [])
    assert isinstance(words, list)
    values = ", ".join(f"`{word}`" for word in words)
    default = f"`{said['default']}`" if "default" in said else ""
    meaning = str(said["description"]).removesuffix(".")
    return f"| `{key}` | {meaning} | {values} | {default} |"


def test_the_table_of_keys_is_the_model_s() -> None:
    table = PAGE.partition("## Keys")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [row(key, said) for key, said in preset_schema()["properties"].items()]


def test_the_worst_qualities_are_the_encoders() -> None:
    said = r"`crf` goes up to (\d+), of `libsvtav1` and `libvpx-vp9` up to (\d+)"
    default, others = re.findall(said, PAGE)[0]
    worst = {encoder: str(codec.worst) for encoder, codec in CODECS.items()}
    assert worst == dict.fromkeys(Encoder, default) | dict.fromkeys(
        (Encoder.AV1, Encoder.VP9), others
    )


def test_the_example_is_a_preset(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "my-phone.toml"
    path.write_text(example)
    preset, notes = read_preset(path)
    assert preset.style == str(tmp_path / "my-style.safetensors") and notes == ()
    assert f"schema = {SCHEMA}" in example

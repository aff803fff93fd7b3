"""Preset: style + target + encoding in one file that people share. Load, check, merge, write."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from render.defaults import DEFAULTS
from render.errors import PresetError, UsageError
from render.files.limits import LARGEST, short
from render.files.problems import problems
from render.files.toml import check_schema, read_toml
from render.look import Look
from render.media.encoding import CODECS, AudioMode, Encoder, Encoding
from render.nearest import did_you_mean
from render.networks.foreign import SUFFIXES
from render.networks.spec import NetworkSpec
from render.resources import presets_dir
from render.target import Fit, Orient, Rate, Size, Target, Upscaling

SCHEMA = 1
MAX_BYTES = 64 * 1024

_Choice = TypeVar("_Choice", bound=StrEnum)


def is_style_file(style: str) -> bool:
    """Whether a style is written as a file rather than as the name of a shipped one."""
    return style.endswith((".safetensors", *SUFFIXES)) or "/" in style or os.sep in style


# Only a ValueError is a validation error to pydantic, hence the TRY004s.
def _rate(value: object) -> Rate:
    if isinstance(value, Rate):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        said = "write 15, '29.97', '30000/1001' or 'source'"
        raise ValueError(f"{short(value)} is no frame rate: {said}")  # noqa: TRY004
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    return _reworded(lambda: Rate.parse(str(value)))


def _size(value: object) -> Size:
    if isinstance(value, Size):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{short(value)} is no size: write it as text, for example '480x853'")  # noqa: TRY004
    return _reworded(lambda: Size.parse(value))


def _upscale(value: object) -> Size | None:
    return None if value is None or value == "none" else _size(value)


def _strength(value: object) -> float:
    number = math.nan
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{short(value)} is not a number from 0 to 1")
    return number + 0.0  # -0.0 is 0


_Parsed = TypeVar("_Parsed")


def _reworded(parse: Callable[[], _Parsed]) -> _Parsed:
    """A parser's UsageError as pydantic's ValueError, without the word that our own label says."""
    try:
        return parse()
    except UsageError as error:
        raise ValueError(re.sub(r"^(fps|size|network) ", "", str(error))) from None


def _choice(kind: type[_Choice]) -> Callable[[object], _Choice]:
    def parse(value: object) -> _Choice:
        words = [member.value for member in kind]
        if value in words:
            return kind(str(value))
        meant = did_you_mean(value, words) if isinstance(value, str) else ""
        raise ValueError(f"{short(value)} is not one of {', '.join(words)}{meant}")

    return parse


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{short(value)} is not text")  # noqa: TRY004
    return value


def _name(value: object) -> str:
    text = _text(value).strip()
    if not text:
        raise ValueError("is empty; leave the key out to get the default")
    return text


def _network(value: object) -> str:
    name = _name(value)
    _reworded(lambda: NetworkSpec.parse(name))
    return name


def _evidence(value: object) -> dict[str, Any] | None:
    """What a choice rested on (`render choose --save`): for people, and kept as it is."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("is no table; write [evidence] above its keys")  # noqa: TRY004
    for key, held in value.items():
        plain = (
            all(isinstance(each, str) for each in held)
            if isinstance(held, list)
            else isinstance(held, str | int)
            or (isinstance(held, float) and abs(held) <= LARGEST)  # no NaN, and no infinity
        )
        if not plain:
            raise ValueError(f"`{key}` is no text, number or list of texts")
    return dict(value)


_Text = Annotated[str, PlainValidator(_text)]
_Name = Annotated[str, PlainValidator(_name)]
_Network = Annotated[str, PlainValidator(_network)]
_AsText = PlainSerializer(str, return_type=str)


class Preset(BaseModel):
    """Style, target and encoding. Its keys are the command line's options; its defaults are the
    tool's."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    # `schema` is a method of pydantic's BaseModel, so the attribute has another name than the key.
    schema_version: int = Field(default=SCHEMA, alias="schema")
    name: _Text = ""
    description: _Text = ""
    author: _Text = ""
    licence: _Text = ""

    fps: Annotated[Rate, PlainValidator(_rate), _AsText] = Rate.parse(DEFAULTS.fps)
    size: Annotated[Size, PlainValidator(_size), _AsText] = Size.parse(DEFAULTS.size)
    network: _Network = DEFAULTS.network
    style: _Name = DEFAULTS.style
    upscale: Annotated[
        Size | None,
        PlainValidator(_upscale),
        PlainSerializer(lambda size: "none" if size is None else str(size), return_type=str),
    ] = _upscale(DEFAULTS.upscale)
    upscaler: Annotated[Upscaling, PlainValidator(_choice(Upscaling)), _AsText] = Upscaling(
        DEFAULTS.upscaler
    )
    strength: Annotated[float, PlainValidator(_strength)] = DEFAULTS.strength
    orient: Annotated[Orient, PlainValidator(_choice(Orient)), _AsText] = Orient(DEFAULTS.orient)
    fit: Annotated[Fit, PlainValidator(_choice(Fit)), _AsText] = Fit(DEFAULTS.fit)
    encoder: Annotated[Encoder, PlainValidator(_choice(Encoder)), _AsText] = Encoder(
        DEFAULTS.encoder
    )
    # After `encoder`, whose value its check reads; also checked when it is the default's own.
    crf: int = Field(default=DEFAULTS.crf, validate_default=True)
    # Why it was chosen; decides nothing.
    evidence: Annotated[dict[str, Any] | None, PlainValidator(_evidence)] = None

    audio: Annotated[AudioMode, PlainValidator(_choice(AudioMode)), _AsText] = AudioMode(
        DEFAULTS.audio
    )

    @field_validator("crf", mode="plain")
    @classmethod
    def _check_crf(cls, value: object, info: ValidationInfo) -> int:
        limit = CODECS[info.data.get("encoder", Encoder(DEFAULTS.encoder))].worst
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= limit:
            raise ValueError(f"{short(value)} is not a number from 0 to {limit}")
        return value

    def target(self) -> Target:
        """What would ship on the phone. A style file brings its own network unless one is named."""
        own = is_style_file(self.style) and "network" not in self.model_fields_set
        return Target(
            rate=self.fps,
            size=self.size,
            network=None if own else self.network,
            upscale=self.upscale,
            upscaler=self.upscaler,
            strength=self.strength,
        )

    def look(self) -> Look:
        """Its style at its target."""
        return Look(self.style, self.target())

    def encoding(self) -> Encoding:
        """How the preview is written."""
        return Encoding(encoder=self.encoder, crf=self.crf, audio=self.audio)

    def with_options(self, **options: object) -> Self:
        """This preset with single keys replaced, as the command line's options do.

        Raises UsageError naming the option (``--fps``).
        """
        changed = {key: value for key, value in options.items() if value is not None}
        written = {
            field.alias or name: getattr(self, name)
            for name, field in type(self).model_fields.items()
            if name in self.model_fields_set
        }
        try:
            return self.model_validate(written | changed)
        except ValidationError as error:
            raise UsageError(problems(error, lambda key: f"--{key}", KEYS)) from None

    def as_dict(self) -> dict[str, object]:
        """The keys as TOML or JSON would hold them."""
        data = self.model_dump(mode="json", by_alias=True)
        if data.get("evidence") is None:
            data.pop("evidence", None)
        return data

    def to_toml(self) -> str:
        """The preset as a file that ``load_preset`` reads back to an equal one."""
        keys = self.as_dict()
        table = keys.pop("evidence", None)
        text = "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())
        if isinstance(table, dict):
            text += "\n[evidence]\n"
            text += "".join(f"{_key(key)} = {_toml(held)}\n" for key, held in table.items())
        return text


KEYS = tuple(field.alias or name for name, field in Preset.model_fields.items())


def load_preset(name_or_file: str | Path) -> Preset:
    """A shipped preset by name, or a preset file (a ``Path``, or text that ends in ``.toml``).

    Raises PresetError naming the file, the key and what was meant.
    """
    text = str(name_or_file)
    if isinstance(name_or_file, Path) or text.endswith(".toml") or "/" in text or os.sep in text:
        path = Path(name_or_file)
        return _in_folder(_load(path, str(path)), path.parent)
    shipped = _shipped()
    if text not in shipped:
        raise PresetError(
            f"there is no preset named {text!r}{did_you_mean(text, shipped)} "
            f"(shipped: {', '.join(shipped)}; a file of your own ends in .toml)"
        )
    return _in_folder(_load(shipped[text], shipped[text].name), shipped[text].parent)


def list_presets() -> tuple[Preset, ...]:
    """The shipped presets, by name."""
    return tuple(load_preset(path) for path in _shipped().values())


def _shipped() -> dict[str, Path]:
    return {path.stem: path for path in sorted(presets_dir().glob("*.toml"))}


def _load(path: Path, label: str) -> Preset:
    data = read_toml(path, label, "preset", MAX_BYTES, PresetError)
    # Before all else: a newer schema's other keys are not mistakes.
    check_schema(data, label, SCHEMA, PresetError)
    try:
        return Preset.model_validate(data)
    except ValidationError as error:
        raise PresetError(f"{label}: {problems(error, lambda key: f'`{key}`', KEYS)}") from None


def _in_folder(preset: Preset, folder: Path) -> Preset:
    style = style_from(folder, preset.style)
    return preset if style == preset.style else preset.with_options(style=style)


def style_from(folder: Path, style: str) -> str:
    """``style`` as a file in ``folder`` writes it: a style file is found from where that lies, so
    that the two travel together."""
    if not is_style_file(style) or Path(style).is_absolute():
        return style
    return str(folder / style)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _toml(value: object) -> str:
    # JSON's strings and integers are TOML's, but for DEL and for escaped surrogates.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""Preset: style + target + encoding in one file that people share. The model: its keys, what they
mean together, and how they are written."""

from __future__ import annotations

import json
import os
import re
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from render.defaults import DEFAULTS
from render.errors import UsageError
from render.files.limits import short
from render.files.problems import problems
from render.look import Look
from render.media.encoding import CODECS, AudioMode, Encoder, Encoding
from render.networks.foreign import SUFFIXES
from render.presets.preset_values import (
    AudioValue,
    EncoderValue,
    EvidenceValue,
    FitValue,
    NetworkValue,
    OrientValue,
    RateValue,
    SizeValue,
    StrengthValue,
    StyleValue,
    TextValue,
    UpscalerValue,
    UpscaleValue,
    size_or_none,
)
from render.target import Fit, Orient, Rate, Size, Target, Upscaling

SCHEMA = 2
"""2: `written_with`. Files of 1 are read (`migration.py`)."""


def is_style_file(style: str) -> bool:
    """Whether a style is written as a file rather than as the name of a shipped one."""
    return style.endswith((".safetensors", *SUFFIXES)) or "/" in style or os.sep in style


class Preset(BaseModel):
    """Style, target and encoding. Its keys are the command line's options; its defaults are the
    tool's."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    # `schema` is a method of pydantic's BaseModel, so the attribute has another name than the key.
    schema_version: int = Field(
        title="Schema",
        default=SCHEMA,
        alias="schema",
        description="The version of this format that the file is written in.",
    )
    name: TextValue = Field(title="Name", default="", description="What the preset calls itself.")
    description: TextValue = Field(
        title="Description", default="", description="What it is for, in a line."
    )
    author: TextValue = Field(title="Author", default="", description="Who made it.")
    licence: TextValue = Field(
        title="Licence",
        default="",
        description="What others may do with it; an SPDX identifier such as CC0-1.0.",
    )
    written_with: TextValue = Field(
        title="Written with",
        default="",
        description="The version of render that wrote the file; a reader that is too old names it.",
    )

    fps: RateValue = Field(
        title="Frame rate",
        default=Rate.parse(DEFAULTS.fps),
        description="Frames a second that the filter paints: a number, a fraction such as "
        "30000/1001, or source for the clip's own.",
    )
    size: SizeValue = Field(
        title="Input size",
        default=Size.parse(DEFAULTS.size),
        description="What the network is given, WIDTHxHEIGHT in pixels.",
    )
    network: NetworkValue = Field(
        title="Network",
        default=DEFAULTS.network,
        description="The network's short name; a style file brings its own where this is left out.",
    )
    style: StyleValue = Field(
        title="Style",
        default=DEFAULTS.style,
        description="A style that comes with render, by name, or a .safetensors file, from where "
        "the preset lies.",
    )
    upscale: UpscaleValue = Field(
        title="Display size",
        default=size_or_none(DEFAULTS.upscale),
        description="What the network's picture is brought to for display, WIDTHxHEIGHT in pixels, "
        "or none.",
    )
    upscaler: UpscalerValue = Field(
        title="Upscaler",
        default=Upscaling(DEFAULTS.upscaler),
        description="How it is brought to that.",
    )
    strength: StrengthValue = Field(
        title="Strength",
        default=DEFAULTS.strength,
        description="The share of the network's picture in what is shown, 0 to 1.",
    )
    orient: OrientValue = Field(
        title="Orientation",
        default=Orient(DEFAULTS.orient),
        description="Whether sizes turn with the clip (auto) or stay as written.",
    )
    fit: FitValue = Field(
        title="Fit",
        default=Fit(DEFAULTS.fit),
        description="How a clip of another shape meets the size, in the words of CSS.",
    )
    encoder: EncoderValue = Field(
        title="Encoder",
        default=Encoder(DEFAULTS.encoder),
        description="What writes the preview, by ffmpeg's name.",
    )
    # After `encoder`, whose value its check reads; also checked when it is the default's own.
    crf: int = Field(
        title="Quality",
        default=DEFAULTS.crf,
        validate_default=True,
        description="The preview's quality: 0 is lossless, each encoder has its worst.",
    )
    # Why it was chosen; decides nothing.
    evidence: EvidenceValue = Field(
        title="Evidence",
        default=None,
        description="A table of what the choice rested on; for people, it decides nothing.",
    )
    audio: AudioValue = Field(
        title="Sound",
        default=AudioMode(DEFAULTS.audio),
        description="Whether the clip's sound is kept.",
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
        if self.target().network is None:
            del data["network"]  # named, it would be the default's
        for key, unsaid in (("evidence", None), ("written_with", "")):
            if data[key] == unsaid:
                del data[key]
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


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)


def _toml(value: object) -> str:
    # JSON's strings and integers are TOML's, but for DEL and for escaped surrogates.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

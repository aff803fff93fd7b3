"""What is handed off: a verified model and all that is said of it. Plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from render.export.lint import Risk
from render.export.proof import Check, Shot
from render.files.names import file_name
from render.networks.metadata import SUFFIX
from render.presets.preset import Preset, is_style_file
from render.presets.preset_file import stamped
from render.target import Size
from render.versions import versions

if TYPE_CHECKING:
    from render.export.export_model import Exported

CAMERA = Fraction(30)
"""Frames a second of a phone's camera: what a preset with the clip's own rate gets live."""
APP_IOS = "15.2"
"""What an app that Xcode opens without a project needs at least; the model may need more."""


@dataclass(frozen=True, slots=True, eq=False)
class Handoff:
    """Attributes:
    model: an .mlpackage folder or .mlmodel file, verified. style_file: the preset's style where it
        is a file of somebody's own, which then travels along; None for a shipped one.
    network, painted: what timings of the model are filed under.
    input_size, output_size: of the model's pictures. context: pixels on every side of the input
        that the camera supplies around what is painted; 0 for none.
    fps: pictures a second that the app asks for. ios: the oldest that runs the model.
    checks, risks, shots: of its verification. made: when, in words. warnings: a line each.
    ran_on: where Core ML itself ran the model, none but on a Mac.
    """

    model: Path
    preset: Preset
    style_file: Path | None
    title: str
    description: str
    licence: str
    author: str
    network: str
    painted: Size
    input_size: Size
    output_size: Size
    context: int
    fps: Fraction
    ios: int
    checks: tuple[Check, ...]
    risks: tuple[Risk, ...]
    shots: tuple[Shot, ...]
    versions: dict[str, str]
    made: str
    warnings: tuple[str, ...] = ()
    ran_on: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def preset_name(self) -> str:
        """Of its file: the preset's own name as far as any system takes it."""
        kept = re.sub(r"[^\w.-]+", "-", self.preset.name).strip("-._")
        return file_name([kept[:80] or "preset"], ".toml")

    @property
    def style_name(self) -> str | None:
        """Of the style file that travels along."""
        if self.style_file is None:
            return None
        return file_name([self.style_file.name.removesuffix(SUFFIX)], SUFFIX)

    @property
    def travelling_preset(self) -> Preset:
        """Finds a style of somebody's own beside itself, and names no folder of this machine."""
        if self.style_file is None:
            return stamped(self.preset)
        return stamped(self.preset).with_options(style=f"./{self.style_name}")

    @property
    def least_ios(self) -> str:
        """That the app asks for."""
        return APP_IOS if self.ios <= 15 else str(self.ios)


def handoff_of(
    exported: Exported, preset: Preset, made: str, warnings: tuple[str, ...] = ()
) -> Handoff:
    """Of what ``render export`` made of ``preset``."""
    target, words = exported.target, exported.words
    own = target.style_path if is_style_file(preset.style) else None
    style = own.name.split(".")[0] if own is not None else preset.style
    return Handoff(
        model=exported.path,
        preset=preset,
        style_file=own,
        title=f"{preset.name or exported.path.stem}: {style} in {target.spec.name}",
        description=words.get("description", ""),
        licence=words.get("license", ""),
        author=words.get("author", ""),
        # With context from the camera the model computes more than its network does in a preview.
        network=target.worked.name,
        painted=target.size,
        input_size=target.input_size,
        output_size=target.output_size,
        context=target.margin[0],
        fps=preset.fps.fps or CAMERA,
        ios=target.ios,
        checks=exported.verified.checks,
        risks=exported.risks,
        shots=exported.verified.shots,
        versions=versions(),
        made=made,
        warnings=warnings,
        ran_on=exported.verified.ran_on,
    )

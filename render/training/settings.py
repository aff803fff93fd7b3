"""TrainingSettings: what to train, from what, and how hard. Names no torch."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, fields
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

from render.engines.base import DeviceName
from render.errors import TrainingError
from render.files.names import shortened
from render.networks.spec import NetworkSpec

STROKE_SIDE = 512
"""The painting's short side, in pixels, at stroke size 1."""

_MOST_OF_NAME = 160  # its files' names say the network too, and temporary ones more


class Motion(StrEnum):
    """How the second of two moments comes about: by warping the first, or as a clip shows it."""

    WARP = "warp"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Painting:
    """A painting and what to say of it. ``style`` names the style; by default from the file."""

    path: Path
    style: str = ""
    title: str = ""
    artist: str = ""
    year: str = ""

    @property
    def name(self) -> str:
        """The style's name: lower case, words joined by hyphens."""
        words = re.findall(r"[a-z0-9]+", (self.style or self.path.stem).lower())
        return shortened("-".join(words) or "style", _MOST_OF_NAME)


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Every painting is trained for every network: one painting after the other, its networks step
    by step together, on the same crops.

    Attributes:
        content: photographs, clips, or folders of them (searched through).
        held_out: photographs to measure on and not to train on; none: some of ``content``.
        output: the folder for ``<style>.<network>.safetensors`` and the pictures beside it.
        steps, batch, crop: of the optimisation; crop is the side in pixels, 32..1024.
        content_weight: of relu3_3's mean squared error. style_weight: of the Gram losses, each
            relative to its target's energy. layer_weights: of the four Gram layers, from fine
            (relu1_2) to coarse (relu4_3, where the backbone has it).
        stability: weight of the difference between two moments; smooth: of dots where the
            photograph is smooth. 0 leaves a term and its cost out.
        motion: where the second moment comes from; flow is a clip's own, for its frames, and
            photographs are still warped.
        stroke_size: scale of the painting, and so of the strokes; 1 is a short side of 512 pixels.
        settled: the last share of the steps, 0..1, in which batch norm's statistics stand still, so
            that the network learns with those it will ship with.
        recalibration: crops from which these statistics are taken.
        start: a style file to start from, of the same network.
        resume: go on where an earlier run with the same settings stopped, if there was one.
        backbone: an .npz file, or ``vgg16`` for torchvision's; None for the bundled one, which ends
            at relu3_3.
        force: overwrite what exists.

    Raises TrainingError when a value is out of range.
    """

    paintings: tuple[Painting, ...]
    networks: tuple[NetworkSpec, ...]
    content: tuple[Path, ...]
    output: Path
    held_out: tuple[Path, ...] = ()
    steps: int = 3000
    batch: int = 16
    crop: int = 256
    content_weight: float = 1.0
    style_weight: float = 12.0
    layer_weights: tuple[float, float, float, float] = (0.5, 1.0, 2.0, 0.7)
    stability: float = 200.0
    motion: Motion = Motion.WARP
    smooth: float = 150.0
    stroke_size: float = 1.0
    learning_rate: float = 1e-3
    settled: float = 0.2
    recalibration: int = 1600
    seed: int = 0
    device: DeviceName = DeviceName.AUTO
    start: Path | None = None
    resume: bool = False
    backbone: Path | None = None
    licence: str = ""
    trained_on: str = ""
    author: str = ""
    force: bool = False

    def __post_init__(self) -> None:
        for what, given in (
            ("painting", self.paintings),
            ("network", self.networks),
            ("folder of photographs (--content)", self.content),
        ):
            if not given:
                raise TrainingError(f"no {what} given")
        names = [painting.name for painting in self.paintings]
        for name in names:
            if names.count(name) > 1:
                raise TrainingError(f"two paintings would both be the style {name!r}: rename one")
        _within("steps", self.steps, 1, 1_000_000)
        _within("batch", self.batch, 1, 256)
        _within("crop", self.crop, 32, 1024)
        _within("stroke size", self.stroke_size, 0.1, 4)
        _within("learning rate", self.learning_rate, 1e-7, 1)
        _within("recalibration", self.recalibration, 0, 1_000_000)
        for weight in ("content_weight", "style_weight", "stability", "smooth"):
            _within(weight.replace("_", " "), getattr(self, weight), 0, 1e9)
        _within("settled", self.settled, 0, 1)
        for value in self.layer_weights:
            _within("layer weight", value, 0, 1e9)
        if self.start is not None and len(self.networks) > 1:
            raise TrainingError("--start fits one network; train the others by themselves")

    def path(self, painting: Painting, network: NetworkSpec) -> Path:
        """Where the style file of a painting and a network goes."""
        return self.output / f"{painting.name}.{network}.safetensors"

    def resume_path(self, painting: Painting) -> Path:
        """Where a painting's unfinished run lies."""
        return self.output / f"{painting.name}.resume"

    @property
    def settles_after(self) -> int:
        """The step after which batch norm's statistics stand still; ``steps``: they never do."""
        return self.steps - round(self.settled * self.steps)

    @property
    def recalibrated(self) -> int:
        """Crops for recalibration: no more than were trained on."""
        return min(self.recalibration, self.steps * self.batch)

    def as_dict(self) -> dict[str, Any]:
        """What a style file records of its training: JSON types, without where things lay."""
        leave = {"paintings", "networks", "content", "held_out", "output", "device", "force",
                 "resume", "licence", "trained_on", "author"}  # fmt: skip
        return {
            name: _jsonable(value)
            for name, value in asdict(self).items()
            if name in {field.name for field in fields(self)} - leave
        }


def _jsonable(value: Any) -> Any:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _within(what: str, value: float, least: float, most: float) -> None:
    if not (math.isfinite(value) and least <= value <= most):
        raise TrainingError(f"{what} {value:g}: must be {least:g} to {most:g}")

"""Who takes part in a bench."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from render.engines.base import EngineChoice
from render.networks.spec import NetworkSpec
from render.target import Size

WEIGHTS_SEED = 0
"""Of the random weights of networks that no style is for."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A network at a size on an engine. ``style_path`` None: random weights."""

    spec: NetworkSpec
    size: Size
    choice: EngineChoice
    style_path: Path | None

    @property
    def name(self) -> str:
        """``res3 480x853 openvino``."""
        return f"{self.spec.name} {self.size} {self.choice.engine.value}"

    @property
    def macs(self) -> int:
        return self.spec.macs(self.size)

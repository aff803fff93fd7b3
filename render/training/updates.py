"""What happens during training, as it is yielded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from render.engines.base import DeviceName
from render.networks.metadata import StyleMetadata
from render.training.settings import Painting


@dataclass(frozen=True, slots=True)
class Prepared:
    """The pictures are read: how many to train on and to measure on, what was skipped or left
    out, where training runs, and on a processor for about how many seconds."""

    photos: int
    held_out: int
    skipped: tuple[Path, ...]
    left_out: int
    device: DeviceName
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """A painting goes on after ``step``; ``changed`` says in words what is set otherwise now."""

    painting: Painting
    step: int
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """``losses`` by network: means since the last one, weighted as they enter their ``sum``.
    ``seconds`` is a step's time for all the networks."""

    painting: Painting
    step: int
    steps: int
    losses: Mapping[str, Mapping[str, float]]
    seconds: float


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run's state is saved, and beside it a style file and a strip of pictures a network."""

    step: int
    path: Path
    styles: tuple[Path, ...]
    pictures: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished style file, the strip of pictures of its training, and its metadata."""

    path: Path
    pictures: Path
    metadata: StyleMetadata


Update: TypeAlias = Prepared | Resumed | TrainingProgress | Checkpoint | Trained

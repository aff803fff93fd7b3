"""What a run needs to go on exactly where it stopped, in one file that holds no code."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from render.errors import TrainingError
from render.files.atomic import whole
from render.files.json import parse_json
from render.files.small import opened

VERSION = 1
SUFFIX = ".resume"
_PARTS = ("batches", "trainees", "columns")

MAY_CHANGE = frozenset(
    {"content_weight", "style_weight", "layer_weights", "stability", "smooth",
     "learning_rate"}
)  # fmt: skip
"""Settings that may be others after a stop: whoever lowers a weight wants to go on."""


@dataclass(frozen=True, slots=True)
class State:
    """Attributes:
    step: how many are done. batches: of ``Batches.state``. trainees: of ``Trainee.state`` by
        network. columns: the strips so far by network: uint8 tensors, a list a step.
    """

    step: int
    batches: dict[str, Any]
    trainees: dict[str, Any]
    columns: dict[str, Any]


def save_state(path: Path, state: State, settings: Mapping[str, Any]) -> None:
    """Write the state, whole or not at all. Raises TrainingError when it cannot be written."""
    content = {
        "version": VERSION,
        "settings": json.dumps(settings, sort_keys=True),
        "step": state.step,
        "batches": state.batches,
        "trainees": state.trainees,
        "columns": state.columns,
    }
    with whole(path, TrainingError, RuntimeError) as temporary:  # torch's own, on a full disk
        torch.save(content, temporary)


def load_state(path: Path, settings: Mapping[str, Any]) -> tuple[State, tuple[str, ...]]:
    """The state of a file, and in words what of ``settings`` has changed since.

    Nothing in it is executed. Raises TrainingError when it is damaged, or was made with settings
    under which going on would mean something else.
    """
    try:
        with opened(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of foreign pickles, which are then refused
            content = torch.load(file, map_location="cpu", weights_only=True)
    # A hostile or damaged pickle ends its reader in any way there is.
    except Exception:
        raise _damaged(path) from None
    if not isinstance(content, Mapping):
        raise _damaged(path)
    if content.get("version") != VERSION:
        raise TrainingError(
            f"{path}: was written by another version of render; delete it to start anew"
        )
    try:
        theirs = parse_json(content["settings"])
        state = State(**{name: content[name] for name in ("step", *_PARTS)})
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None
    parts = (theirs, *(getattr(state, part) for part in _PARTS))
    if type(state.step) is not int or not all(isinstance(part, dict) for part in parts):
        raise _damaged(path)
    ours = json.loads(json.dumps(settings))
    differ = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    firm = [key for key in differ if key not in MAY_CHANGE]
    if firm:
        raise TrainingError(
            f"{path}: was made with {_named(firm[0], theirs)}, not {_named(firm[0], ours)}; use "
            "the same, or delete it to start anew"
        )
    return state, tuple(f"{_named(key, ours)} instead of {theirs.get(key)}" for key in differ)


def _damaged(path: Path) -> TrainingError:
    return TrainingError(f"{path}: is damaged and cannot be resumed from; delete it to start anew")


def _named(key: str, values: Mapping[str, Any]) -> str:
    return f"{key.replace('_', ' ')} {values.get(key)}"

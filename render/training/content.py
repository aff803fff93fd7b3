"""What to train on and what to measure on: photographs, and clips for their frames and motion."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from render.errors import TrainingError
from render.training.clips import Footage, is_clip, load_clips
from render.training.data import Photos, find_photos, load_photos
from render.training.settings import Motion, TrainingSettings

_Item = TypeVar("_Item")

_HELD_OUT = 6
_SHOWN_SIDE = 256


def load_content(settings: TrainingSettings) -> tuple[Photos, Photos]:
    """To train on, and to measure on. With fewer than twelve pictures they are the same.

    Raises TrainingError where there are none, or no motion where the settings ask for it.
    """
    for place in settings.content:
        if not place.exists():
            raise TrainingError(f"{place}: no such folder, photograph or clip (--content)")
    flow = settings.motion is Motion.FLOW
    footage = load_clips(settings.content, settings.crop, pairs=flow)
    if flow and not footage.pairs:
        raise TrainingError(
            f"{_words(settings.content)}: holds no clip that moves (--content), which --motion "
            "flow needs; use --motion warp"
        )
    photographs = [place for place in settings.content if place.is_dir() or not is_clip(place)]
    paths = [] if not photographs else find_photos(photographs, none=bool(footage.pictures))
    if not paths:
        if not footage.pictures:
            raise TrainingError(f"{_words(settings.content)}: holds no photograph and no clip that "
                                "can be read (--content)")  # fmt: skip
        return _of_footage(settings, footage)
    held_out = find_photos(settings.held_out) if settings.held_out else _spread(paths)
    away = {path.resolve() for path in held_out}
    paths = [path for path in paths if path.resolve() not in away] or paths
    photos = load_photos(paths, settings.crop)
    shown = load_photos(held_out or paths[:_HELD_OUT], min(settings.crop, _SHOWN_SIDE))
    return photos.and_footage(footage), shown


def _of_footage(settings: TrainingSettings, footage: Footage) -> tuple[Photos, Photos]:
    """Clips alone: the pictures measured on are frames, kept out of training with their motion."""
    everything = Photos(settings.crop, ()).and_footage(footage)
    if settings.held_out:
        shown = load_photos(find_photos(settings.held_out), min(settings.crop, _SHOWN_SIDE))
        return everything, shown
    numbers = _spread(list(range(len(everything.pictures))))
    shown = everything.only(numbers or range(len(everything.pictures))[:_HELD_OUT])
    rest = [i for i in range(len(everything.pictures)) if i not in set(numbers)]
    return everything.only(rest), shown


def _spread(items: list[_Item]) -> list[_Item]:
    """Six, evenly apart; none where that would be more than half."""
    if len(items) < 2 * _HELD_OUT:
        return []
    return items[:: len(items) // _HELD_OUT][:_HELD_OUT]


def _words(places: Iterable[Path]) -> str:
    return ", ".join(str(place) for place in places)

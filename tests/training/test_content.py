"""What is trained on and what is measured on, from photographs and clips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render.engines.base import DeviceName
from render.errors import TrainingError
from render.networks.spec import NetworkSpec
from render.training.content import load_content
from render.training.loop import train
from render.training.settings import Motion, Painting, TrainingSettings
from render.training.updates import Trained

pytestmark = pytest.mark.torch


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(14):
        Image.fromarray(np.full((48, 48, 3), 10 * i, np.uint8)).save(folder / f"{i:02}.png")
    return folder


@pytest.fixture
def settings(photos: Path) -> TrainingSettings:
    return TrainingSettings(
        paintings=(Painting(photos / "03.png", style="grey"),),
        networks=(NetworkSpec.parse("res0-w4"),),
        content=(photos,),
        output=photos.parent / "out",
        steps=10,
        batch=4,
        crop=32,
        stroke_size=0.1,
        recalibration=4,
        device=DeviceName.CPU,
    )


def test_some_photographs_are_held_out(settings: TrainingSettings) -> None:
    training, shown = load_content(settings)
    assert len(shown.pictures) == 6
    assert len(training.pictures) == 8
    assert not {*training.names} & {*shown.names}
    few = replace(settings, content=tuple(sorted(settings.content[0].iterdir())[:5]))
    training, shown = load_content(few)
    assert training.names == shown.names


def test_clips_beside_photographs(settings: TrainingSettings, moving: Path) -> None:
    both = replace(settings, content=(*settings.content, moving))
    training, shown = load_content(both)
    frames = [name for name in training.names if name == moving.name]
    assert len(frames) == len(training.pictures) - 8
    assert len(frames) >= 20
    assert moving.name not in shown.names
    assert not training.pairs
    training, _ = load_content(replace(both, motion=Motion.FLOW))
    assert training.pairs
    for number, pair in training.pairs.items():
        assert training.pictures[number] is pair.first


def test_clips_alone(settings: TrainingSettings, moving: Path) -> None:
    alone = replace(settings, content=(moving,), motion=Motion.FLOW)
    training, shown = load_content(alone)
    assert len(shown.pictures) == 6
    kept = {id(picture) for picture in training.pictures}
    assert not kept & {id(picture) for picture in shown.pictures}
    assert all(id(pair.first) in kept for pair in training.pairs.values())
    updates = list(train(alone))
    assert isinstance(updates[-1], Trained)
    assert updates[-1].metadata.settings["motion"] == "flow"


def test_places_that_do_not_do(settings: TrainingSettings, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for content, motion, words in (
        ((tmp_path / "none",), Motion.WARP, "none: no such folder, photograph or clip"),
        ((empty,), Motion.WARP, "empty: holds no"),
        (settings.content, Motion.FLOW, "--motion flow needs; use --motion warp"),
    ):
        with pytest.raises(TrainingError, match=words):
            load_content(replace(settings, content=content, motion=motion))


def test_a_painting_s_long_name_is_shortened(settings: TrainingSettings, tmp_path: Path) -> None:
    first, second = (Painting(tmp_path / ("p" * 240 + f"{end}.png")) for end in "ab")
    settings = replace(settings, paintings=(first, second))
    (network,) = settings.networks
    assert first.name != second.name and first.name.startswith("ppp")
    for painting in (first, second, Painting(tmp_path / "a.png", style="Long " * 1000)):
        assert settings.path(painting, network).parent == settings.output
        assert len(settings.path(painting, network).name) < 200
    assert Painting(tmp_path / "The_Great Wave.png").name == "the-great-wave"

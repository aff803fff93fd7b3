"""Training, at a size that takes seconds: it learns, it saves, it stops in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from render.engines.base import DeviceName
from render.errors import TrainingError
from render.networks.checkpoint import load_style
from render.networks.spec import NetworkSpec
from render.training import loop
from render.training.backbone import BUNDLED, load_backbone
from render.training.loop import Checkpoint, Prepared, Progress, Trained, Update, train
from render.training.optimise import Optimiser
from render.training.settings import Painting, TrainingSettings


@pytest.fixture
def settings(tmp_path: Path) -> TrainingSettings:
    rng = np.random.default_rng(0)

    def patches(side: int) -> Image.Image:
        small = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        return Image.fromarray(small).resize((48, 48), Image.Resampling.BICUBIC)

    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(13):
        patches(4).save(photos / f"{i:02}.png")
    patches(16).save(tmp_path / "my_painting.png")
    return TrainingSettings(
        paintings=(Painting(tmp_path / "my_painting.png", title="Patches", artist="Nobody"),),
        networks=(NetworkSpec.parse("res0-w4"),),
        content=(photos,),
        output=tmp_path / "out",
        steps=40,
        batch=2,
        crop=32,
        stroke_size=0.1,
        learning_rate=0.01,
        recalibration=16,
        device=DeviceName.CPU,
        licence="CC0-1.0",
    )


def sums(updates: list[Update]) -> list[float]:
    return [u.losses["sum"] for u in updates if isinstance(u, Progress)]


def test_it_learns_and_saves(settings: TrainingSettings) -> None:
    updates = list(train(settings))
    first, last = updates[0], updates[-1]
    assert isinstance(first, Prepared)
    assert (first.photos, first.held_out, first.device) == (7, 6, DeviceName.CPU)
    assert first.seconds is not None
    assert isinstance(last, Trained)
    losses = sums(updates)
    assert losses[-1] < 0.9 * losses[0]
    assert any(isinstance(u, Checkpoint) for u in updates)
    assert last.path == settings.output / "my-painting.res0-w4.safetensors"
    assert sorted(p.name for p in settings.output.iterdir()) == [
        "my-painting.res0-w4.png",
        "my-painting.res0-w4.safetensors",
    ]
    style = load_style(last.path)
    meta = style.metadata
    assert (meta.style, meta.title, meta.artist) == ("my-painting", "Patches", "Nobody")
    assert meta.licence == "CC0-1.0"
    assert "7 photographs" in meta.trained_on
    assert meta.settings["steps"] == 40
    assert meta.settings["painting"] == "my_painting.png"
    assert set(meta.measured) == {"content", "style", "flicker", "border_step",
                                  "texture_on_smooth"}  # fmt: skip
    assert meta.measured["border_step"] < 0.1
    sheet = Image.open(last.pictures)
    assert sheet.height == 6 * 48
    assert sheet.width >= 3 * 48


def test_it_repeats_with_the_seed(settings: TrainingSettings) -> None:
    settings = replace(settings, steps=10, force=True)
    assert sums(list(train(settings))) == sums(list(train(settings)))
    assert sums(list(train(settings))) != sums(list(train(replace(settings, seed=1))))


def test_it_goes_on_from_a_style(settings: TrainingSettings) -> None:
    settings = replace(settings, learning_rate=0.003)
    before = list(train(settings))
    start = settings.path(settings.paintings[0], settings.networks[0])
    on = replace(settings, start=start, output=settings.output / "more", steps=10)
    assert sums(list(train(on)))[0] < sums(before)[0]
    with pytest.raises(TrainingError, match="--network res0-w4"):
        list(train(replace(on, networks=(NetworkSpec.parse("res1-w4"),))))


def test_every_term_at_once(settings: TrainingSettings) -> None:
    settings = replace(settings, steps=10, distil=10, smooth=1)
    updates = [u for u in train(settings) if isinstance(u, Progress)]
    assert [u.teacher for u in updates] == [True, False]
    assert set(updates[1].losses) == {"content", "style", "stability", "distil", "smooth", "sum"}


def test_several_paintings_and_networks(settings: TrainingSettings, tmp_path: Path) -> None:
    other = Painting(settings.paintings[0].path, style="Other Name")
    networks = (NetworkSpec.parse("res0-w4"), NetworkSpec.parse("res0-w8"))
    settings = replace(
        settings, paintings=(*settings.paintings, other), networks=networks, steps=1, stability=0
    )
    paths = [u.path.name for u in train(settings) if isinstance(u, Trained)]
    assert paths == [
        "my-painting.res0-w4.safetensors",
        "my-painting.res0-w8.safetensors",
        "other-name.res0-w4.safetensors",
        "other-name.res0-w8.safetensors",
    ]


def test_what_exists_is_kept(settings: TrainingSettings) -> None:
    path = settings.path(settings.paintings[0], settings.networks[0])
    path.parent.mkdir()
    path.write_text("mine")
    with pytest.raises(TrainingError, match="--force"):
        list(train(settings))
    assert path.read_text() == "mine"


def test_a_loss_that_is_no_number_stops_it(
    settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = 0
    step = Optimiser.step

    def spoiled(self: Optimiser) -> dict[str, torch.Tensor]:
        nonlocal taken
        taken += 1
        terms = step(self)
        return terms if taken <= 25 else {**terms, "sum": torch.tensor(float("nan"))}

    monkeypatch.setattr(Optimiser, "step", spoiled)
    with pytest.raises(
        TrainingError, match=r"--style-weight .*the state of step 20 is in"
    ) as error:
        list(train(settings))
    partial = settings.output / "my-painting.res0-w4.partial"
    assert str(partial) in str(error.value)
    assert load_style(partial).metadata.style == "my-painting"


@pytest.mark.parametrize(
    "failure",
    [RuntimeError("DefaultCPUAllocator: can't allocate memory"), torch.OutOfMemoryError("CUDA")],
)
def test_out_of_memory_names_a_batch(
    settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def full(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(Optimiser, "step", full)
    with pytest.raises(TrainingError, match="--batch 1"):
        list(train(settings))


def test_settings_out_of_range(settings: TrainingSettings) -> None:
    for change in (
        {"steps": 0}, {"batch": 0}, {"crop": 8}, {"style_weight": -1.0}, {"stroke_size": 9.0},
        {"learning_rate": float("nan")}, {"paintings": ()}, {"networks": ()}, {"content": ()},
        {"paintings": settings.paintings * 2},
    ):  # fmt: skip
        with pytest.raises(TrainingError):
            replace(settings, **change)


def test_devices_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert loop.torch_device(DeviceName.AUTO) == torch.device("cpu")
    with pytest.raises(TrainingError, match="--device cpu"):
        loop.torch_device(DeviceName.CUDA)


def test_backbones(tmp_path: Path) -> None:
    backbone = load_backbone()
    assert backbone.layers == ("relu1_2", "relu2_2", "relu3_3")
    features = backbone(torch.rand(1, 3, 32, 32) * 255, ["relu1_2", "relu3_3"])
    assert {k: tuple(v.shape) for k, v in features.items()} == {
        "relu1_2": (1, 64, 32, 32),
        "relu3_3": (1, 256, 8, 8),
    }
    with np.load(BUNDLED) as archive:
        arrays = {key: archive[key] for key in archive.files}
    first = next(iter(arrays))
    bad: dict[str, dict[str, Any]] = {
        "missing": {k: v for k, v in arrays.items() if k != first},
        "shape": {**arrays, first: np.zeros(3, np.float16)},
        "nan": {**arrays, first: np.full_like(arrays[first], np.nan)},
        "pickled": {**arrays, first: np.array([{"a": 1}], dtype=object)},
        "other": {"weights": np.zeros(3)},
    }
    for name, content in bad.items():
        np.savez(tmp_path / f"{name}.npz", **content)
        with pytest.raises(TrainingError, match=name):
            load_backbone(tmp_path / f"{name}.npz")
    (tmp_path / "text.npz").write_text("no")
    np.save(tmp_path / "one.npy", np.zeros(3))
    for path in (tmp_path / "text.npz", tmp_path / "one.npy", tmp_path / "none", tmp_path):
        with pytest.raises(TrainingError):
            load_backbone(path)

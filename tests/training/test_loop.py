"""Training, at a size that takes seconds: it learns, it saves, it stops in words."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
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
from render.training.backbone import load_backbone
from render.training.loop import train
from render.training.optimise import Trainee
from render.training.settings import Painting, TrainingSettings
from render.training.updates import Checkpoint, Prepared, Resumed, Trained, TrainingProgress, Update
from render.training.vgg16 import BUNDLED

pytestmark = pytest.mark.torch


@pytest.fixture
def settings(tmp_path: Path) -> TrainingSettings:
    return settings_in(tmp_path)


def settings_in(folder: Path) -> TrainingSettings:
    """A painting and photographs, which are the same each time."""
    rng = np.random.default_rng(0)

    def patches(side: int) -> Image.Image:
        small = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        return Image.fromarray(small).resize((48, 48), Image.Resampling.BICUBIC)

    photos = folder / "photos"
    photos.mkdir()
    for i in range(13):
        patches(4).save(photos / f"{i:02}.png")
    patches(16).save(folder / "my_painting.png")
    return TrainingSettings(
        paintings=(Painting(folder / "my_painting.png", title="Patches", artist="Nobody"),),
        networks=(NetworkSpec.parse("res0-w4"),),
        content=(photos,),
        output=folder / "out",
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
    return [t["sum"] for u in updates if isinstance(u, TrainingProgress) for t in u.losses.values()]


def weights(path: Path) -> dict[str, torch.Tensor]:
    return load_style(path).network.state_dict()


def same(a: Path, b: Path) -> bool:
    first, second = weights(a), weights(b)
    return all(torch.equal(first[name], second[name]) for name in first)


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
    (update,) = [u for u in train(replace(settings, steps=10)) if isinstance(u, TrainingProgress)]
    terms = {"content", "style", "stability", "smooth", "sum"}
    assert update.losses.keys() == {"res0-w4"}
    assert update.losses["res0-w4"].keys() == terms
    bare = replace(settings, steps=10, stability=0, smooth=0, force=True)
    (update,) = [u for u in train(bare) if isinstance(u, TrainingProgress)]
    assert update.losses["res0-w4"].keys() == {"content", "style", "sum"}


def test_a_network_learns_the_same_beside_others(settings: TrainingSettings) -> None:
    alone, together = (replace(settings, steps=10, output=settings.output / n) for n in "ab")
    networks = tuple(map(NetworkSpec.parse, ("res1-w4", "res0-w4")))
    list(train(alone))
    list(train(replace(together, networks=networks)))
    name = "my-painting.res0-w4.safetensors"
    assert same(alone.output / name, together.output / name)


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
    more = (*settings.networks, NetworkSpec.parse("res1-w4"))
    for change in ({}, {"resume": True, "networks": more}):
        with pytest.raises(TrainingError, match="--force"):
            list(train(replace(settings, **change)))  # type: ignore[arg-type]
    assert path.read_text() == "mine"


def test_a_place_that_cannot_be_written_is_found_before_the_work(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    updates = train(replace(settings, output=tmp_path / "file" / "out"))
    with pytest.raises(TrainingError, match=r"cannot be written to .*; choose another place"):
        next(updates)


def spoil(monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    """The loss is no number after the ``last`` step."""
    step = Trainee.step

    def spoiled(self: Trainee, number: int, *rest: Any) -> dict[str, torch.Tensor]:
        terms = step(self, number, *rest)
        return terms if number <= last else {**terms, "sum": torch.tensor(float("nan"))}

    monkeypatch.setattr(Trainee, "step", spoiled)


def test_a_loss_that_is_no_number_stops_it(
    settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        spoil(patch, 25)
        with pytest.raises(
            TrainingError, match=r"res0-w4 .* --style-weight .*the state of step 20 is kept"
        ):
            list(train(settings))
    partial = settings.output / "my-painting.res0-w4.partial.safetensors"
    assert load_style(partial).metadata.style == "my-painting"
    # What it tells to do works, and says what is different.
    updates = list(train(replace(settings, resume=True, style_weight=3.0)))
    assert isinstance(updates[1], Resumed)
    assert (updates[1].step, updates[1].changed) == (20, ("style weight 3.0 instead of 12.0",))
    assert isinstance(updates[-1], Trained)
    assert not partial.exists()


def test_weights_that_are_no_numbers_are_not_kept(
    settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Trainee.step

    def spoiled(self: Trainee, number: int, *rest: Any) -> dict[str, torch.Tensor]:
        terms = step(self, number, *rest)
        if number == 20:
            with torch.no_grad():
                next(self.network.parameters()).fill_(float("inf"))
        return terms

    monkeypatch.setattr(Trainee, "step", spoiled)
    with pytest.raises(TrainingError, match="the state of step 10 is kept"):
        list(train(settings))


class Killed(BaseException):
    pass


TWO = tuple(map(NetworkSpec.parse, ("res0-w4", "res0-w4-in")))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> TrainingSettings:
    """Two networks, trained without a stop."""
    settings = settings_in(tmp_path_factory.mktemp("whole"))
    settings = replace(settings, networks=TWO, settled=0.3)
    list(train(settings))
    return settings


@pytest.mark.parametrize("stop", [28, 35])
def test_it_resumes_exactly(
    settings: TrainingSettings,
    whole: TrainingSettings,
    monkeypatch: pytest.MonkeyPatch,
    stop: int,
) -> None:
    parts = replace(settings, networks=TWO, settled=0.3)
    step = Trainee.step

    def killed(self: Trainee, number: int, *rest: Any) -> dict[str, torch.Tensor]:
        if number == stop:
            raise Killed
        return step(self, number, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Trainee, "step", killed)
        with pytest.raises(Killed):
            list(train(parts))
    assert (parts.output / "my-painting.resume").exists()
    updates = list(train(replace(parts, resume=True)))
    (resumed,) = [u for u in updates if isinstance(u, Resumed)]
    assert (resumed.step, resumed.changed) == (stop // 10 * 10, ())
    for network in TWO:
        name = f"my-painting.{network}.safetensors"
        assert same(whole.output / name, parts.output / name), network
        strips = [Image.open((s.output / name).with_suffix(".png")) for s in (whole, parts)]
        assert np.array_equal(*map(np.asarray, strips))
    assert sorted(p.name for p in whole.output.iterdir()) == sorted(
        p.name for p in parts.output.iterdir()
    )
    # Nothing is left to do, and that is no error.
    assert not any(isinstance(u, Trained) for u in train(replace(parts, resume=True)))


def test_a_closed_iterator_leaves_the_state(settings: TrainingSettings) -> None:
    updates = train(settings)
    next(u for u in updates if isinstance(u, TrainingProgress) and u.step == 20)
    updates.close()
    again = train(replace(settings, resume=True))
    assert [u.step for u in again if isinstance(u, Resumed)] == [20]


def test_states_that_cannot_be_resumed_from(settings: TrainingSettings) -> None:
    updates = train(settings)
    next(u for u in updates if isinstance(u, TrainingProgress))
    updates.close()
    path = settings.resume_path(settings.paintings[0])
    good = path.read_bytes()
    resume = replace(settings, resume=True)
    with pytest.raises(TrainingError, match=r"my-painting.resume: .*batch 2, not batch 3"):
        list(train(replace(resume, batch=3)))
    ran: list[int] = []

    class Trap:
        def __reduce__(self) -> Any:
            return ran.append, (1,)

    for name, content in {
        "cut": good[: len(good) // 2],
        "text": b"no",
        "empty": b"",
        "pickle": pickle.dumps(Trap()),
    }.items():
        path.write_bytes(content)
        with pytest.raises(TrainingError, match="is damaged and cannot be resumed") as error:
            list(train(resume))
        assert "\n" not in str(error.value), name
    assert not ran
    torch.save({"version": 1, "settings": "{}"}, path)
    with pytest.raises(TrainingError, match="resume"):
        list(train(resume))


FULL = (
    RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    torch.OutOfMemoryError("CUDA out of memory"),
)


@pytest.mark.parametrize("failure", FULL)
@pytest.mark.parametrize(("room", "words"), [(3, "--batch 2 fits"), (0, "try --crop 32")])
def test_out_of_memory_names_a_batch_that_fits(
    settings: TrainingSettings,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    room: int,
    words: str,
) -> None:
    step = Trainee.step

    def full(self: Trainee, number: int, losses: Any, batch: Any, content: Any) -> Any:
        if len(batch.picture) > room:
            raise failure
        return step(self, number, losses, batch, content)

    monkeypatch.setattr(Trainee, "step", full)
    with pytest.raises(TrainingError, match=f"out of memory at batch 8 with crops of 32; {words}"):
        list(train(replace(settings, batch=8)))


@pytest.mark.gpu
def test_it_learns_and_resumes_on_cuda(settings: TrainingSettings) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no cuda device here: training on cuda is NOT tested")
    settings = replace(settings, device=DeviceName.CUDA, crop=64, batch=4)
    updates = train(settings)
    losses = sums([next(updates) for _ in range(3)])
    updates.close()
    rest = list(train(replace(settings, resume=True)))
    assert sums(rest)[-1] < 0.9 * losses[0]
    assert isinstance(rest[-1], Trained)


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
    features = backbone(torch.rand(1, 3, 32, 32) * 255, ("relu1_2", "relu3_3"))
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


def test_torchvisions_backbone(monkeypatch: pytest.MonkeyPatch) -> None:
    with np.load(BUNDLED) as archive:
        state = {key: torch.from_numpy(archive[key]).float() for key in archive.files}
    state["classifier.0.weight"] = torch.zeros(1)
    models = ModuleType("torchvision.models")
    weights = SimpleNamespace(IMAGENET1K_V1=object())
    net = SimpleNamespace(state_dict=lambda: state)
    monkeypatch.setattr(models, "VGG16_Weights", weights, raising=False)
    monkeypatch.setattr(models, "vgg16", lambda weights: net, raising=False)
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    x = torch.rand(1, 3, 32, 32) * 255
    ours, theirs = load_backbone(), load_backbone(Path("vgg16"))
    assert torch.equal(ours(x, ("relu3_3",))["relu3_3"], theirs(x, ("relu3_3",))["relu3_3"])

    def unreachable(weights: object) -> Any:
        raise OSError("no route to host")

    monkeypatch.setattr(models, "vgg16", unreachable)
    with pytest.raises(TrainingError, match="no route to host"):
        load_backbone(Path("vgg16"))
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    with pytest.raises(TrainingError, match="needs torchvision"):
        load_backbone(Path("vgg16"))

"""Training: paintings × networks → style files, as a stream of updates."""

from __future__ import annotations

import contextlib
import copy
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import torch
from torch import Tensor

from render.engines.base import DeviceName
from render.engines.limits import out_of_memory
from render.errors import RenderError, TrainingError
from render.media.frame import Picture
from render.networks.checkpoint import load_style, save_style
from render.networks.metadata import StyleMetadata
from render.networks.modules import StyleNetwork, channels_last
from render.networks.spec import NetworkSpec, Norm, Padding
from render.training.backbone import Backbone, load_backbone
from render.training.data import Photos, find_photos, load_painting, load_photos
from render.training.estimate import seconds_on_cpu
from render.training.losses import gram
from render.training.measure import as_batch, measure, stylized
from render.training.optimise import Losses, Optimiser
from render.training.recalibrate import recalibrate
from render.training.settings import STROKE_SIDE, Painting, TrainingSettings
from render.training.strips import save_strip

_HELD_OUT = 6
_REPORT_EVERY = 10
_STRIPS = 4


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
class Progress:
    """``losses`` are means since the last one, weighted as they enter the sum; ``teacher`` says
    that it is the instance-norm teacher that is being trained. ``seconds`` is a step's time."""

    painting: Painting
    network: NetworkSpec
    teacher: bool
    step: int
    steps: int
    losses: Mapping[str, float]
    seconds: float


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An intermediate style file and the strip of pictures so far."""

    step: int
    path: Path
    pictures: Path


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished style file, the strip of pictures of its training, and its metadata."""

    path: Path
    pictures: Path
    metadata: StyleMetadata


Update: TypeAlias = Prepared | Progress | Checkpoint | Trained


def train(settings: TrainingSettings) -> Iterator[Update]:
    """Train every painting for every network, yielding what happens.

    The same seed on the same machine starts from the same weights and sees the same crops; CUDA's
    own sums keep runs from being equal to the bit. Raises TrainingError: for pictures or settings
    that do not do, when the loss is no longer a number (the last good state stays as a checkpoint)
    and when memory runs out. Closing the iterator stops; checkpoints stay.
    """
    pairs = [(p, n) for p in settings.paintings for n in settings.networks]
    for painting, network in pairs:
        path = settings.path(painting, network)
        if path.exists() and not settings.force:
            raise TrainingError(f"{path}: exists already; --force overwrites it")
    side = round(STROKE_SIDE * settings.stroke_size)
    pictures = {painting: load_painting(painting.path, side) for painting in settings.paintings}
    device = torch_device(settings.device)
    photos, held_out = _photos(settings)
    backbone = load_backbone(settings.backbone)
    if device.type == "cuda":
        backbone.in_bfloat16()
    channels_last(backbone.to(device))
    yield Prepared(
        photos=len(photos.pictures),
        held_out=len(held_out.pictures),
        skipped=photos.skipped + held_out.skipped,
        left_out=photos.left_out,
        device=DeviceName(device.type),
        seconds=seconds_on_cpu(settings, backbone.layers[-1]) if device.type == "cpu" else None,
    )
    for painting, network in pairs:
        with _explained(settings):
            targets = style_targets(pictures[painting], backbone, device)
        job = _Job(settings, painting, network, backbone, targets, photos, held_out, device)
        yield from job.run()


def torch_device(name: DeviceName) -> torch.device:
    """Where to train. Raises TrainingError when the device is not there."""
    there = {
        DeviceName.CUDA: torch.cuda.is_available(),
        DeviceName.MPS: torch.backends.mps.is_available(),
        DeviceName.CPU: True,
    }
    if name is DeviceName.AUTO:
        name = next(device for device, available in there.items() if available)
    if not there[name]:
        raise TrainingError(f"--device {name.value}: torch finds none here; try --device cpu")
    return torch.device(name.value)


@torch.inference_mode()
def style_targets(painting: Picture, backbone: Backbone, device: torch.device) -> dict[str, Tensor]:
    """The painting's Gram matrices (1, c, c) by layer."""
    features = backbone(as_batch(painting, device), backbone.layers)
    return {layer: gram(f) for layer, f in features.items()}


def _photos(settings: TrainingSettings) -> tuple[Photos, Photos]:
    """To train on and to measure on. With fewer than twelve photographs they are the same."""
    paths = find_photos(settings.content)
    held_out = find_photos(settings.held_out) if settings.held_out else []
    if not held_out and len(paths) >= 2 * _HELD_OUT:
        held_out = paths[:: len(paths) // _HELD_OUT][:_HELD_OUT]
    away = {path.resolve() for path in held_out}
    paths = [path for path in paths if path.resolve() not in away] or paths
    photos = load_photos(paths, settings.crop)
    shown = load_photos(held_out or paths[:_HELD_OUT], min(settings.crop, 256))
    return photos, shown


@dataclass
class _Job:
    """One painting for one network."""

    settings: TrainingSettings
    painting: Painting
    spec: NetworkSpec
    backbone: Backbone
    targets: dict[str, Tensor]
    photos: Photos
    held_out: Photos
    device: torch.device

    def run(self) -> Iterator[Update]:
        settings = self.settings
        path = settings.path(self.painting, self.spec)
        partial, sheet = path.with_suffix(".partial"), path.with_suffix(".png")
        teacher: StyleNetwork | None = None
        if settings.distil > 0:
            teacher = self._network(
                replace(self.spec, norm=Norm.INSTANCE, padding=Padding.REFLECT, context=0)
            )
            yield from self._optimise(teacher, None, partial)
            teacher.eval().requires_grad_(False)
        network = self._network(self.spec)
        if settings.start is not None:
            self._start_from(settings.start, network)
        columns = [list(self.held_out.pictures)]
        for update in self._optimise(network, teacher, partial):
            yield update
            if isinstance(update, Progress) and self._strip_due(update.step):
                columns.append(self._shown(network))
                save_strip(sheet, columns)
                save_style(partial, network, self._metadata({}))
                yield Checkpoint(update.step, partial, sheet)
        with _explained(settings):
            recalibrate(network, self.photos, settings.recalibrated, settings.seed, self.device)
            columns.append(self._shown(network))
            measured = measure(
                network.eval(), self.backbone, self.targets, self._layer_weights(),
                self.held_out.pictures, self.device,
            )  # fmt: skip
        metadata = self._metadata(measured)
        save_style(path, network, metadata)
        save_strip(sheet, columns)
        partial.unlink(missing_ok=True)
        yield Trained(path, sheet, metadata)

    def _optimise(
        self, network: StyleNetwork, teacher: StyleNetwork | None, partial: Path
    ) -> Iterator[Progress]:
        settings = self.settings
        losses = Losses(settings, self.backbone, self.targets, self._layer_weights(), teacher)
        optimiser = Optimiser(network, losses, self.photos, settings, self.device)
        good, good_step = _state(network), 0
        started, sums, count = time.perf_counter(), {}, 0  # type: float, dict[str, Tensor], int
        for step in range(1, settings.steps + 1):
            with _explained(settings):
                for name, value in optimiser.step().items():
                    sums[name] = sums[name] + value if name in sums else value
                count += 1
                if step % _REPORT_EVERY and step != settings.steps:
                    continue
                # Reading the sums waits for the device: hence only now and then.
                means = {name: float(value) / count for name, value in sums.items()}
                state = _state(network)
            if not _finite(means, state):
                network.load_state_dict(good)
                kept = ""
                if good_step:
                    save_style(partial, network, self._metadata({}))
                    kept = f"; the state of step {good_step} is in {partial}"
                raise TrainingError(
                    f"{self.painting.path.name}: the loss is no longer a number at step {step}: "
                    f"lower --style-weight (now {settings.style_weight:g}) or the learning rate "
                    f"(now {settings.learning_rate:g}){kept}"
                )
            good, good_step = state, step
            now = time.perf_counter()
            yield Progress(
                painting=self.painting,
                network=self.spec,
                teacher=teacher is None and settings.distil > 0,
                step=step,
                steps=settings.steps,
                losses=means,
                seconds=(now - started) / count,
            )
            started, sums, count = time.perf_counter(), {}, 0

    def _network(self, spec: NetworkSpec) -> StyleNetwork:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.settings.seed)
            network = StyleNetwork(spec)
        return channels_last(network.to(self.device))

    def _start_from(self, path: Path, network: StyleNetwork) -> None:
        start = load_style(path)
        if start.metadata.spec != self.spec:
            raise TrainingError(
                f"--start {path}: is for {start.metadata.network}, not {self.spec}; "
                f"train with --network {start.metadata.network}"
            )
        network.load_state_dict(start.network.state_dict())

    def _layer_weights(self) -> dict[str, float]:
        names = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
        weights = dict(zip(names, self.settings.layer_weights, strict=True))
        return {layer: weights[layer] for layer in self.backbone.layers if weights[layer] > 0}

    def _strip_due(self, step: int) -> bool:
        due = {round(self.settings.steps * i / _STRIPS) for i in range(1, _STRIPS)}
        return any(step - _REPORT_EVERY < d <= step for d in due) and step < self.settings.steps

    def _shown(self, network: StyleNetwork) -> list[Picture]:
        was = network.training
        network.eval()
        result = [stylized(network, p, self.device) for p in self.held_out.pictures]
        network.train(was)
        return result

    def _metadata(self, measured: Mapping[str, float]) -> StyleMetadata:
        s, p = self.settings, self.painting
        photographs = f"{len(self.photos.pictures)} photographs"
        return StyleMetadata(
            style=p.name,
            spec=self.spec,
            title=p.title or p.path.stem.replace("_", " "),
            artist=p.artist,
            year=p.year,
            licence=s.licence,
            trained_on=s.trained_on or f"{p.path.name}; {photographs}",
            author=s.author,
            settings={
                **s.as_dict(),
                "painting": p.path.name,
                "photographs": len(self.photos.pictures),
                "layers": list(self._layer_weights()),
            },
            measured=measured,
        )


def _finite(means: Mapping[str, float], state: Mapping[str, Tensor]) -> bool:
    # The last update can spoil the weights that the loss was still good with.
    return all(math.isfinite(value) for value in means.values()) and bool(
        torch.stack([tensor.isfinite().all() for tensor in state.values()]).all()
    )


def _state(network: StyleNetwork) -> dict[str, Tensor]:
    return copy.deepcopy(network.state_dict())


@contextlib.contextmanager
def _explained(settings: TrainingSettings) -> Iterator[None]:
    """Out of memory, in words."""
    try:
        yield
    except RenderError:
        raise
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        might = (
            f"try --batch {settings.batch // 2}"
            if settings.batch > 1
            else f"try --crop {max(32, settings.crop // 2)}"
        )
        raise TrainingError(
            f"out of memory at batch {settings.batch} with crops of {settings.crop}; {might}"
        ) from error

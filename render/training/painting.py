"""One painting for all its networks: steps, checkpoints, measures, style files."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from render.engines.refusals import out_of_memory
from render.errors import RenderError, TrainingError
from render.media.frame import Picture
from render.networks.checkpoint import load_style, save_style
from render.networks.metadata import StyleMetadata
from render.networks.modules import StyleNetwork, channels_last
from render.networks.spec import NetworkSpec
from render.training.backbone import Backbone
from render.training.batches import Batches
from render.training.data import Photos
from render.training.losses import gram
from render.training.optimise import Losses, Trainee
from render.training.quality import as_batch, measure, stylized
from render.training.recalibrate import recalibrate
from render.training.resume import State, load_state, save_state
from render.training.settings import Painting, TrainingSettings
from render.training.strips import save_strip, shrunk
from render.training.updates import Checkpoint, Resumed, Trained, TrainingProgress, Update

_REPORT_EVERY = 10
_SAVE_SECONDS = 60.0
_STRIPS = 4


@torch.inference_mode()
def style_targets(painting: Picture, backbone: Backbone, device: torch.device) -> dict[str, Tensor]:
    """The painting's Gram matrices (1, c, c) by layer."""
    features = backbone(as_batch(painting, device), backbone.layers)
    # A copy outside inference mode: autograd will hold on to it.
    return {layer: gram(f) for layer, f in features.items()}


class PaintingRun:
    """One painting: every network takes each step on the same crops, which are read once, as are
    the features of the photographs that the networks are to keep."""

    def __init__(
        self,
        settings: TrainingSettings,
        painting: Painting,
        backbone: Backbone,
        targets: Mapping[str, Tensor],
        photos: Photos,
        held_out: Photos,
        device: torch.device,
    ) -> None:
        self._settings = settings
        self._painting = painting
        self._backbone = backbone
        self._targets = targets
        self._photos = photos
        self._held_out = held_out
        self._device = device
        self._losses = Losses(settings, backbone, targets, self._layer_weights())
        self._batches = Batches(settings, photos, device)
        self._trainees = {spec: self._trainee(spec) for spec in settings.networks}
        shown = [shrunk(picture) for picture in held_out.pictures]
        self._columns = {spec: [shown] for spec in settings.networks}
        self._good = self._state(0)

    def updates(self) -> Iterator[Update]:
        """Train, yielding what happens. Whatever ends it early leaves the state to resume from."""
        settings = self._settings
        path = settings.resume_path(self._painting)
        if settings.resume and path.exists():
            yield self._resumed(path)
        try:
            yield from self._steps()
            with explained(settings):
                if settings.settles_after == settings.steps:
                    self._settle()
                finished = [self._finished(spec) for spec in self._trainees]
        except BaseException:
            if self._good.step:
                with contextlib.suppress(RenderError):
                    self._save()
            raise
        yield from finished
        for left in (path, *map(self._partial, self._trainees)):
            left.unlink(missing_ok=True)

    def _steps(self) -> Iterator[Update]:
        settings = self._settings
        began = saved = time.perf_counter()
        sums: dict[NetworkSpec, dict[str, Tensor]] = {}
        count = 0
        for step in range(self._good.step + 1, settings.steps + 1):
            with explained(settings, self._fitting_batch):
                self._step(step, sums)
                count += 1
                if step % _REPORT_EVERY and step != settings.steps:
                    continue
                # Reading the sums waits for the device: hence only now and then.
                means = {
                    spec.name: {name: float(value) / count for name, value in terms.items()}
                    for spec, terms in sums.items()
                }
                state = self._state(step)
            self._check(means, state)
            self._good = state
            now = time.perf_counter()
            yield TrainingProgress(
                self._painting, step, settings.steps, means, (now - began) / count
            )
            sums, count = {}, 0
            strip = self._strip_due(step)
            if strip:
                with explained(settings):
                    self._add_columns()
                self._good = self._state(step)
            if strip or (now - saved > _SAVE_SECONDS and step < settings.steps):
                yield self._save()
                saved = time.perf_counter()
            began = time.perf_counter()

    def _step(self, step: int, sums: dict[NetworkSpec, dict[str, Tensor]]) -> None:
        if step == self._settings.settles_after + 1:
            self._settle()
        batch = self._batches.next()
        content = self._losses.content(batch.picture)
        for spec, trainee in self._trainees.items():
            terms = trainee.step(step, self._losses, batch, content)
            so_far = sums.get(spec, {})
            sums[spec] = {name: so_far.get(name, 0.0) + value for name, value in terms.items()}

    def _fitting_batch(self) -> int | None:
        """The largest half, quarter, … of the batch that a step has memory for: tried, since no
        formula knows what a device's libraries take. Spoils the networks, which a run that is out
        of memory has no more use for."""
        batch = self._settings.batch // 2
        while batch >= 1:
            try:
                if self._device.type == "cuda":
                    torch.cuda.empty_cache()
                settings = replace(self._settings, batch=batch)
                some = Batches(settings, self._photos, self._device).next()
                content = self._losses.content(some.picture)
                for trainee in self._trainees.values():
                    trainee.step(1, self._losses, some, content)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    return None
                batch //= 2
            else:
                return batch
        return None

    def _settle(self) -> None:
        """Batch norm's statistics, taken anew, stand still from here on."""
        s = self._settings
        for trainee in self._trainees.values():
            recalibrate(trainee.network, self._photos, s.recalibrated, s.seed, self._device)

    def _finished(self, spec: NetworkSpec) -> Trained:
        network = self._trainees[spec].network
        self._columns[spec].append(self._shown(network))
        measured = measure(
            network.eval(), self._backbone, self._targets, self._layer_weights(),
            self._held_out.pictures, self._device,
        )  # fmt: skip
        metadata = self._metadata(spec, measured)
        path = self._settings.path(self._painting, spec)
        save_style(path, network, metadata)
        save_strip(self._strip(spec), self._columns[spec])
        return Trained(path, self._strip(spec), metadata)

    def _check(self, means: Mapping[str, Mapping[str, float]], state: State) -> None:
        """Raise TrainingError where a loss or a weight is no longer a number."""
        for name, terms in means.items():
            # The last update can spoil the weights that the loss was still good with.
            weights = state.trainees[name]["network"].values()
            sound = bool(torch.stack([tensor.isfinite().all() for tensor in weights]).all())
            if sound and all(math.isfinite(value) for value in terms.values()):
                continue
            s, kept = self._settings, ""
            if self._good.step:
                kept = (
                    f"; the state of step {self._good.step} is kept: --resume goes on from it with "
                    "what you change"
                )
            raise TrainingError(
                f"{self._painting.path.name}: the loss of {name} is no longer a number at step "
                f"{state.step}: lower --style-weight (now {s.style_weight:g}) or --learning-rate "
                f"(now {s.learning_rate:g}){kept}"
            )

    def _state(self, step: int) -> State:
        return State(
            step=step,
            batches=self._batches.state(),
            trainees={spec.name: trainee.state() for spec, trainee in self._trainees.items()},
            columns={
                spec.name: [[torch.from_numpy(picture) for picture in column] for column in columns]
                for spec, columns in self._columns.items()
            },
        )

    def _save(self) -> Checkpoint:
        """The last good state, on disk: to resume from, and to look at."""
        path = self._settings.resume_path(self._painting)
        save_state(path, self._good, self._fingerprint())
        for spec in self._trainees:
            # The network may be ahead of the last good state, or no longer sound.
            network = StyleNetwork(spec)
            network.load_state_dict(self._good.trainees[spec.name]["network"])
            save_style(self._partial(spec), network, self._metadata(spec, {}))
            save_strip(self._strip(spec), self._columns[spec])
        specs = tuple(self._trainees)
        styles, strips = map(self._partial, specs), map(self._strip, specs)
        return Checkpoint(self._good.step, path, tuple(styles), tuple(strips))

    def _resumed(self, path: Path) -> Resumed:
        state, changed = load_state(path, self._fingerprint())
        try:
            self._batches.restore(state.batches)
            for spec, trainee in self._trainees.items():
                trainee.restore(state.trainees[spec.name])
                self._columns[spec] = [
                    [np.asarray(picture) for picture in column]
                    for column in state.columns[spec.name]
                ]
                if state.step > self._settings.settles_after:
                    trainee.network.eval()
        except (LookupError, RuntimeError, TypeError, ValueError, ArithmeticError, AttributeError):
            raise TrainingError(
                f"{path}: is damaged and cannot be resumed from; delete it to start anew"
            ) from None
        self._good = self._state(state.step)
        return Resumed(self._painting, state.step, changed)

    def _fingerprint(self) -> dict[str, Any]:
        """What must be the same for going on to mean the same."""
        return {
            **self._settings.as_dict(),
            "painting": self._painting.path.name,
            "networks": [spec.as_dict() for spec in self._settings.networks],
            "photographs": len(self._photos.pictures),
        }

    def _trainee(self, spec: NetworkSpec) -> Trainee:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._settings.seed)
            network = StyleNetwork(spec)
        if self._settings.start is not None:
            self._start_from(self._settings.start, network)
        with explained(self._settings):
            return Trainee(channels_last(network.to(self._device)), self._settings)

    def _start_from(self, path: Path, network: StyleNetwork) -> None:
        start = load_style(path)
        if start.metadata.spec != network.spec:
            raise TrainingError(
                f"--start {path}: is for {start.metadata.network}, not {network.spec}; "
                f"train with --network {start.metadata.network}"
            )
        network.load_state_dict(start.network.state_dict())

    def _layer_weights(self) -> dict[str, float]:
        names = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
        weights = dict(zip(names, self._settings.layer_weights, strict=True))
        return {layer: weights[layer] for layer in self._backbone.layers if weights[layer] > 0}

    def _partial(self, spec: NetworkSpec) -> Path:
        path = self._settings.path(self._painting, spec)
        return path.with_suffix(f".partial{path.suffix}")

    def _strip(self, spec: NetworkSpec) -> Path:
        return self._settings.path(self._painting, spec).with_suffix(".png")

    def _strip_due(self, step: int) -> bool:
        due = {round(self._settings.steps * i / _STRIPS) for i in range(1, _STRIPS)}
        return any(step - _REPORT_EVERY < d <= step for d in due) and step < self._settings.steps

    def _add_columns(self) -> None:
        for spec, trainee in self._trainees.items():
            self._columns[spec].append(self._shown(trainee.network))

    def _shown(self, network: StyleNetwork) -> list[Picture]:
        was = network.training
        network.eval()
        result = [shrunk(stylized(network, p, self._device)) for p in self._held_out.pictures]
        network.train(was)
        return result

    def _metadata(self, spec: NetworkSpec, measured: Mapping[str, float]) -> StyleMetadata:
        s, p = self._settings, self._painting
        photographs = f"{len(self._photos.pictures)} photographs"
        return StyleMetadata(
            style=p.name,
            spec=spec,
            title=p.title or p.path.stem.replace("_", " "),
            artist=p.artist,
            year=p.year,
            licence=s.licence,
            trained_on=s.trained_on or f"{p.path.name}; {photographs}",
            author=s.author,
            settings={
                **s.as_dict(),
                "painting": p.path.name,
                "photographs": len(self._photos.pictures),
                "layers": list(self._layer_weights()),
            },
            measured=measured,
        )


@contextlib.contextmanager
def explained(
    settings: TrainingSettings, fitting_batch: Callable[[], int | None] = lambda: None
) -> Iterator[None]:
    """Out of memory, in words, with a batch that ``fitting_batch`` found."""
    try:
        yield
    except RenderError:
        raise
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        failure = error.with_traceback(None)  # its frames hold the memory that is missing
    else:
        return
    batch = fitting_batch()
    what = f"--batch {batch} fits" if batch else f"try --crop {max(32, settings.crop // 2)}"
    raise TrainingError(
        f"out of memory at batch {settings.batch} with crops of {settings.crop}; {what}"
    ) from failure

"""The options of a command that renders → a request, and what is to be made of its previews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from render.cli.cache_folder import cache_folder
from render.cli.cluster import for_workers, workers_of
from render.cli.devices_folder import device
from render.cli.phones import phones
from render.cli.read_request import make_request, one_of
from render.cli.user_settings import chosen_ffmpeg
from render.errors import UsageError
from render.storage.url import Place
from render.sweeping.outputs import Outputs

if TYPE_CHECKING:
    from render.cli.options import RenderOptions
    from render.compare.metrics.modes import Metrics
    from render.compare.wording import Labels
    from render.planning.request import Request

# What a preset holds too.
_KEPT = (
    *("fps", "size", "style", "network", "upscale", "upscaler", "strength"),
    *("orient", "fit", "crf", "encoder", "audio"),
)


def asked(clips: tuple[Place, ...], words: RenderOptions) -> tuple[Request, Outputs]:
    """What the options ask for. Raises UsageError (a PresetError is one)."""
    if words.like is not None and words.on is None and words.play_on is None:
        raise UsageError("--like: needs a phone; name one with --on or --play-on")
    request = make_request(
        clips,
        {key: getattr(words, key) for key in _KEPT},
        preset=words.preset,
        cells=words.cells,
        start=words.start,
        duration=words.duration,
        device=words.device,
        engine=words.engine,
        precision=words.precision,
        cache=cache_folder(),
        output=words.output,
        force=words.force,
        strict=words.strict,
        ffmpeg=chosen_ffmpeg(words.ffmpeg),
        phones=phones(
            words.play_on,
            words.latency,
            sustained=words.sustained,
            warm=words.warm,
            like=words.like,
            heat=words.heat,
            late=words.late,
            seed=words.seed,
        ),
    )
    request = for_workers(request, workers_of(words))
    outputs = Outputs(
        grid=words.grid,
        rows=words.rows,
        cols=words.cols,
        source=words.source,
        labels=None if words.labels is None else _labels(words.labels),
        sheet=words.sheet,
        report=words.report,
        metrics=None if words.metrics is None else _metrics(words.metrics),
        reference=words.reference,
        on=None if words.on is None else device(words.on, words.like),
    )
    return request, outputs


def _labels(word: str) -> Labels:
    from render.compare.wording import Labels

    return one_of(Labels, "--labels", word)


def _metrics(word: str) -> Metrics:
    from render.compare.metrics.modes import Metrics

    return one_of(Metrics, "--metrics", word)

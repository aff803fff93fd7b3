"""ColorVideoVDP: how much worse than another a video looks.

It (Mantiuk et al., SIGGRAPH 2024, doi 10.1145/3658144) models what an eye sees of the
difference between two videos, in space, time and colour, and gives it in just-objectionable
differences: 10 is alike, each one less is what three of four people would notice as worse.

This is the base model of the authors' cvvdp 0.5.7 (MIT, `LICENSE-cvvdp.md`) for sRGB video,
written again, with their calibrated numbers (`cvvdp_numbers.py`): the package itself needs
torchvision, and brings a package `ffmpeg` that overwrites the ffmpeg-python which render stands on.
The tests hold it to figures that the package gave. The reference's half of the work is done once
for all the videos that are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from render.compare.metrics import cvvdp_numbers as numbers
from render.engines.base import DeviceName
from render.media.frame import Picture

if TYPE_CHECKING:
    from render.compare.metrics.eye_on_processor import ProcessorEye, ProcessorVideo


def jods(
    reference: Sequence[Picture],
    others: Sequence[Sequence[Picture]],
    rate: float,
    density: float,
    *,
    device: DeviceName = DeviceName.CPU,
    pool: Executor | None = None,
) -> list[float]:
    """The quality of each of the ``others`` against ``reference``: 10 is alike, lower is worse.

    All are pictures at the same ticks of one ``rate`` (frames a second), of one size, RGB uint8,
    two or more; a video of a lower rate is held: its pictures repeat. ``density`` is pixels a
    degree. On a processor the videos are worked on in ``pool``, side by side. Raises ValueError
    when numbers or sizes differ, or a side is under 8 pixels.
    """
    _check(reference, others)
    if device is DeviceName.CPU:
        with nullcontext(pool) if pool is not None else ThreadPoolExecutor(1) as workers:
            return _jods(_on_processor(reference, others, rate, density, workers))
    return _jods(_in_torch(reference, others, rate, density, device.value))


def _jods(seen: Iterable[Sequence[float]]) -> list[float]:
    """From what is seen at each tick of each video."""
    power = numbers.BETA_TIME
    means = np.mean([[numbers.raised(each, power) for each in tick] for tick in seen], axis=0)
    return [numbers.as_jod(numbers.raised(float(mean), 1 / power)) for mean in means]


def _on_processor(
    reference: Sequence[Picture],
    others: Sequence[Sequence[Picture]],
    rate: float,
    density: float,
    pool: Executor,
) -> Iterable[Sequence[float]]:
    """What is seen at each tick of each of the others."""
    from render.compare.metrics.eye_on_processor import ProcessorEye, ProcessorVideo

    height, width = reference[0].shape[:2]
    eye, filters = ProcessorEye(width, height, density), numbers.temporal_filters(rate)
    first = ProcessorVideo(filters)
    watched = [ProcessorVideo(filters) for _ in others]
    bands = eye.reference(first.see(reference[0]))
    for n in range(len(reference)):
        seen = [
            pool.submit(_seen, eye, bands, video, other[n])
            for video, other in zip(watched, others, strict=True)
        ]
        if n + 1 < len(reference):  # while the others are still at this tick
            bands = eye.reference(first.see(reference[n + 1]))
        yield [future.result() for future in seen]


def _seen(
    eye: ProcessorEye, bands: Sequence[Any], video: ProcessorVideo, picture: Picture
) -> float:
    return eye.difference(bands, video.see(picture))


def _in_torch(
    reference: Sequence[Picture],
    others: Sequence[Sequence[Picture]],
    rate: float,
    density: float,
    device: str,
) -> Iterable[Sequence[float]]:
    """What is seen at each tick of each of the others."""
    import torch

    from render.compare.metrics.eye_on_gpu import GpuEye, GpuVideos
    from render.compare.metrics.vision_torch import memory_told

    height, width = reference[0].shape[:2]
    on = torch.device(device)
    with torch.inference_mode(), memory_told():
        eye = GpuEye(width, height, density, on)
        videos = GpuVideos(numbers.temporal_filters(rate), on)
        ticks = zip(reference, *others, strict=True)
        seen = torch.stack([eye.differences(videos.see(pictures)) for pictures in ticks])
        squares = seen.cpu().double().numpy()
    return [[numbers.pooled(each) for each in tick] for tick in squares]


def _check(reference: Sequence[Picture], others: Sequence[Sequence[Picture]]) -> None:
    if len(reference) < 2:
        raise ValueError("JOD is about videos: two pictures or more")
    if min(reference[0].shape[:2]) < 8:
        raise ValueError("JOD needs sides of 8 pixels or more")
    for video in (reference, *others):
        if len(video) != len(reference):
            raise ValueError(f"{len(video)} pictures against {len(reference)} of the reference")
        if any(picture.shape != reference[0].shape for picture in video):
            raise ValueError("pictures of several sizes")

"""What a folder's report shows → light copies, each made once."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from render.compare.packed.copy_store import CopyStore, StoredCopy
from render.compare.packed.fidelity import measure_fidelity
from render.compare.packed.file_names import plain_name
from render.compare.packed.light_copy import (
    SHORT_SIDE,
    SUFFIX,
    LightCopy,
    light_size,
    write_light_copy,
)
from render.compare.packed.pack_events import CopyMade, CopyProgress, LeftOut, PackEvent
from render.errors import OutputError, RenderError
from render.files.names import file_exists
from render.files.temporary import beside
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.results.results import Results
from render.target import Size

Result = TypeVar("Result")

SMALL = 1_000_000
"""Bytes of a sheet that goes along with a zip without being asked for."""

GONE, NOT_ASKED = "is gone", "not asked for"


class PackPart(StrEnum):
    """What goes along when it is asked for."""

    GRIDS = "grids"
    SHEETS = "sheets"


@dataclass(frozen=True, slots=True)
class CopyJob:
    """A video that is to be copied. ``name``: of the results. ``file``: what its copy is called."""

    name: str
    file: str
    copy: LightCopy

    @property
    def frames(self) -> int:
        """About how many are worked on."""
        return 2 * self.copy.frames


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """What is sent. ``pictures``: sheets that go along as they are, by name: the file, and what it
    is called there. ``left_out``: what is not, and why."""

    jobs: tuple[CopyJob, ...]
    pictures: dict[str, tuple[Path, str]]
    left_out: tuple[LeftOut, ...]

    @property
    def frames(self) -> int:
        """About how many are worked on: each is written, and then compared."""
        return sum(job.frames for job in self.jobs)


@dataclass(frozen=True, slots=True)
class SentVideo:
    """A copy that was made. ``file``: what it is called where it goes."""

    name: str
    file: str
    size: Size
    stored: StoredCopy


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    rate: Fraction | None
    whole: bool = False


def plan_copies(
    results: Results,
    folder: Path,
    ffmpeg: FFmpeg,
    also: Collection[PackPart],
    *,
    small: int = SMALL,
) -> CopyPlan:
    """Look at all that the report of ``results`` names; probe the videos. Sheets of at most
    ``small`` bytes go along without being asked for."""
    left_out: list[LeftOut] = []
    wanted = _there(_wanted(results, also, left_out), folder, left_out)
    shorts = (min(cell.target.size.width, cell.target.size.height) for cell in results.cells)
    short = max((SHORT_SIDE, *shorts))
    # Each probe is mostly the start of a small process of its own.
    with ThreadPoolExecutor(4) as pool:
        probing = [(one, pool.submit(probe, folder / one.name, ffmpeg)) for one in wanted]
    jobs: list[CopyJob] = []
    for one, probed in probing:
        try:
            clip = probed.result()
        except RenderError as error:
            left_out.append(LeftOut(one.name, "cannot be read", error))
            continue
        # Words on a grid are small enough as it is.
        shown = clip.video.displayed
        size = light_size(shown, min(shown.width, shown.height) if one.whole else short)
        file = plain_name(one.name, SUFFIX, [job.file for job in jobs])
        jobs.append(CopyJob(one.name, file, LightCopy(clip, size, one.rate)))
    pictures = _pictures(results, folder, also, small, left_out)
    return CopyPlan(tuple(jobs), pictures, tuple(left_out))


def _wanted(
    results: Results, also: Collection[PackPart], left_out: list[LeftOut]
) -> Iterator[_Wanted]:
    for cell in results.cells:
        yield _Wanted(cell.id, cell.video_fps)
    for clip in results.clips:
        if clip.preview:
            yield _Wanted(clip.preview, None)
    for grid in results.grids:
        if PackPart.GRIDS in also:
            yield _Wanted(grid, None, whole=True)
        else:
            left_out.append(LeftOut(grid, NOT_ASKED))


def _there(wanted: Iterator[_Wanted], folder: Path, left_out: list[LeftOut]) -> list[_Wanted]:
    found: dict[str, _Wanted] = {}
    for one in wanted:
        if file_exists(folder / one.name):
            found.setdefault(one.name, one)
        else:
            left_out.append(LeftOut(one.name, GONE))
    return list(found.values())


def _pictures(
    results: Results,
    folder: Path,
    also: Collection[PackPart],
    small: int,
    left_out: list[LeftOut],
) -> dict[str, tuple[Path, str]]:
    found: dict[str, tuple[Path, str]] = {}
    for name in results.sheets:
        path = folder / name
        if not file_exists(path):
            left_out.append(LeftOut(name, GONE))
        elif PackPart.SHEETS in also or path.stat().st_size <= small:
            taken = [file for _, file in found.values()]
            file = plain_name(name, path.suffix.lower(), taken)
            found[name] = path, file
        else:
            left_out.append(LeftOut(name, NOT_ASKED))
    return found


def make_copy(
    job: CopyJob, store: CopyStore, key: str, ffmpeg: FFmpeg, before: int, total: int
) -> Generator[PackEvent, None, SentVideo]:
    """The copy of one video, made or found, told as a part of ``total`` frames of which ``before``
    were done. Raises ClipError, OutputError, FFmpegError."""
    kept = store.find(key)
    stored = kept or (yield from _made(job, store, key, ffmpeg.path, before, total))
    fidelity = stored.fidelity
    yield CopyMade(job.name, stored.bytes, fidelity.ssim, fidelity.psnr, kept is not None)
    return SentVideo(job.name, job.file, job.copy.size, stored)


def _made(
    job: CopyJob, store: CopyStore, key: str, ff: Path, before: int, total: int
) -> Generator[PackEvent, None, StoredCopy]:
    with beside(store.folder, SUFFIX, OutputError) as temporary:
        with contextlib.closing(write_light_copy(job.copy, temporary, ff)) as writing:
            frames = yield from _told(job.name, writing, before, total)
        with contextlib.closing(measure_fidelity(job.copy, temporary, ff)) as comparing:
            fidelity = yield from _told(job.name, comparing, before + frames, total)
        return store.keep(key, temporary, fidelity)


def _told(
    name: str, working: Generator[int, None, Result], before: int, total: int
) -> Generator[PackEvent, None, Result]:
    """What ``working`` returns, its progress told."""
    while True:
        try:
            done = before + next(working)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield CopyProgress(name, done, max(done, total))

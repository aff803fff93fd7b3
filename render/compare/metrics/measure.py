"""The figures of a folder: read from its previews, written into its results.

A folder is a notebook: later runs add cells, and what is already measured against the same
reference in the same way stays. Each clip's cells go by groups that may be compared, of which
`reference.py` tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.compare.metrics.flicker_pairs import FLICKER
from render.compare.metrics.metric import Metric
from render.compare.metrics.metric_list import METRICS
from render.compare.metrics.modes import Metrics, effort
from render.compare.metrics.moments import common_gap
from render.compare.metrics.reference import Group, check_reference, groups
from render.compare.metrics.source_motion import open_source
from render.compare.metrics.stills import SOURCE_GONE, Stills
from render.compare.metrics.subject import Step, Subject, Trouble
from render.compare.metrics.windows import Windows
from render.compare.metrics.workshop import Workshop, workshop
from render.engines.base import EngineChoice
from render.engines.select import engine_here
from render.errors import RenderError
from render.media.clip import Clip
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.results.begun import Begun
from render.results.results import CellResult, Figures, Results
from render.results.source_clip import Sampling

VERSION = 2
"""Of how figures are taken: raised when they would come out differently."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """How far it has come: ``done`` of about ``total`` steps, and at what, in words."""

    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The results with all figures so far; those of ``cells`` (ids) are new. The last one of all
    is a Measured."""

    results: Results
    cells: tuple[str, ...] = ()


Update = Measuring | Trouble | Measured | Begun


def measure(
    results: Results,
    folder: Path,
    ffmpeg: Path | None = None,
    mode: Metrics = Metrics.FAST,
    reference: str | None = None,
    *,
    metrics: Sequence[Metric] = METRICS,
    begun: Mapping[str, Begun] | None = None,
    choice: EngineChoice | None = None,
    only: Collection[str] | None = None,
) -> Generator[Update, None, None]:
    """Fill in the figures of every cell in ``results``, from the previews in ``folder``.

    Yields how far it is; Begun for every share of a cell's figures, which another call may be given
    as ``begun`` to go on from there; Measured whenever cells are done, and at the end; and Trouble
    for each cell that cannot be measured, while the others go on. Nothing is written. ``reference``
    is as in `groups`; ``metrics`` are those to take; without ``ffmpeg`` the usual one is looked
    for. ``choice`` says which engine on which device computes; without, or where this machine has
    none such, it is what is fastest here. On a
    GPU, JOD is taken of larger pictures. ``only``: of these cells (ids); `joined` puts such parts
    together. Raises UsageError when nothing fits the reference,
    FFmpegError when ffmpeg does not run.
    """
    check_reference(results, reference)
    mode = mode.taken
    if mode is Metrics.NONE:
        yield Measured(results)
        return
    found = find_ffmpeg(ffmpeg)
    with workshop(engine_here(choice)) as shop:
        numbers = range(len(results.clips))
        clips = [
            _ClipWork(results, n, folder, found, mode, reference, begun or {}, metrics, shop, only)
            for n in numbers
        ]
        total = sum(clip.steps for clip in clips)
        done = 0
        for clip in clips:
            for update in clip.run():
                match update:
                    case Step():
                        done += 1
                        yield Measuring(done, max(total, done), Path(update.cell).name)
                    case Trouble() | Begun():
                        yield update
                    case _Done(cells):
                        yield Measured(_merged(results, clips), cells)
    yield Measured(_merged(results, clips))


@dataclass(frozen=True, slots=True)
class _Done:
    """The figures of these cells (ids) are taken."""

    cells: tuple[str, ...]


class _ClipWork:
    """One clip's cells: what of them is to be measured, and then their figures."""

    def __init__(
        self,
        results: Results,
        number: int,
        folder: Path,
        ffmpeg: FFmpeg,
        mode: Metrics,
        reference: str | None,
        begun: Mapping[str, Begun],
        metrics: Sequence[Metric],
        shop: Workshop,
        only: Collection[str] | None,
    ) -> None:
        self.clip = results.clips[number]
        self.groups = groups(results, number, reference)
        self.figures: dict[str, Figures] = {}
        self.sampling = self.clip.sampling
        self._folder, self._ffmpeg, self._mode = folder, ffmpeg, mode
        self._results, self._shop = results, shop
        self._effort = effort(mode, gpu=shop.on_gpu)
        self._begun, self._metrics = begun, metrics
        self._source: Clip | None = open_source(self.clip.file, ffmpeg)
        self._gap = common_gap(_rates(results.of_clip(number)))
        self._only = only
        self._stale = [self._to_measure(group) for group in self.groups]

    @property
    def reference(self) -> str | None:
        first = next(iter(self.groups), None)
        return None if first is None else first.held_against

    @property
    def steps(self) -> int:
        """About how many steps there will be."""
        spent = self._effort
        chunks = -(-spent.moments // spent.at_once)
        return sum(len(stale) * (chunks + spent.windows) for stale in self._stale)

    def _to_measure(self, group: Group) -> list[CellResult]:
        return [
            cell
            for cell in group.cells
            if (self._only is None or cell.id in self._only) and not self._settled(cell, group)
        ]

    def _settled(self, cell: CellResult, group: Group) -> bool:
        figures = cell.figures
        if figures is None or figures.basis is None or figures.reference != group.held_against:
            return False
        if figures.basis != self._basis(cell, group):
            return False
        if any(metric.key not in figures.values for metric in self._metrics):
            return False  # of before there was such a metric
        # What could not be had without the clip can be had when it is back.
        return self._source is None or SOURCE_GONE not in figures.missing

    def _basis(self, cell: CellResult, group: Group) -> str:
        """A mark of what the figures depend on, the two previews included."""
        parts: list[object] = [VERSION, self._mode, str(self._gap)]
        # On a GPU more is looked at: such figures and others are no comparison.
        parts += [self._effort.jod_side] if self._shop.on_gpu else []
        parts += ["alone"] if group.alone else []
        for one in (cell, group.reference):
            run = self._results.runs[one.run].at if self._results.runs else ""
            parts.append(
                [one.id, one.fingerprint or run, one.video.bytes, one.video.frames, one.start]
            )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def run(self) -> Generator[Step | Trouble | Begun | _Done, None, None]:
        for group, stale in zip(self.groups, self._stale, strict=True):
            if stale:
                yield from self._group(group, stale)

    def _group(
        self, group: Group, stale: Sequence[CellResult]
    ) -> Generator[Step | Trouble | Begun | _Done, None, None]:
        try:
            reference = self._subject(group.reference)
        except RenderError as error:
            for cell in stale:
                self._fail(cell, group, error)
                yield Trouble(cell.id, error)
            return
        others = [cell for cell in stale if cell.id != reference.id]
        probing = {cell.id: self._shop.pool.submit(self._subject, cell) for cell in others}
        subjects = []
        for cell in stale:
            try:
                own = cell.id == reference.id
                subjects.append(reference if own else probing[cell.id].result())
            except RenderError as error:
                self._fail(cell, group, error)
                yield Trouble(cell.id, error)
        path = self._ffmpeg.path
        metrics, spent, shop = self._metrics, self._effort, self._shop
        stills = Stills(subjects, reference, self._source, self._gap, spent, path, metrics, shop)
        windows = Windows(subjects, reference, spent, path, metrics, shop)
        # Without the clip other moments are compared.
        there = "" if self._source is None else " with its clip"
        taken = " ".join(metric.key for metric in metrics)
        basis_of = {subject: self._basis(subject.cell, group) for subject in subjects}
        share_of = {subject: f"{basis_of[subject]}{there}: {taken}" for subject in subjects}
        for subject in subjects:
            subject.go_on(self._begun.get(subject.id), share_of[subject])

        def told(updates: Iterator[Step | Trouble]) -> Iterator[Step | Trouble | Begun]:
            by_id = {subject.id: subject for subject in subjects}
            for update in updates:
                subject = by_id.get(update.cell)
                if isinstance(update, Step) and subject is not None and subject.failed is None:
                    yield subject.share(share_of[subject])
                yield update

        yield from told(stills.run())
        for some in windows.batches():
            yield from told(windows.run(some))
            for subject in some:
                self.figures[subject.id] = _figures(subject, group, basis_of[subject], metrics)
            if group is self.groups[0]:
                self.sampling = self._sampled(group, subjects, stills, windows)
            yield _Done(tuple(subject.id for subject in some))

    def _subject(self, cell: CellResult) -> Subject:
        return Subject(cell, self.clip.start, self._folder, self._ffmpeg)

    def _fail(self, cell: CellResult, group: Group, error: RenderError) -> None:
        self.figures[cell.id] = _no_figures(group, error, self._metrics)

    def _sampled(
        self, group: Group, subjects: Sequence[Subject], stills: Stills, windows: Windows
    ) -> Sampling:
        spent = self._effort
        most = max((len(s.moments) for s in subjects), default=0)
        before = self.clip.sampling if len(subjects) < len(group.cells) else None
        seconds = None if group.alone else windows.seconds
        if seconds is None and before is not None:
            seconds = before.jod_seconds
        pairs = [subject.found.count(FLICKER.key) for subject in subjects]
        return Sampling(
            mode=self._mode,
            size=stills.size,
            moments=max(most, before.moments if before else 0),
            of=max([s.of for s in subjects] + [before.of if before else 0]),
            pairs=max([*pairs, before.pairs if before else 0]),
            gap=float(self._gap or 0),
            jod_seconds=seconds,
            jod_size=windows.size if seconds is not None else None,
            style_moments=min(most, spent.style_moments),
            style_size=stills.style_size,
            detail_moments=min(most, spent.detail_moments),
            notes=() if self._source is not None else (SOURCE_GONE,),
        )


def _rates(cells: Sequence[CellResult]) -> set[Fraction]:
    """Of those that can be measured."""
    return {cell.target.fps for cell in cells if cell.played is None and cell.video.frames > 0}


def _figures(subject: Subject, group: Group, basis: str, metrics: Sequence[Metric]) -> Figures:
    """What was found. A cell that failed has no basis, and is tried again next time. One that is
    alone loses nothing to anything: to be like oneself is no figure."""
    if subject.failed is not None:
        return _no_figures(group, subject.failed, metrics)
    own = subject.id == group.held_against
    values = {
        metric.key: metric.alike
        if own and metric.alike is not None
        else subject.found.mean(metric.key)
        for metric in metrics
    }
    missing = tuple(subject.found.missing)
    return Figures(reference=group.held_against, missing=missing, basis=basis, **values)


def _no_figures(group: Group, error: RenderError, metrics: Sequence[Metric]) -> Figures:
    nothing: dict[str, None] = dict.fromkeys(metric.key for metric in metrics)
    return Figures(reference=group.held_against, missing=(str(error),), **nothing)


def _merged(results: Results, clips: Sequence[_ClipWork]) -> Results:
    figures = {id_: f for clip in clips for id_, f in clip.figures.items()}
    cells = tuple(
        cell.model_copy(update={"figures": figures[cell.id]}) if cell.id in figures else cell
        for cell in results.cells
    )
    updated = tuple(
        clip.clip.model_copy(update={"reference": clip.reference, "sampling": clip.sampling})
        for clip in clips
    )
    return results.model_copy(update={"cells": cells, "clips": updated})

"""What is made of a sweep's previews and figures: choice, grids, sheets, source videos, report."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from render.execution.tasks import Task, Update
from render.sweeping.sweep_events import (
    Chosen,
    StepMade,
    StepProgress,
    StepStarted,
    SweepEvent,
    SweepStep,
)
from render.sweeping.work import SweepWork

if TYPE_CHECKING:
    from render.compare.tiles import Page


def choice(work: SweepWork) -> Iterator[SweepEvent]:
    """Which target to build for the device, where there are several."""
    from render.choice import choice_file
    from render.choice.candidates import Aim
    from render.choice.ranking import choose

    profile = work.outputs.on
    aims = {Aim.of(cell) for cell in work.results.cells if cell.played is None}
    if profile is None or len(aims) < 2:
        return
    yield StepStarted(SweepStep.CHOICE, work.folder / choice_file.NAME)
    chosen = choose(work.results, profile)
    data = choice_file.as_dict(chosen, work.results)
    yield StepMade(SweepStep.CHOICE, choice_file.save(data, work.folder))
    yield Chosen(chosen, data["headline"], tuple(data["reasons"]))


def grids(work: SweepWork) -> Iterator[SweepEvent]:
    """The previews side by side, one clip or all clips to a grid."""
    from render.compare.tile_labels import sources_of, tiles_of_clips
    from render.compare.tiles import arrange, room_for
    from render.compare.wording import Labels, pages_in_words

    outputs, ffmpeg = work.outputs, work.ffmpeg
    yield StepStarted(SweepStep.GRID)
    clips = work.several(least=1 if outputs.over_clips else 2)
    for group in [clips] if outputs.over_clips else [[clip] for clip in clips]:
        tiles = tiles_of_clips(work.results, group, work.folder, ffmpeg, outputs.on)
        sources = sources_of(tiles, ffmpeg) if outputs.source else []
        pages = arrange(
            tiles,
            rows=outputs.rows,
            columns=outputs.cols,
            sources=sources,
            room=room_for(work.suffix),
        )
        clip = None if outputs.over_clips else group[0]
        labels = outputs.labels or Labels.SHORT
        pages = pages_in_words(pages, labels)
        for number, page in enumerate(pages, 1):
            part = f"grid-{number}" if len(pages) > 1 else "grid"
            yield from _grid(work, page, work.place(clip, part, work.suffix, work.results.grids))


def _grid(work: SweepWork, page: Page, path: Path) -> Iterator[SweepEvent]:
    from render.compare.tiles import room_for
    from render.compare.video_grid import about_frames, described, lengths_note, write_grid
    from render.sweeping.basis import basis_of_page

    step, encoding = SweepStep.GRID, work.plan.encoding
    basis, words = basis_of_page(page, encoding), described(page, room_for(path.suffix))
    if work.is_made(step, path, basis):
        yield StepMade(step, path, words, kept=True)
        return
    about = about_frames(page, shortest=False)
    yield StepStarted(step, path, lengths_note(page, shortest=False))
    call = Task(
        write_grid,
        (page, path),
        {"encoding": encoding, "force": True},
        reads=tuple(tile.clip.path for tile in page.tiles),
    )

    progress = partial(_progress, step, path, about)
    warnings = tuple((yield from _followed(work, call, progress)))
    yield from work.made(step, path, basis)
    yield StepMade(step, path, words, warnings)


def _progress(step: SweepStep, path: Path, total: int | None, done: int) -> StepProgress:
    return StepProgress(step, path, done, max(done, total or done))


def _followed(
    work: SweepWork, step: Task, progress: Callable[[Any], StepProgress]
) -> Generator[SweepEvent, None, Any]:
    """What a step yields, as progress; returns what it returns."""
    with contextlib.closing(work.follow(step)) as told:
        while True:
            try:
                one = next(told)
            except StopIteration as end:
                return end.value
            yield progress(one.update) if isinstance(one, Update) else one


def sheets(work: SweepWork) -> Iterator[SweepEvent]:
    """A contact sheet of each clip, or one of all."""
    from render.compare.contact import plan_contact, write_contact
    from render.compare.tile_labels import tiles_of_clips
    from render.compare.wording import Labels, in_words
    from render.sweeping.basis import basis_of_sheet

    step, ffmpeg = SweepStep.SHEET, work.ffmpeg
    yield StepStarted(step)
    over = work.outputs.over_clips
    clips = work.several(least=1 if over else 2)
    for group in [clips] if over else [[clip] for clip in clips]:
        tiles = tiles_of_clips(work.results, group, work.folder, ffmpeg)
        path = work.place(None if over else group[0], "sheet", ".png", work.results.sheets)
        tiles, title = in_words(tiles, work.outputs.labels or Labels.SHORT)
        basis = basis_of_sheet(tiles, title)
        if work.is_made(step, path, basis):
            yield StepMade(step, path, kept=True)
            continue
        contact = plan_contact(tiles)
        total = len(contact.tiles) * len(contact.moments)
        yield StepStarted(step, path)
        reads = tuple(tile.clip.path for tile in tiles)
        call = Task(write_contact, (contact, path), {"title": title}, reads)
        progress = partial(_progress, step, path, total)
        yield from _followed(work, call, progress)
        yield from work.made(step, path, basis)
        yield StepMade(step, path)


def sources(work: SweepWork) -> Iterator[SweepEvent]:
    """The plain clips beside their previews, for the report to hold them against."""
    for clip in work.clips:
        yield from work.attempt(SweepStep.SOURCE, _source(work, clip))


def _source(work: SweepWork, number: int) -> Iterator[SweepEvent]:
    from render.compare.source_video import write_source
    from render.sweeping.basis import basis_of_source

    step, plan, cells = SweepStep.SOURCE, work.plan, work.cells_of(number)
    # The one whose frame is the largest stands for all.
    first = max(cells, key=lambda cell: cell.output_size.pixels)
    rate = max(cell.video_rate for cell in cells)
    clip = work.results.clips[number]
    path = work.place(number, "source", work.suffix, [clip.preview] if clip.preview else [])
    basis = basis_of_source(first, rate, plan.encoding)
    if clip.preview == path.name and work.is_made(step, path, basis):
        yield StepMade(step, path, kept=True)
        return
    yield StepStarted(step, path)
    call = Task(
        write_source, (first, rate, path), {"encoding": plan.encoding}, reads=(first.clip.path,)
    )
    yield from _followed(work, call, partial(_progress, step, path, first.about_frames))
    yield from work.made(step, path, basis)
    clips = list(work.results.clips)
    clips[number] = clip.model_copy(update={"preview": path.name})
    yield from work.save(work.results.model_copy(update={"clips": tuple(clips)}))
    yield StepMade(step, path)


def report(work: SweepWork, about: str = "") -> Iterator[SweepEvent]:
    """The page to choose from; ``about`` says what is new in it."""
    from render.compare.report.page import NAME, write_report

    yield StepStarted(SweepStep.REPORT, work.folder / NAME)
    yield StepMade(SweepStep.REPORT, write_report(work.results, work.folder), about)

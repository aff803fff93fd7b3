"""A run's events → its folder's journal, and ``results.json`` made from it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from render.errors import OutputError
from render.events import CellDone, CellFailed, CellKept, DraftMeasured, Event, Preview
from render.files.digest import digest_of
from render.files.journal import Entry, Journal
from render.planning.plan import Cell, Plan
from render.results.begun import Begun
from render.results.fold import Fold, clip_key
from render.results.results import (
    NAME,
    CellResult,
    CellTarget,
    CellVideo,
    Cost,
    Failure,
    Played,
    Results,
    Run,
    View,
    load,
    save,
)
from render.results.source_clip import SourceClip
from render.versions import machine, versions


@dataclass(frozen=True, slots=True)
class Call:
    """The words of the command and when it began, for whoever reads the results later."""

    command: tuple[str, ...]
    at: datetime


class Recorder:
    """Follows a run's events and keeps its folder's journal and results up to date.

    Several runs may write into one folder at once: each takes note of what the others append.
    Making one raises UsageError when the folder holds results or a journal that cannot be read:
    nothing is rendered then that could not be recorded.
    """

    def __init__(self, plan: Plan, folder: Path, call: Call) -> None:
        self.folder = folder
        self._plan = plan
        self._journal = Journal.of(folder)
        self._fold = Fold()
        self._name = f"{call.at.isoformat(timespec='seconds')} {secrets.token_hex(4)}"
        self._run = Run(
            command=call.command,
            at=call.at.isoformat(timespec="seconds"),
            versions=versions(),
            machine=machine(),
            engine=plan.engine.engine.value,
            device=plan.engine.device.value,
            why=plan.engine.why,
        )
        self._wrote = False
        self._psnr: dict[str, float] = {}  # of drafts, by their ids
        self._pending: list[Entry] = []
        entries, self._read = self._journal.read()
        for entry in entries:
            self._fold.take(entry)
        if not entries and (folder / NAME).exists():
            # From before there was a journal.
            self._note({"kind": "adopted", "results": load(folder).as_dict()})
        before = self._fold.results(folder)
        self._known = {cell.id: cell.fingerprint for cell in before.cells}
        self._before = before
        planned = [_id(cell.output, folder) for cell in plan.cells]
        run = self._run.model_dump(mode="json")
        self._note({"kind": "run", "run": self._name, "facts": run, "cells": planned})

    def event(self, event: Event) -> None:
        """Take note of what was written and what failed, before anybody is told of it.

        A preview is recorded at once, so that whatever ends the run it is known. That it cannot be
        written, `save` says at the end.
        """
        match event:
            case CellDone(_, preview):
                self._preview(preview)
            case DraftMeasured(cell, psnr):
                self._psnr[_id(cell.output, self.folder)] = psnr
            case CellKept(cell, preview):
                if self._known.get(_id(cell.output, self.folder)) != cell.fingerprint:
                    self._preview(preview)
                self._wrote = True
            case CellFailed(clip, cell, error):
                name = None if cell is None else cell.output.name
                failure = Failure(clip=str(clip), cell=name, kind=error.kind, message=str(error))
                facts = failure.model_dump(mode="json")
                self._note({"kind": "failed", "run": self._name, "failure": facts})

    def results(self) -> Results:
        """The folder's results with all that was noted."""
        return self._fold.results(self.folder)

    def update(self, results: Results) -> Results:
        """Record what ``results``, which are made of `results`, know more: figures, references, and
        the clips' own videos. Raises OutputError."""
        before = self.results()
        figures = {cell.id: cell.figures for cell in before.cells}
        for cell in results.cells:
            if cell.figures is not None and cell.figures != figures.get(cell.id):
                found = cell.figures.model_dump(mode="json")
                self._note({"kind": "figures", "cell": cell.id, "figures": found})
        clips = {clip_key(clip): clip for clip in before.clips}
        for clip in results.clips:
            if clip != clips.get(clip_key(clip)):
                told = clip.model_dump(mode="json", include={"reference", "sampling", "preview"})
                self._note({"kind": "clip", "clip": list(clip_key(clip)), "changes": told})
        self._flush()
        return self.results()

    @property
    def begun(self) -> Mapping[str, Begun]:
        """What was found of cells whose figures are not whole, by their ids."""
        return self._fold.begun

    def share(self, share: Begun) -> None:
        """Record a share of a cell's figures. Raises OutputError."""
        self._note(share.as_entry())
        with self._journal.locked() as file:
            self._append(file)

    def making(self, name: str) -> None:
        """Record that a file is about to be made of the previews: if we die before `made`, the next
        run knows it for ours. Raises OutputError."""
        if not self._fold.is_ours(name):
            self._note({"kind": "making", "name": name})
            with self._journal.locked() as file:
                self._append(file)

    def is_ours(self, name: str) -> bool:
        """Whether a file of that name was made here, or was about to be."""
        return self._fold.is_ours(name)

    def made(self, what: str, name: str, basis: str) -> Results:
        """Record that the file ``name`` was made of the previews: a grid, a sheet, a source video.
        ``basis`` is a mark of all that it depends on. Raises OutputError."""
        content = digest_of(self.folder / name, OutputError)
        entry = {"kind": "made", "what": what, "name": name, "basis": basis, "content": content}
        self._note(entry)
        self._flush()
        return self.results()

    def is_made(self, what: str, name: str, basis: str) -> bool:
        """Whether that file is there already, as it was made, and of the same."""
        mark, path = self._fold.made(what, name), self.folder / name
        if mark is None or mark[0] != basis or not path.is_file():
            return False
        return mark[1] == digest_of(path, OutputError)

    def save(self, wall: float | None = None) -> Results:
        """Write all that was noted, if any preview is there. ``wall``: seconds of the whole run.
        Raises OutputError."""
        if self._wrote:
            self._catch_up()
            self._note({"kind": "ended", "run": self._name, "wall": wall})
            self._flush()
        return self.results()

    def expected(self) -> Results:
        """What the results will hold if every cell of the plan is rendered: for questions that must
        be answered before. Sizes and lengths of files are not known yet, and 0."""
        before = self._before
        runs, clips = [*before.runs, self._run], list(before.clips)
        mine = [_id(cell.output, self.folder) for cell in self._plan.cells]
        kept = [cell for cell in before.cells if cell.id not in mine]
        planned = [
            self._planned(cell).model_copy(
                update={"run": len(runs) - 1, "clip": _position(_clip(cell), clips)}
            )
            for cell in self._plan.cells
        ]
        cells = (*kept, *planned)
        return before.model_copy(update={"runs": (*runs,), "clips": (*clips,), "cells": cells})

    def _preview(self, preview: Preview) -> None:
        clip = _clip(preview.cell).model_dump(mode="json")
        cell = self._cell(preview).model_dump(mode="json")
        self._note({"kind": "cell", "run": self._name, "clip": clip, "cell": cell})
        self._wrote = True
        with contextlib.suppress(OutputError):
            self._flush()

    def _note(self, entry: Entry) -> None:
        self._fold.take(entry)
        self._pending.append(entry)

    def _catch_up(self) -> None:
        """Take note of what other runs have appended."""
        others, self._read = self._journal.read(self._read)
        for entry in others:
            self._fold.take(entry)

    def _flush(self) -> None:
        """Append what is noted, and make the results anew with what others appended meanwhile."""
        with self._journal.locked() as file:
            self._append(file)
            save(self.results(), self.folder)

    def _append(self, file: IO[bytes]) -> None:
        self._catch_up()
        self._journal.append_to(file, *self._pending)
        self._pending.clear()
        self._read = file.seek(0, os.SEEK_END)

    def _cell(self, preview: Preview) -> CellResult:
        planned = self._planned(preview.cell)
        video = planned.video.model_copy(
            update={
                "frames": preview.frames,
                "stylized": preview.stylized,
                "duration": float(preview.duration),
                "bytes": preview.bytes,
            }
        )
        ms = None if preview.ms is None else round(preview.ms, 2)
        cost = planned.cost.model_copy(update={"ms": ms})
        played = _played(preview)
        found = {"video": video, "cost": cost, "played": played, "warnings": preview.warnings}
        return planned.model_copy(update=found)

    def _planned(self, cell: Cell) -> CellResult:
        name, engine = _id(cell.output, self.folder), self._plan.engine
        return CellResult(
            id=name,
            clip=0,
            run=0,
            start=float(cell.start),
            fingerprint=cell.fingerprint,
            view=View.of(cell.placement),
            target=target_of(cell),
            video=CellVideo(
                size=cell.output_size,
                fps=None if cell.playback is None else cell.video_rate,
                fps_float=None if cell.playback is None else float(cell.video_rate),
                frames=0,
                stylized=0,
                duration=0.0,
                bytes=0,
                encoder=self._plan.encoding.encoder,
                crf=self._plan.encoding.crf,
            ),
            cost=cost_of(cell),
            precision=engine.precision if engine.is_draft else None,
            psnr=self._psnr.get(name),
            notes=(*cell.notes, *self._draft_note(name)),
        )

    def _draft_note(self, name: str) -> tuple[str, ...]:
        if not self._plan.engine.is_draft:
            return ()
        psnr = self._psnr.get(name)
        far = "" if psnr is None else f", {psnr:.1f} dB (PSNR) from single precision"
        return (f"a draft: its network computed in 8-bit integers{far}",)


def _id(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _clip(cell: Cell) -> SourceClip:
    clip = cell.clip
    return SourceClip(
        path=str(clip.place),
        name=clip.place.name,
        fetched=None if clip.source is None else str(clip.path),
        size=clip.video.displayed,
        fps=clip.video.rate,
        fps_float=float(clip.video.rate),
        duration=None if clip.duration is None else float(clip.duration),
        start=cell.start,
        part=cell.duration,
    )


def _position(clip: SourceClip, clips: list[SourceClip]) -> int:
    """Where ``clip`` is in ``clips``; one that was there before keeps its reference."""
    for number, known in enumerate(clips):
        if clip_key(known) == clip_key(clip):
            return number
    clips.append(clip)
    return len(clips) - 1


def target_of(cell: Cell) -> CellTarget:
    """What the preview of ``cell`` stands for."""
    return CellTarget(
        style=cell.style,
        network=cell.network,
        size=cell.size,
        fps=cell.rate,
        fps_float=float(cell.rate),
        upscale=cell.upscale,
        upscaler=cell.upscaler,
        strength=cell.strength,
        on=None if cell.playback is None else cell.playback.on,
        style_file=_own_style(cell.style_path),
    )


def _own_style(path: Path) -> str | None:
    from render.resources import presets_dir

    own = path.absolute()
    return None if own.is_relative_to(presets_dir().absolute()) else str(own)


def _played(preview: Preview) -> Played | None:
    playback, shows = preview.cell.playback, preview.shows
    if playback is None or shows is None:
        return None
    latency = playback.latency
    return Played(
        median_ms=latency.median,
        p95_ms=latency.p95,
        sustained_ms=latency.sustained,
        minutes=latency.minutes,
        camera=playback.camera,
        display=playback.display,
        late=playback.late,
        seed=playback.seed,
        warm=playback.warm,
        **asdict(shows),
    )


def cost_of(cell: Cell) -> Cost:
    """What the network of ``cell`` takes; ``ms`` is known once it has run."""
    macs = cell.network.macs(cell.size)
    return Cost(
        parameters=cell.network.parameters(),
        macs=macs,
        macs_second=float(macs * cell.rate),
    )

"""One row, worked off: kept, or planned and swept, and marked as done."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from render.batching.batch_events import RowBegan, RowPutOff, RowStep, RowThrough
from render.batching.row import RowState
from render.batching.row_clip import clip_id, only_clip, stamp_of
from render.batching.row_folders import PlacedRow
from render.batching.row_mark import RowMark, fingerprint_of, read_mark
from render.errors import EngineError, OutputError, RenderError
from render.execution.local import LocalExecutor
from render.planning.plan import Plan, choose_engine, make_plan, style_file
from render.planning.request import Request
from render.storage.url import Url
from render.sweeping.outputs import Outputs
from render.sweeping.sweep import sweep
from render.sweeping.tally import Tally

if TYPE_CHECKING:
    from render.engines.base import EngineChoice
    from render.execution.executor import Executor

RowEvent: TypeAlias = RowBegan | RowStep | RowPutOff | RowThrough


class Workplace:
    """What a thread works rows off with. Without an ``executor`` it is this machine; what is loaded
    for one row stays loaded for the next."""

    def __init__(self, executor: Executor | None) -> None:
        self._given = executor
        self._local: tuple[object, LocalExecutor] | None = None

    def executor(self, plan: Plan) -> Executor:
        """For a plan of one row."""
        if self._given is not None:
            return self._given
        # All that an executor keeps from its first plan.
        key = plan.engine, plan.ffmpeg, plan.cache
        if self._local is None or self._local[0] != key:
            self._local = key, LocalExecutor()
        return self._local[1]

    def forget(self) -> None:
        """Load anew for the next row: what is loaded may be broken."""
        self._local = None


class RowWork:
    """What the rows of a batch share. Several threads use it at once."""

    def __init__(self, outputs: Outputs, command: Sequence[str]) -> None:
        self._outputs, self._command = outputs, command
        # Asked again for each row, and the same for most.
        self._weights = cache(lambda style, network: style_file(style, network).digest)
        self._engines: dict[object, EngineChoice] = {}

    def look(self, placed: PlacedRow) -> RowThrough | tuple[RowMark | None, str]:
        """A row that is done and has not changed since; else what its folder's mark says, and the
        fingerprint of what is asked for. Raises RenderError where the row cannot be rendered."""
        row, folder, request = placed.row, placed.folder, _request(placed)
        assert folder is not None, "it has a request"
        stamp = stamp_of(only_clip(request.clips))
        fingerprint = fingerprint_of(placed.key, stamp, *self._depends(request))
        mark = read_mark(folder)
        done = mark is not None and mark.fingerprint == fingerprint and not request.force
        if done and mark is not None and mark.is_whole(folder):
            paths = tuple(folder / name for name, _ in mark.previews)
            return RowThrough(row, RowState.KEPT, folder, paths, mark.warnings)
        return mark, fingerprint

    def plan(self, placed: PlacedRow, mark: RowMark | None) -> Plan:
        """What a row takes; what its clip's folder holds of other options, or of what the clip was
        before, is made anew. Raises RenderError."""
        request = _request(placed)
        place = clip_id(only_clip(request.clips))
        return make_plan(request, anew=mark is not None and mark.clip == place)

    def events(
        self, placed: PlacedRow, workplace: Workplace, *, again: bool
    ) -> Generator[RowEvent, None, None]:
        """Work a row off; the last event is what it came to, or that it is put off where it may be
        tried ``again``."""
        row, folder, tally, began = placed.row, placed.folder, Tally(), time.monotonic()
        try:
            if placed.error is not None:
                raise placed.error
            assert folder is not None, "there is no error"
            found = self.look(placed)
            if isinstance(found, RowThrough):
                yield found
                return
            mark, fingerprint = found
            yield RowBegan(row, mark is not None and mark.fingerprint not in ("", fingerprint))
            plan = self.plan(placed, mark)
            mine = RowMark(clip_id(only_clip(_request(placed).clips)), placed.key)
            if plan.cells and (mark is None or mark.row != placed.key):
                mine.save(folder)
            if mark is not None and mark.clip == mine.clip:
                _give_way(plan)
            executor = workplace.executor(plan)
            with contextlib.closing(
                sweep(plan, self._outputs, command=self._command, executor=executor)
            ) as events:
                for event in tally.counted(events):
                    yield RowStep(row, event)
            if not tally.failed:
                done = mine.of_done(fingerprint, tally.paths, tally.made, tally.warnings)
                done.save(folder)
        except RenderError as error:
            tally.errors.append(error)
        if any(isinstance(error, EngineError) for error in tally.errors):
            workplace.forget()
        if again and tally.transient:
            yield RowPutOff(row, tally.errors[0])
            return
        yield RowThrough(
            row,
            _state(tally),
            folder if tally.paths else None,
            tuple(tally.paths),
            tuple(tally.warnings),
            tuple(tally.errors),
            time.monotonic() - began,
        )

    def _depends(self, request: Request) -> tuple[Any, ...]:
        """What previews depend on beside the row and its clip. Raises StyleError, EngineError."""
        styles = dict.fromkeys((look.style, look.target.network) for look in request.looks)
        weights = [self._weights(style, network) for style, network in styles]
        asked = request.engine, request.device, request.precision, request.elsewhere
        if asked not in self._engines:
            self._engines[asked] = choose_engine(request)
        # Why it was chosen may be worded otherwise tomorrow.
        return weights, replace(self._engines[asked], why=""), self._outputs


def _request(placed: PlacedRow) -> Request:
    """The row's, into its own folder."""
    request = placed.row.request
    assert isinstance(request, Request) and placed.folder is not None, "it was placed"
    publish = request.publish
    if publish is not None:
        url = Url(publish) if isinstance(publish, str) else publish
        publish = url.child(f"{placed.folder.name}/")
    return replace(request, output=placed.folder, into_folder=True, publish=publish)


def _state(tally: Tally) -> RowState:
    if tally.failed:
        return RowState.FAILED
    return RowState.DONE if tally.written else RowState.KEPT


def _give_way(plan: Plan) -> None:
    """What lies in the place of a preview to be made is another one, or the plan would refuse."""
    if not plan.force:
        for cell in plan.todo:
            _remove(cell.output)


def _remove(preview: Path) -> None:
    try:
        preview.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{preview}: cannot be made anew: {error.strerror}") from error

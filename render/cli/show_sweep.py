"""A sweep's events → results on stdout, words and progress on stderr, and the exit status."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from render.cli.count import Count
from render.cli.debug import explain
from render.cli.events_json import step_line
from render.cli.hints import explained
from render.cli.output import detail, labelled, put, safe, say
from render.cli.show import Show
from render.cli.show_fetching import ShowFetching
from render.cli.show_publishing import ShowPublishing
from render.cli.words import took
from render.events import Event
from render.storage.fetching import ClipFetching
from render.sweeping.sweep_events import (
    CellMeasured,
    Chosen,
    LeftoversCleared,
    OutputsFetching,
    Planned,
    Published,
    PublishFailed,
    Publishing,
    ResultsReady,
    StepFailed,
    StepMade,
    StepProgress,
    StepSkipped,
    StepStarted,
    SweepDone,
    SweepEvent,
    SweepStep,
)

if TYPE_CHECKING:
    from pathlib import Path

    from render.devices.profile import Profile
    from render.planning.plan import Plan
    from render.results.results import Results

_UNITS = {SweepStep.FIGURES: "step", SweepStep.SHEET: "picture"}
# What each step does before it can count anything.
_AT_FIRST = {
    SweepStep.FIGURES: "loading what measures, and reading the previews",
    SweepStep.CHOICE: "weighing the targets",
    SweepStep.GRID: "reading the previews",
    SweepStep.SHEET: "reading the previews",
    SweepStep.SOURCE: "reading the clip",
    SweepStep.REPORT: "writing the page",
}
# Whose files stand in results, and are not announced by themselves.
_QUIET = (SweepStep.SOURCE,)


class ShowSweep:
    """Shows what happens during a sweep; ``on`` is the device that its table names; ``first``:
    what works here has not been said yet."""

    def __init__(self, *, json: bool, debug: bool, on: Profile | None, first: bool = True) -> None:
        self._json, self._debug, self._on, self._first = json, debug, on, first
        self._show: Show | None = None
        self._planned: Planned | None = None
        self._fetching = ShowFetching(json=json)
        self._publishing = ShowPublishing(json=json, debug=debug)
        self._count: Count | None = None
        self._failed = 0
        self._measured = 0
        self._named: set[Path] = set()
        self._step: SweepStep | None = None
        self._step_began = 0.0

    def event(self, event: SweepEvent) -> None:
        """Show one event."""
        match event:
            case ClipFetching() | OutputsFetching():
                self._fetching.event(event)
            case Planned(plan):
                self._fetching.close()
                self._begin(event, plan)
            case LeftoversCleared():
                self._cleared(event)
            case Publishing() | Published() | PublishFailed():
                self._publishing.event(event)
            case _ if isinstance(event, Event):
                self._cells.event(event)
            case _:
                # The previews are through.
                self._cells.close()
                self._after(event)
        self._publishing.made(event)
        if self._json and (line := step_line(event)):
            put(line)

    def _after(self, event: SweepEvent) -> None:
        """What is made of the previews."""
        self._timed(event)
        match event:
            case StepStarted():
                self._begin_step(event)
            case StepProgress(step, path, done, total, words):
                title = step.value if path is None else path.name
                self._counted(step).show(title, done, total, words)
            case StepMade():
                self._made(event)
            case StepSkipped(step, why):
                say(f"no {step}: {why}")
            case StepFailed():
                self._fail(event)
            case CellMeasured():
                self._measured += 1
            case ResultsReady(results):
                self._still()
                self._table(results)
            case Chosen():
                self._chosen(event)

    def _chosen(self, event: Chosen) -> None:
        from render.cli.paragraph import paragraph

        said = list(paragraph(f"to take: {event.headline}", rest="  "))
        for reason in event.reasons:
            said += paragraph(reason, "  ")
        if event.certain is not None:
            said += [*paragraph(event.certain.what, "  "), f"    {event.certain.command}"]
        for text in said:
            say(text)

    def finish(self, *, last: bool = True) -> int:
        """The last words, and the exit status; ``last``: nothing else follows."""
        self._publishing.close()
        return self._cells.finish(self._failed + self._publishing.failed, last=last)

    def stopped(self) -> None:
        """What is kept of a run that was interrupted, and how to go on."""
        if self._planned is None or self._show is None:
            return
        self.close()
        plan, there = self._planned.plan, self._show.there
        parts = _parts(plan)
        kept = []
        if there or self._planned.folder is not None:
            kept.append(f"{there} of {len(plan.cells)} previews")
        if parts:
            kept.append("1 part of another" if parts == 1 else f"{parts} parts of others")
        if self._measured:
            kept.append(f"the figures of {self._measured}")
        if kept:
            how = "without --force the same command" if plan.force else "the same command"
            say(f"stopped: {' and '.join(kept)} are kept; {how} goes on")

    def close(self) -> None:
        """Take the progress off the screen."""
        self._still()
        self._fetching.close()
        self._publishing.close()
        if self._show is not None:
            self._show.close()

    @property
    def _cells(self) -> Show:
        assert self._show is not None, "a sweep begins with its plan"
        return self._show

    def _begin(self, planned: Planned, plan: Plan) -> None:
        from render.cli.dry_run import warn_long

        if long := warn_long(plan):
            say(long)
        self._planned = planned
        self._show = Show(plan, json=self._json, debug=self._debug, first=self._first)

    def _cleared(self, event: LeftoversCleared) -> None:
        folder, removed, unsure = event.folder, event.removed, event.unsure
        if removed:
            files = "file" if removed == 1 else "files"
            note = f"{folder}: removed {removed} temporary {files} of a run that was killed"
            self._cells.note(note)
        if unsure and self._debug:
            stay = "file stays" if unsure == 1 else "files stay"
            note = (
                f"{folder}: {unsure} temporary {stay}: without file locks nobody can tell "
                "whether the run still goes on"
            )
            self._cells.note(note)

    def _timed(self, event: SweepEvent) -> None:
        """What the step before took, when the next one begins."""
        if isinstance(event, StepStarted | ResultsReady | SweepDone):
            if self._step is not None:
                detail(f"{self._step.value}: {took(time.monotonic() - self._step_began)}")
            self._step = event.step if isinstance(event, StepStarted) else None
            self._step_began = time.monotonic()

    def _begin_step(self, event: StepStarted) -> None:
        self._still()
        if event.note:
            say(labelled("note", event.note, sys.stderr))
        if event.step in _AT_FIRST:
            title = event.step.value if event.path is None else event.path.name
            self._counted(event.step).wait(title, _AT_FIRST[event.step])

    def _made(self, event: StepMade) -> None:
        self._still()
        for warning in event.warnings:
            say(labelled("warning", f"{event.path.name}: {warning}", sys.stderr))
        place = event.path if self._planned is None else self._planned.plan.shown(event.path)
        if event.kept:
            say(f"{safe(str(place))}: kept, since it is of the same previews")
        elif event.about:
            say(f"{safe(str(place))}: {event.about}")
        # What goes to a URL is named once it is there.
        quiet = self._json or event.step in _QUIET or place != event.path
        if not quiet and event.path not in self._named:
            self._named.add(event.path)
            put(str(event.path))

    def _fail(self, event: StepFailed) -> None:
        self._failed += 1
        if self._debug:
            explain(event.error)
        said = labelled("error", explained(event.error), sys.stderr)
        # Figures go on beside what failed of them.
        if event.step is SweepStep.FIGURES and self._count is not None:
            self._count.say(said)
            return
        self._still()
        say(said)

    def _table(self, results: Results) -> None:
        from render.cli.paragraph import paragraph
        from render.cli.table import table
        from render.compare.metrics.rows import figure_rows

        if len(results.cells) < 2:
            return
        figures = figure_rows(results, self._on)
        for line in table(figures.header, figures.rows, figures.right):
            say(line)
        folds = sys.stderr.isatty()  # a log keeps a sentence in one line
        for sentence in figures.legend:
            for line in paragraph(sentence, rest="  ") if folds else [sentence]:
                say(line)

    def _counted(self, step: SweepStep) -> Count:
        if self._count is None:
            self._count = Count(_UNITS.get(step, "frame"), sys.stderr)
        return self._count

    def _still(self) -> None:
        if self._count is not None:
            self._count.close()
            self._count = None


def _parts(plan: Plan) -> int:
    """Finished parts of the plan's previews that are not there yet; ``--force`` makes them anew."""
    from render.execution.abandoned import find_abandoned

    if plan.force:
        return 0
    todo = {cell.output for cell in plan.todo}
    folders = dict.fromkeys(output.parent for output in todo)
    left = (one for folder in folders for one in find_abandoned(folder))
    return sum(one.segments for one in left if one.preview in todo)

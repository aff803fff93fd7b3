"""What a sweep does when its previews are written: figures, grids, a contact sheet, the report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from render.cli.count import Count
from render.cli.output import put, say
from render.errors import UsageError

if TYPE_CHECKING:
    from render.cli.steps import Steps
    from render.compare.metrics.modes import Metrics
    from render.devices.profile import Profile
    from render.media.ffmpeg import FFmpeg
    from render.planning.plan import Cell, Plan
    from render.results.record import Recorder
    from render.results.results import Results


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the group Compare; ``metrics`` None is what suits the run."""

    grid: bool = False
    rows: str | None = None
    cols: str | None = None
    source: bool = False
    sheet: bool = False
    report: bool = False
    metrics: Metrics | None = None
    reference: str | None = None
    on: Profile | None = None

    @property
    def over_clips(self) -> bool:
        """Whether a grid shows all clips, rather than each a grid of its own."""
        return "clip" in (self.rows, self.cols)

    @property
    def anything(self) -> bool:
        """Whether results were asked for, by whichever option."""
        wanted = (self.grid, self.sheet, self.report, self.metrics, self.reference, self.on)
        return any(each is not None and each is not False for each in wanted)


def results_folder(plan: Plan, wanted: Wanted) -> Path | None:
    """Where the run's results go: beside its previews, if there is something to compare, if they
    were asked for, or if the folder keeps some already; else None."""
    from render.results.results import NAME

    if not plan.cells:
        return None
    folder = plan.cells[0].output.parent
    clips = {cell.clip.path for cell in plan.cells}
    several = len(plan.cells) > len(clips)
    return folder if several or wanted.anything or (folder / NAME).is_file() else None


def check(recorder: Recorder, wanted: Wanted) -> None:
    """Raise the UsageError of what cannot be done, before anything is rendered."""
    from render.compare.metrics.reference import check_reference
    from render.compare.tiles import check_axes

    expected = recorder.expected()
    check_reference(expected, wanted.reference)
    counts = [len(expected.of_clip(n)) for n in range(len(expected.clips))]
    shown = sum(counts) if wanted.over_clips else max(counts)
    for option, asked, count in (
        ("--grid", wanted.grid, shown),
        ("--sheet", wanted.sheet, max(counts)),
    ):
        if asked and count < 2:
            raise UsageError(
                f"{option}: needs several previews of one clip; name several rates, sizes or "
                "networks, such as --fps 10,15"
            )
    if wanted.on is not None and wanted.metrics == "none":
        raise UsageError("--on: chooses by the figures; leave out --metrics none")
    check_axes(wanted.rows, wanted.cols)


class After:
    """The steps after a run, each by itself: one that fails is said, and the others go on."""

    def __init__(
        self, plan: Plan, recorder: Recorder, wanted: Wanted, steps: Steps, *, json: bool
    ) -> None:
        self._plan = plan
        self._recorder = recorder
        self._folder = recorder.folder
        self._wanted = wanted
        self._steps = steps
        self._json = json

    def run(self, results: Results) -> None:
        """All that was asked for, with the results of the run just written."""
        from render.choice.candidates import Aim
        from render.media.ffmpeg import find_ffmpeg
        from render.results.results import NAME

        ffmpeg = find_ffmpeg(self._plan.ffmpeg)
        results = self._try("figures", results, lambda: self._measure(results, ffmpeg))
        saved = self._updated(results)
        results = saved or results
        self._table(results)
        if self._json and saved is not None:
            self._made("results", self._folder / NAME)
        aims = {Aim.of(cell) for cell in results.cells if cell.played is None}
        if self._wanted.on is not None and len(aims) > 1:
            self._try("choice", results, lambda: self._choose(results))
        if self._wanted.grid:
            results = self._try("grid", results, lambda: self._grids(results, ffmpeg))
        if self._wanted.sheet:
            results = self._try("sheet", results, lambda: self._sheets(results, ffmpeg))
        if self._wanted.report:
            self._try("report", results, lambda: self._report(results))

    def _try(self, step: str, results: Results, do: Callable[[], Results]) -> Results:
        return self._steps.attempt(step, do, results)

    def _save(self, results: Results) -> Results:
        return self._updated(results) or results

    def _updated(self, results: Results) -> Results | None:
        """The folder's results with what these know more; None where that cannot be written."""
        return self._steps.attempt("results", lambda: self._recorder.update(results), None)

    def _measure(self, results: Results, ffmpeg: FFmpeg) -> Results:
        from render.compare.metrics.modes import Metrics
        from render.compare.metrics.reference import comparable

        mode = self._wanted.metrics
        if mode is None:
            mine = {self._id(cell) for cell in self._plan.cells}
            compared = {cell.clip for cell in results.cells if cell.id in mine}
            mode = Metrics.FAST if comparable(results, compared) else Metrics.NONE
            if mode is Metrics.NONE and any(len(results.of_clip(clip)) > 1 for clip in compared):
                say("no figures: no two previews here are of one clip in one style, to be compared")
        count = Count("step", sys.stderr)
        try:
            if mode is not Metrics.NONE:
                count.wait("figures", "loading what measures, and reading the previews")
            from render.compare.metrics.measure import Measured, Measuring, measure

            for update in measure(results, self._folder, ffmpeg.path, mode, self._wanted.reference):
                match update:
                    case Measuring(done, total, words):
                        count.show("figures", done, total, words)
                    case Measured(measured):
                        results = measured
                    case trouble:
                        path = self._folder / trouble.cell
                        self._steps.fail("figures", trouble.error, path, count.say)
        finally:
            count.close()
        return results

    def _table(self, results: Results) -> None:
        from render.cli.table import table
        from render.compare.metrics.rows import figure_rows

        if len(results.cells) < 2:
            return
        figures = figure_rows(results, self._wanted.on)
        for line in table(figures.header, figures.rows, figures.right):
            say(line)
        for line in figures.legend:
            say(line)

    def _choose(self, results: Results) -> Results:
        from render.choice import choice_file
        from render.choice.ranking import choose

        assert self._wanted.on is not None
        choice = choose(results, self._wanted.on)
        data = choice_file.as_dict(choice, results)
        self._made("choice", choice_file.save(data, self._folder))
        say(f"to take: {data['headline']}")
        for reason in data["reasons"]:
            say(f"  {reason}")
        return results

    def _grids(self, results: Results, ffmpeg: FFmpeg) -> Results:
        from render.cli.compare import write_page
        from render.compare.tile_labels import sources_of, tiles_of_clips
        from render.compare.tiles import arrange

        made: list[str] = []
        wanted = self._wanted
        clips = self._clips(results, least=1 if wanted.over_clips else 2)
        for group in [clips] if wanted.over_clips else [[clip] for clip in clips]:
            tiles = tiles_of_clips(results, group, self._folder, ffmpeg, wanted.on)
            sources = sources_of(tiles, ffmpeg) if wanted.source else []
            pages = arrange(tiles, rows=wanted.rows, columns=wanted.cols, sources=sources)
            clip = None if wanted.over_clips else group[0]
            for number, page in enumerate(pages, 1):
                part = f"grid-{number}" if len(pages) > 1 else "grid"
                path = self._place(results, clip, part, ".mp4", results.grids)
                write_page(page, path, ffmpeg, self._plan.encoding, force=True)
                made.append(path.name)
                self._made("grid", path)
        return self._kept(results, grids=made)

    def _sheets(self, results: Results, ffmpeg: FFmpeg) -> Results:
        from render.cli.compare import write_sheet
        from render.compare.contact import plan_contact
        from render.compare.tile_labels import tiles_of_clip

        made: list[str] = []
        for clip in self._clips(results):
            tiles = tiles_of_clip(results, clip, self._folder, ffmpeg)
            path = self._place(results, clip, "sheet", ".png", results.sheets)
            write_sheet(plan_contact(tiles), path, ffmpeg, results.clips[clip].name)
            made.append(path.name)
            self._made("sheet", path)
        return self._kept(results, sheets=made)

    def _report(self, results: Results) -> Results:
        from render.compare.report.page import write_report

        results = self._save(self._with_sources(results))
        self._made("report", write_report(results, self._folder))
        return results

    def _with_sources(self, results: Results) -> Results:
        """The plain clips beside their previews, for the report to hold them against."""
        from render.compare.source_video import write_source

        clips = list(results.clips)
        for number in {cell.clip for cell in results.cells if cell.id in self._mine()}:
            cells = [c for c in self._plan.cells if self._clip_of(results, c) == number]
            # The one whose frame is the largest stands for all.
            first = max(cells, key=lambda cell: cell.output_size.pixels)
            rate = max(cell.video_rate for cell in cells)
            clip = clips[number]
            owned = [clip.preview] if clip.preview else []
            path = self._place(results, number, "source", ".mp4", owned)
            count = Count("frame", sys.stderr)
            try:
                for done in write_source(first, rate, path, self._plan.ffmpeg, self._plan.encoding):
                    count.show(path.name, done, max(done, first.about_frames or done))
            finally:
                count.close()
            clips[number] = clip.model_copy(update={"preview": path.name})
        return results.model_copy(update={"clips": tuple(clips)})

    def _clips(self, results: Results, least: int = 2) -> list[int]:
        """The clips of this run of which there are so many previews."""
        mine = dict.fromkeys(cell.clip for cell in results.cells if cell.id in self._mine())
        return [clip for clip in mine if len(results.of_clip(clip)) >= least]

    def _mine(self) -> set[str]:
        return {self._id(cell) for cell in self._plan.cells}

    def _id(self, cell: Cell) -> str:
        return cell.output.relative_to(self._folder).as_posix()

    def _clip_of(self, results: Results, cell: Cell) -> int | None:
        return next((c.clip for c in results.cells if c.id == self._id(cell)), None)

    def _place(
        self, results: Results, clip: int | None, what: str, suffix: str, owned: Collection[str]
    ) -> Path:
        """``<clip>-grid.mp4`` beside the previews, ``grid.mp4`` of all clips; what is there and not
        ours stays. Parts of one clip, and clips of one name, are numbered."""
        from render.files.names import file_name, inside

        parts = [what]
        if clip is not None:
            stem = Path(results.clips[clip].name).stem
            alike = [n for n, one in enumerate(results.clips) if Path(one.name).stem == stem]
            number = alike.index(clip) + 1
            parts = [stem, what] if number == 1 else [stem, str(number), what]
        path = inside(self._folder, file_name(parts, suffix))
        if path.exists() and path.name not in owned and not self._plan.force:
            raise UsageError(f"{path}: exists already; --force overwrites it")
        return path

    def _kept(self, results: Results, **made: list[str]) -> Results:
        update = {
            kind: tuple(dict.fromkeys([*getattr(results, kind), *names]))
            for kind, names in made.items()
        }
        return self._save(results.model_copy(update=update))

    def _made(self, kind: str, path: Path) -> None:
        from render.cli.events_json import line

        put(line(kind, path=str(path)) if self._json else str(path))

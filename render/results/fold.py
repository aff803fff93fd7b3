"""A folder's journal → its results: what all runs that wrote there came to, in one.

Cells are known by their preview's path below the folder; the last entry of one counts. Their order
is that of the plans, whatever was finished first, so that a run that was interrupted and went on
leaves the results of one that was not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from render.errors import UsageError
from render.files.journal import Entry
from render.files.names import leads_below
from render.results.begun import Begun
from render.results.results import CellResult, Failure, Figures, Results, Run
from render.results.source_clip import SourceClip

ClipKey = tuple[str, str, str | None]
"""Path, start and part, as the journal writes them: all cells of one show the same moments."""

Mark = tuple[str, str]
"""Of a file that was made of previews: what it depends on, and its content, as hashes."""


def clip_key(clip: SourceClip) -> ClipKey:
    return clip.path, str(clip.start), None if clip.part is None else str(clip.part)


class Fold:
    """Takes a journal's entries in order; `results` says what they come to so far."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._clips: dict[ClipKey, SourceClip] = {}
        self._cells: dict[str, tuple[str, ClipKey, CellResult]] = {}
        self._failures: dict[tuple[str, str | None], tuple[str, Failure]] = {}
        self._ended_runs: set[str] = set()
        self._goes_on: dict[str, str] = {}
        self._order: dict[str, int] = {}
        self._made: dict[str, dict[str, Mark | None]] = {"grid": {}, "sheet": {}}
        self._making: set[str] = set()
        self._begun: dict[str, Begun] = {}
        self._take: dict[str, Callable[[Entry], None]] = {
            "adopted": self._adopted,
            "run": self._run,
            "ended": self._ended,
            "cell": self._cell,
            "failed": self._failed,
            "figures": self._figures,
            "begun": self._share,
            "clip": self._clip,
            "making": self._intended,
            "made": self._thing,
        }

    def take(self, entry: Entry) -> None:
        """Raises UsageError for an entry that is not as this version writes it."""
        take = self._take.get(entry["kind"])
        if take is None:
            return
        try:
            take(entry)
        except (ValidationError, KeyError, TypeError, ValueError, IndexError) as error:
            raise UsageError(
                f"the journal is damaged: an entry of kind {entry['kind']!r} is not as render "
                f"writes it ({' '.join(str(error).split())[:200]}); remove the line, or the folder"
            ) from error

    def fingerprint(self, cell: str) -> str | None:
        """Of the preview at that path below the folder, as its last entry says."""
        found = self._cells.get(cell)
        return None if found is None else found[2].fingerprint

    @property
    def begun(self) -> Mapping[str, Begun]:
        """What was found of cells whose figures are not whole, by their ids."""
        return self._begun

    def made(self, what: str, name: str) -> Mark | None:
        """What is known of a file that was made of the previews; None where nothing is."""
        return self._made.get(what, {}).get(name)

    def is_ours(self, name: str) -> bool:
        """Whether a file of that name was made of the previews, or was about to be."""
        return name in self._making or any(name in names for names in self._made.values())

    def results(self, folder: Path) -> Results:
        """What is there of it: cells, grids and sheets whose files are gone are left out, and the
        clips and runs that no cell is of."""
        there = {key: found for key, found in self._cells.items() if (folder / key).is_file()}
        late = len(self._order)
        ids = sorted(there, key=lambda cell: self._order.get(cell, late))
        clips = list(dict.fromkeys(there[cell][1] for cell in ids))
        used = {there[cell][0] for cell in ids}
        runs = [run for run in self._runs if run in used]
        cells = tuple(
            there[cell][2].model_copy(
                update={"run": runs.index(there[cell][0]), "clip": clips.index(there[cell][1])}
            )
            for cell in ids
        )
        made = {
            kind: tuple(name for name in names if (folder / name).is_file())
            for kind, names in self._made.items()
        }
        return Results(
            runs=tuple(self._runs[run] for run in runs),
            clips=tuple(self._clips[clip] for clip in clips),
            cells=cells,
            failures=tuple(failure for _, failure in self._failures.values()),
            grids=made["grid"],
            sheets=made["sheet"],
        )

    def _adopted(self, entry: Entry) -> None:
        """A results file from before there was a journal."""
        results = Results.model_validate(entry["results"])
        runs = [f"adopted-{number}" for number in range(len(results.runs))]
        self._runs |= dict(zip(runs, results.runs, strict=True))
        keys = [clip_key(clip) for clip in results.clips]
        self._clips |= dict(zip(keys, results.clips, strict=True))
        for name in (*results.grids, *results.sheets, *(c.preview for c in results.clips)):
            _check_below(name)
        for cell in results.cells:
            self._place(cell, runs[cell.run], keys[cell.clip])
        for failure in results.failures:
            self._failures[failure.clip, failure.cell] = "", failure
        self._ended_runs.add("")
        self._made["grid"] |= dict.fromkeys(results.grids)
        self._made["sheet"] |= dict.fromkeys(results.sheets)

    def _run(self, entry: Entry) -> None:
        new = Run.model_validate(entry["facts"])
        # The same command again, with the same tools, goes on with what it began.
        name = next((n for n, run in self._runs.items() if _same(run, new)), entry["run"])
        self._goes_on[entry["run"]] = name
        self._runs.setdefault(name, new)
        for cell in entry["cells"]:
            self._order.setdefault(cell, len(self._order))
        # What failed in a run that is over is tried again now, or is no longer asked for.
        for key, (run, _) in tuple(self._failures.items()):
            if run in self._ended_runs or run == name:
                del self._failures[key]

    def _ended(self, entry: Entry) -> None:
        name = self._goes_on[entry["run"]]
        run = self._runs[name]
        # Of those that were killed nobody knows how long they took.
        wall = [seconds for seconds in (run.wall, entry["wall"]) if seconds is not None]
        self._runs[name] = run.model_copy(update={"wall": sum(wall) if wall else None})
        self._ended_runs.add(name)

    def _cell(self, entry: Entry) -> None:
        clip = SourceClip.model_validate(entry["clip"])
        _check_below(clip.preview)
        key = clip_key(clip)
        known = self._clips.get(key)
        # A clip that was there keeps its reference and its sample.
        kept = {} if known is None else {
            name: getattr(known, name) for name in ("reference", "sampling", "preview")
        }  # fmt: skip
        self._clips[key] = clip.model_copy(update=kept)
        self._place(CellResult.model_validate(entry["cell"]), self._goes_on[entry["run"]], key)

    def _place(self, cell: CellResult, run: str, clip: ClipKey) -> None:
        if run not in self._runs:
            raise KeyError(f"no run {run}")
        _check_below(cell.id)
        self._cells[cell.id] = (run, clip, cell)
        self._order.setdefault(cell.id, len(self._order))
        self._begun.pop(cell.id, None)
        self._failures.pop((clip[0], Path(cell.id).name), None)

    def _failed(self, entry: Entry) -> None:
        failure = Failure.model_validate(entry["failure"])
        self._failures[failure.clip, failure.cell] = self._goes_on[entry["run"]], failure

    def _figures(self, entry: Entry) -> None:
        run, clip, cell = self._cells[entry["cell"]]
        figures = Figures.model_validate(entry["figures"])
        self._cells[cell.id] = run, clip, cell.model_copy(update={"figures": figures})
        self._begun.pop(cell.id, None)

    def _share(self, entry: Entry) -> None:
        share = Begun.model_validate(entry["share"])
        before = self._begun.get(share.cell)
        if before is not None:
            self._begun[share.cell] = before.and_then(share)
        elif share.after == (0, 0):
            self._begun[share.cell] = share

    def _clip(self, entry: Entry) -> None:
        path, start, part = entry["clip"]
        key = (path, start, part)
        known, changes = dict(self._clips[key]), dict(entry["changes"])
        clip = SourceClip.model_validate(known | changes)
        _check_below(clip.preview)
        self._clips[key] = clip

    def _intended(self, entry: Entry) -> None:
        _check_below(entry["name"])
        self._making.add(entry["name"])

    def _thing(self, entry: Entry) -> None:
        _check_below(entry["name"])
        mark = (str(entry["basis"]), str(entry["content"])) if "basis" in entry else None
        self._made.setdefault(entry["what"], {})[entry["name"]] = mark


def _same(run: Run, other: Run) -> bool:
    told = {"at": "", "wall": None}
    return run.model_copy(update=told) == other.model_copy(update=told)


def _check_below(name: str | None) -> None:
    """Whoever reads results opens what they name: all of it lies in their folder."""
    if name is not None and not leads_below(name):
        raise ValueError(f"{name!r} is not in its folder")

"""What happens during a sweep, beside what happens to its cells (`render.events`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from render.errors import RenderError
from render.events import Event
from render.planning.plan import Plan
from render.storage.fetching import ClipFetching
from render.storage.url import Url

if TYPE_CHECKING:
    from render.choice.certain import ToMeasure
    from render.choice.ranking import Choice
    from render.results.results import Figures, Results


class SweepStep(StrEnum):
    """What a sweep does with its previews, in this order."""

    RESULTS = "results"
    FIGURES = "figures"
    CHOICE = "choice"
    GRID = "grid"
    SHEET = "sheet"
    SOURCE = "source"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Planned:
    """The first event, but for those that fetch: what will run, and the folder that will hold the
    results, None where none are kept. Nothing has been written there yet."""

    plan: Plan
    folder: Path | None


@dataclass(frozen=True, slots=True)
class LeftoversCleared:
    """Of runs that were killed, ``removed`` temporary files in ``folder`` are gone. ``unsure`` stay
    because nobody can tell whether their run still goes on."""

    folder: Path
    removed: int
    unsure: int


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step, and then again each file that it makes; ``note`` is what the user should know of
    it, or empty."""

    step: SweepStep
    path: Path | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """``done`` of about ``total``: moments and stretches of the figures, frames of a grid or of a
    source video, pictures of a sheet. ``words`` say what is in hand, or are empty."""

    step: SweepStep
    path: Path | None
    done: int
    total: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class StepMade:
    """A file is whole and in its place. ``about`` says what it is in words; where it was ``kept``
    it was there, made of the same before."""

    step: SweepStep
    path: Path
    about: str = ""
    warnings: tuple[str, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step that has nothing to work on, and why."""

    step: SweepStep
    why: str


@dataclass(frozen=True, slots=True)
class StepFailed:
    """A step, or its part about ``path``; the others go on. Once for each reason."""

    step: SweepStep
    error: RenderError
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class CellMeasured:
    """The figures of the preview at ``path`` are taken and recorded."""

    path: Path
    figures: Figures


@dataclass(frozen=True, slots=True)
class ResultsReady:
    """The folder's results with all figures; ``path`` is their file, None where it could not be
    written."""

    results: Results
    path: Path | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which target to build, in words and with the reasons; ``certain``: what to time, and the
    command that keeps it, unless it was measured on the device."""

    choice: Choice
    headline: str
    reasons: tuple[str, ...]
    certain: ToMeasure | None = None


@dataclass(frozen=True, slots=True)
class OutputsFetching:
    """``done`` of ``total`` files that other machines have put at ``url`` are here."""

    url: Url
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Published:
    """The file at ``path`` is at ``url``, whole; where it was ``kept`` it was there before."""

    path: Path
    url: Url
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PublishFailed:
    """The file at ``path`` is not at ``url``; it is kept, and the next run sends it."""

    path: Path
    url: Url
    error: RenderError


@dataclass(frozen=True, slots=True)
class Publishing:
    """The sweep is through but for what is being sent: ``done`` of ``total`` files are."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SweepDone:
    """The last event. ``results`` are the folder's, None where none are kept."""

    results: Results | None


SweepEvent: TypeAlias = (
    ClipFetching
    | OutputsFetching
    | Planned
    | LeftoversCleared
    | Event
    | StepStarted
    | StepProgress
    | StepMade
    | StepSkipped
    | StepFailed
    | CellMeasured
    | ResultsReady
    | Chosen
    | Publishing
    | Published
    | PublishFailed
    | SweepDone
)

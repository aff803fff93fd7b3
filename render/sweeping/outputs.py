"""What is to be made of a sweep's previews, and whether it can be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from render.errors import Hint, UsageError

if TYPE_CHECKING:
    from render.compare.metrics.modes import Metrics
    from render.compare.wording import Labels
    from render.devices.profile import Profile
    from render.media.encoding import Encoding
    from render.planning.plan import Plan
    from render.results.record import Recorder


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is made of the previews, beside them.

    Attributes:
        grid: a video of all previews of each clip, in step; rows, cols: what varies there from row
            to row and from column to column, an axis of ``render.compare.tiles.AXES``; ``clip`` as
            one of them puts all clips into one grid. source: with the clips themselves.
        labels: how much is written on grids and sheets, as `render.compare.wording.Labels` has it.
        sheet: a contact sheet of each clip, or of all. report: a page to choose from.
        metrics: how much is spent on figures, or that they come last, after a first report; None is
            what suits the run. reference: the cell that
            the others are held against, by its name or in words such as ``res5,720x1280``.
        on: a device, for which a target is chosen, and what is too slow is marked.
    """

    grid: bool = False
    rows: str | None = None
    cols: str | None = None
    source: bool = False
    labels: Labels | None = None
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
        """Whether results were asked for, by whichever field."""
        wanted = (self.grid, self.sheet, self.report, self.metrics, self.reference, self.on)
        return any(each is not None and each is not False for each in wanted)


def results_folder(plan: Plan, outputs: Outputs) -> Path | None:
    """Where the run's results go: beside its previews, if there is something to compare, if they
    were asked for, or if the folder keeps some already; else None."""
    from render.results.results import NAME

    if not plan.cells:
        return None
    folder = plan.cells[0].output.parent
    clips = {cell.clip.path for cell in plan.cells}
    several = len(plan.cells) > len(clips)
    return folder if several or outputs.anything or (folder / NAME).is_file() else None


def check_apart(outputs: Outputs) -> None:
    """Raise the UsageError of what needs all clips together, for whoever makes each a sweep of its
    own."""
    if outputs.over_clips:
        raise UsageError(
            "clip: each clip is rendered by itself here; `render compare` puts those of a folder "
            "into one grid afterwards",
            option="rows" if outputs.rows == "clip" else "cols",
        )


def check(recorder: Recorder, outputs: Outputs, encoding: Encoding) -> None:
    """Raise the UsageError of what cannot be done, before anything is rendered."""
    from render.compare.metrics.reference import check_reference
    from render.compare.tiles import check_axes
    from render.media.encoding import Encoder

    expected = recorder.expected()
    check_reference(expected, outputs.reference)
    counts = [len(expected.of_clip(n)) for n in range(len(expected.clips))]
    shown = sum(counts) if outputs.over_clips else max(counts)
    for option, asked, count in (
        ("grid", outputs.grid, shown),
        ("sheet", outputs.sheet, shown),
    ):
        if asked and count < 2:
            raise UsageError("needs several previews of one clip", option=option, hint=Hint.SEVERAL)
    if outputs.on is not None and outputs.metrics == "none":
        raise UsageError("chooses by the figures", option="on", hint=Hint.FIGURES)
    if outputs.report and not encoding.codec.browsers:
        raise UsageError(
            f"browsers play no {encoding.encoder.value} as a video; write the previews by "
            f"{Encoder.X264.value} or {Encoder.VP9.value}",
            option="report",
        )
    check_axes(outputs.rows, outputs.cols)

"""All numbers of a cell, in the order in which tables show them: what it costs, what its figures
are, what came of it on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from render.choice.marks import cost_on
from render.compare.column import NONE, Better, Column, Fact, Kind
from render.compare.metrics.metric import Metric
from render.compare.metrics.metric_list import METRICS
from render.results.results import CellResult

if TYPE_CHECKING:
    from render.devices.profile import Profile

TOO_SLOW = "!"

_MACS = Fact(
    key="macs",
    name="GMAC",
    digits=1,
    better=Better.LESS,
    kind=Kind.COST,
    says="Multiply-adds of the network for one frame, in billions.",
    roomy=True,
    read=lambda cell: cell.cost.macs / 1e9,
)
MACS_SECOND = Fact(
    key="macs_second",
    name="GMAC/s",
    digits=None,
    better=Better.LESS,
    kind=Kind.COST,
    says="The same for a second at the preview's rate: what the phone must afford.",
    read=lambda cell: cell.cost.macs_second / 1e9,
)
_MS = Fact(
    key="ms",
    name="ms",
    digits=1,
    better=Better.LESS,
    kind=Kind.COST,
    says="Milliseconds of the network for a frame on the machine that rendered this, beside its "
    "other work. Not a phone's.",
    read=lambda cell: cell.cost.ms,
)
_PARAMETERS = Fact(
    key="parameters",
    name="M parameters",
    digits=2,
    better=Better.LESS,
    kind=Kind.COST,
    says="Of the network, in millions.",
    roomy=True,
    read=lambda cell: cell.cost.parameters / 1e6,
)
_BYTES = Fact(
    key="bytes",
    name="MB",
    digits=1,
    better=Better.NEITHER,
    kind=Kind.COST,
    says="Size of the preview's file.",
    read=lambda cell: cell.video.bytes / 1e6,
)


def _played(name: str, scale: float = 1.0) -> Callable[[CellResult], float | None]:
    def read(cell: CellResult) -> float | None:
        value = None if cell.played is None else getattr(cell.played, name)
        return None if value is None else value * scale

    return read


PLAYED = (
    Fact(
        key="shown",
        name="shown/s",
        digits=1,
        better=Better.MORE,
        kind=Kind.PLAYED,
        says="Pictures that the phone shows a second.",
        read=_played("fps"),
    ),
    Fact(
        key="dropped",
        name="dropped",
        unit="%",
        digits=1,
        better=Better.LESS,
        kind=Kind.PLAYED,
        says="Of the camera's frames that the rate wants, the share that the phone never shows.",
        read=_played("dropped_share", 100),
    ),
    Fact(
        key="freeze",
        name="freeze",
        unit="ms",
        digits=0,
        better=Better.LESS,
        kind=Kind.PLAYED,
        says="The longest that one picture stays on the phone's display.",
        read=_played("longest_freeze", 1000),
    ),
    Fact(
        key="lag",
        name="lag",
        unit="ms",
        digits=0,
        better=Better.LESS,
        kind=Kind.PLAYED,
        says="From the camera's frame to the display: the median.",
        read=_played("median_lag", 1000),
    ),
)
PLAYED_BRIEF = (
    "shown, dropped, freeze, lag: on the phone: pictures a second, the share lost of the frames "
    "that the rate wants, the longest that one stayed, the median time from camera to display"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnProfile(Fact):
    """What a device takes for a frame, marked where that is too long for the rate."""

    profile: Profile

    def text(self, cell: CellResult) -> str:
        mark = TOO_SLOW if cost_on(self.profile, cell).over else ""
        words = Column.text(self, cell)
        return words if words == NONE else f"{mark}{words}"


def _on_device(name: str) -> dict[str, Any]:
    return {
        "key": "phone",
        "name": name,
        "unit": "ms",
        "digits": 0,
        "better": Better.LESS,
        "kind": Kind.COST,
        "says": "Milliseconds of the network for a frame on the device that was chosen for, by its "
        "evidence; where two cases are known of it, in the one that goes first.",
    }


def on_profile(profile: Profile) -> tuple[Column, ...]:
    """What the device takes, by what is known of it."""
    return (
        _OnProfile(
            **_on_device(profile.name), profile=profile, read=lambda c: cost_on(profile, c).ms
        ),
    )


def on_choice(choice: Mapping[str, Any] | None) -> tuple[Column, ...]:
    """What the device takes, as a choice file (`render.choice.choice_file`) says."""
    if choice is None:
        return ()
    candidates = {id_: each for each in choice["candidates"] for id_ in each["cells"]}

    def read(name: str, scale: float) -> Callable[[CellResult], float | None]:
        def of(cell: CellResult) -> float | None:
            value = candidates.get(cell.id, {}).get(name)
            return None if value is None else float(value) * scale

        return of

    busy = Fact(
        key="busy",
        name=f"{choice['device']} busy",
        unit="%",
        digits=0,
        better=Better.LESS,
        kind=Kind.COST,
        says="Of the time, the share that the network is at work on that device at the preview's "
        "rate: over 100 it cannot keep up.",
        limit=100,
        roomy=True,
        read=read("load", 100),
    )
    return (Fact(**_on_device(choice["device"]), read=read("ms", 1)), busy)


def columns(
    metrics: Sequence[Metric] = METRICS, device: Iterable[Column] = ()
) -> tuple[Column, ...]:
    """All of them; ``device`` are those of `on_profile` or `on_choice`."""
    return (_MACS, MACS_SECOND, *device, _MS, *metrics, *PLAYED, _PARAMETERS, _BYTES)

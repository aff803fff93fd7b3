"""What a device takes for a preview's frame, and whether that is too long: for labels, tables."""

from __future__ import annotations

from dataclasses import dataclass

from render.choice.candidates import Aim
from render.devices.device_time import estimate
from render.devices.profile import Profile
from render.results.results import CellResult


@dataclass(frozen=True, slots=True)
class CostOn:
    """``ms`` of the ``budget`` that the rate leaves; None where nothing is known. ``other``: in the
    other case, where there are two and nobody knows which."""

    device: str
    ms: float | None
    budget: float
    other: float | None = None

    @property
    def over(self) -> bool:
        return self.ms is not None and self.ms > self.budget

    @property
    def words(self) -> str:
        if self.ms is None:
            return f"{self.device}: not known"
        other = "" if self.other is None else f" or {self.other:.0f}"
        return f"{self.device} {self.ms:.0f}{other} ms" + (
            f", over {self.budget:.0f}" if self.over else ""
        )


def cost_on(profile: Profile, cell: CellResult) -> CostOn:
    """Of the cell's network at its size and rate."""
    aim = Aim.of(cell)
    found = estimate(profile, aim.network, aim.size)
    other = None if found.other is None else found.other.ms
    return CostOn(profile.name, found.ms, aim.period, other)

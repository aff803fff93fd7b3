"""What a device takes for a preview's frame, and whether that is too long: for labels, tables."""

from __future__ import annotations

from dataclasses import dataclass

from render.choice.candidates import Aim
from render.devices.device_time import estimate
from render.devices.profile import Profile
from render.results.results import CellResult


@dataclass(frozen=True, slots=True)
class CostOn:
    """``ms`` of the ``budget`` that the rate leaves; None where nothing is known."""

    device: str
    ms: float | None
    budget: float

    @property
    def over(self) -> bool:
        return self.ms is not None and self.ms > self.budget

    @property
    def words(self) -> str:
        if self.ms is None:
            return f"{self.device}: not known"
        return f"{self.device} {self.ms:.0f} ms" + (
            f", over {self.budget:.0f}" if self.over else ""
        )


def cost_on(profile: Profile, cell: CellResult) -> CostOn:
    """Of the cell's network at its size and rate."""
    aim = Aim.of(cell)
    found = estimate(profile, aim.network, aim.size)
    return CostOn(profile.name, found.ms, aim.period)

"""Where a preview is played: a device's profile, or latencies given outright, met with a target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from render.devices.latency import Latency
from render.devices.playback import Late, Playback, camera_for
from render.errors import UsageError
from render.networks.spec import NetworkSpec
from render.target import Size

if TYPE_CHECKING:
    from render.devices.profile import Profile


@dataclass(frozen=True, slots=True)
class Phone:
    """What ``--play-on`` or ``--latency`` names.

    Attributes:
        name: as labels and file names say it.
        knows: the device's profile, or one latency for every network and size.
        late, seed, warm: as in `Playback`.
        sustained: (median ms of a warm phone, minutes until then), which wins over the profile's.
        heat: whether a profile slows down, where nothing was measured of that, by what was
            published of it with another workload.
    """

    name: str
    knows: Profile | Latency
    late: Late = Late.NEWEST
    seed: int = 0
    warm: float = 0.0
    sustained: tuple[float, float] | None = None
    heat: bool = False

    def playback(self, network: NetworkSpec, size: Size, rate: Fraction) -> tuple[Playback, str]:
        """At this target, and where its latency comes from. Raises UsageError where nothing says
        how long the device takes."""
        if isinstance(self.knows, Latency):
            latency, why = self.knows, "as given"
        else:
            latency, why = self._estimated(self.knows, network, size)
        if self.sustained is not None:
            ms, minutes = self.sustained
            latency = replace(latency, sustained=ms, minutes=minutes)
        playback = Playback(
            on=self.name,
            latency=latency,
            pace=rate,
            camera=camera_for(rate),
            late=self.late,
            seed=self.seed,
            warm=self.warm,
        )
        return playback, why

    def _estimated(self, profile: Profile, network: NetworkSpec, size: Size) -> tuple[Latency, str]:
        from render.devices.device_time import estimate
        from render.devices.heat import heat_of

        found = estimate(profile, network, size)
        if found.ms is None:
            raise UsageError(
                f"--play-on {self.name}: {found.reason} with `render devices import`, or give "
                "--latency MS"
            )
        latency = Latency.of_p95(found.ms, found.p95)
        if found.sustained is not None and found.minutes is not None:
            latency = replace(latency, sustained=found.sustained, minutes=found.minutes)
        why = f"{found.sure}: {found.why}"
        if self.heat and latency.sustained is None:
            heat = heat_of(profile, found.where)
            if heat.minutes is None:
                raise UsageError(
                    f"--heat: of {profile.name} it is published that its {heat.words}, but not "
                    "after how many minutes; give --sustained MS@MINUTES"
                )
            latency = replace(latency, sustained=found.ms / heat.middle, minutes=heat.minutes)
            why += f"; warm by another workload than this: the {heat.words}"
        return latency, why

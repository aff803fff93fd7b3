"""JOD: frame rate, resolution and flicker on one scale, by ColorVideoVDP (`cvvdp.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Metric, Watched
from render.engines.base import DeviceName
from render.media.frame import Picture

if TYPE_CHECKING:
    from render.compare.metrics.workshop import Workshop


def _here(shop: Workshop) -> Workshop:
    return shop


def _values(
    shop: Workshop, reference: Sequence[Picture], others: Sequence[Sequence[Picture]], rate: float
) -> list[float]:
    from render.compare.metrics.cvvdp import jods
    from render.compare.metrics.cvvdp_numbers import pixels_per_degree

    density = pixels_per_degree(min(reference[0].shape[:2]))
    device = shop.choice.device if shop.on_gpu else DeviceName.CPU
    return jods(reference, others, rate, density, device=device, pool=shop.pool)


JOD = Metric(
    key="jod",
    name="JOD",
    digits=2,
    better=Better.MORE,
    ranks=Ranks.ANY,
    says="ColorVideoVDP's quality against the reference: 10 is alike. The one figure here that "
    "puts frame rate, resolution and flicker on one scale.",
    brief="frame rate, resolution and flicker on one scale, 10 is alike",
    taken=Watched(_values, alike=10.0, tool=_here),
)

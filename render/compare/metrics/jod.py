"""JOD: frame rate, resolution and flicker on one scale, by ColorVideoVDP (`cvvdp.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Metric, Watched
from render.media.frame import Picture


def _values(
    reference: Sequence[Picture], others: Sequence[Sequence[Picture]], rate: float
) -> list[float]:
    from render.compare.metrics.cvvdp import jods, pixels_per_degree

    return jods(reference, others, rate, pixels_per_degree(min(reference[0].shape[:2])))


JOD = Metric(
    key="jod",
    name="JOD",
    digits=2,
    better=Better.MORE,
    ranks=Ranks.ANY,
    says="ColorVideoVDP's quality against the reference: 10 is alike. The one figure here that "
    "puts frame rate, resolution and flicker on one scale.",
    brief="frame rate, resolution and flicker on one scale, 10 is alike",
    taken=Watched(_values, alike=10.0),
)

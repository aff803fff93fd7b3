"""Flicker of a cell (`render.media.flicker`), between its own frames and at a fixed gap."""

from __future__ import annotations

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Gap, Metric, Paired
from render.media.flicker import pair_flicker

FLICKER = Metric(
    key="flicker",
    name="flicker",
    digits=3,
    better=Better.LESS,
    ranks=Ranks.ONE_RATE,
    says="What the clip's motion does not explain between neighbouring frames, over contrast. "
    "Grows with the time between frames.",
    brief="what the clip's own motion does not explain between neighbouring pictures",
    taken=Paired(pair_flicker, Gap.A_FRAME),
)

FLICKER_GAP = Metric(
    key="flicker_gap",
    name="flicker at a gap",
    short="at gap",
    digits=3,
    better=Better.LESS,
    ranks=Ranks.ANY,
    says="What the clip's motion does not explain between moments a fixed time apart, over "
    "contrast, which compares across rates.",
    brief="the same between pictures a fixed time apart",
    taken=Paired(pair_flicker, Gap.A_TIME),
)

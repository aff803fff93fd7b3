"""A metric of one's own: measured in all previews of a folder, in their table and their report.

python examples/add_a_metric.py FOLDER

To make it one of render's, its description goes into a module of its own in
render/compare/metrics, and its name into metric_list.py there. Nothing else changes.
"""

import sys
from pathlib import Path

import numpy as np

from render.compare.column import Better, Ranks
from render.compare.metrics.measure import Measured, measure
from render.compare.metrics.metric import Compared, Metric
from render.compare.metrics.metric_list import METRICS
from render.compare.metrics.modes import Metrics
from render.compare.metrics.rows import FigureTable, figure_rows
from render.compare.report.page import write_report
from render.media.ffmpeg import find_ffmpeg
from render.media.frame import Picture
from render.results.results import load


def tint(picture: Picture, reference: Picture) -> float:
    """How far the mean colours of two pictures are apart, 0..1."""
    apart = picture.mean(axis=(0, 1)) - reference.mean(axis=(0, 1))
    return float(np.abs(apart).mean() / 255)


TINT = Metric(
    key="tint",
    name="tint",
    unit="%",
    scale=100,
    digits=2,
    better=Better.LESS,
    ranks=Ranks.PICTURES,
    says="How far the mean colour of single pictures is from the reference's at the same moments.",
    brief="mean colour of single pictures against the reference's",
    taken=Compared(tint, alike=0.0),
)


def with_tint(folder: Path) -> FigureTable:
    """Measure what is not measured yet, and write the report anew; the figures as a table."""
    metrics = (*METRICS, TINT)
    results = load(folder)
    for update in measure(results, folder, find_ffmpeg().path, Metrics.FAST, metrics=metrics):
        if isinstance(update, Measured):
            results = update.results
    write_report(results, folder, metrics)
    return figure_rows(results, metrics=metrics)


def main() -> None:
    table = with_tint(Path(sys.argv[1]))
    for row in (table.header, *table.rows):
        print("\t".join(row))


if __name__ == "__main__":
    main()

"""A folder's results as a table of comma-separated values, for a spreadsheet.

python examples/results_table.py FOLDER > table.csv
"""

import csv
import sys
from pathlib import Path
from typing import TextIO

import render

COLUMNS = ("preview", "fps", "size", "network", "GMAC/s", "ms", "JOD", "LPIPS")


def write_table(folder: Path, file: TextIO) -> None:
    """A row for each preview; what was not measured is empty."""
    results = render.load_results(folder)
    table = csv.writer(file)
    table.writerow(COLUMNS)
    for cell in results.cells:
        target, cost, figures = cell.target, cell.cost, cell.figures
        measured = (None, None) if figures is None else (figures.get("jod"), figures.get("lpips"))
        costs = (round(cost.macs_second / 1e9, 2), cost.ms)
        size = results.size_of(cell)
        table.writerow([cell.id, target.fps, size, target.network.name, *costs, *measured])


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), sys.stdout)

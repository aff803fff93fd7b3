"""Each published time of a phone, predicted by the rule that reckons phones of which none is known.

    python benchmarks/phone_backtest.py

The rule is `render/devices/peak_share.py`, the figures are those of `render/devices/profiles`.
"left out" is the interval by the other networks' figures alone. Figures of 8 bits stand apart: the
rule is for half precision, and they count in no sum. The exit status is 1 where the rule holds less
than 80 of 100.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

from render.devices.backtest import LEAST_COVERAGE, Prediction, backtest, coverage
from render.devices.peak_share import Where
from render.devices.profile import shipped_profiles


def row(one: Prediction) -> list[str]:
    out = "-" if one.left_out is None else f"{one.left_out[0]:.3g}-{one.left_out[1]:.3g}"
    held = {True: "yes", False: "NO", None: "-"}
    return [
        one.chip, one.network, str(one.bits), one.where.short, f"{one.ms:g}",
        f"{one.low:.3g}-{one.usual:.3g}-{one.high:.3g}", held[one.held], f"{one.width:.1f}",
        out, held[one.held_left_out],
    ]  # fmt: skip


def show(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        print("  ".join(f"{c:<{w}}" for c, w in zip(cells, widths, strict=True)).rstrip())


def main() -> int:
    found = backtest(shipped_profiles())
    head = ["chip", "network", "bits", "case", "ms", "rule", "held", "width", "left out", "held"]
    for counts in (True, False):
        show([head, *(row(one) for one in found if one.counts is counts)])
        print()
    held, of = coverage(found)
    left = [one.held_left_out for one in found if one.counts and one.left_out is not None]
    for where in Where:
        mine = [one for one in found if one.counts and one.where is where]
        width = statistics.median(one.width for one in mine)
        print(
            f"{where}: {sum(o.held for o in mine)} of {len(mine)}, median width {width:.1f} times"
        )
    print(f"the rule holds {held} of {of} ({held / of:.0%})")
    print(f"the others alone, the network left out: {sum(map(bool, left))} of {len(left)}")
    return 0 if held >= LEAST_COVERAGE * of else 1


if __name__ == "__main__":
    sys.exit(main())

"""How much stderr says: the one place that decides, for every command, its words and its bars.

`-q` leaves warnings and errors, `-v` adds what helps to understand a run; what the library logs is
part of that (`log_lines.py`). stdout is not touched: results are results. `--debug` is another
matter: it says more of errors, however quiet a run is.
"""

from __future__ import annotations

from enum import IntEnum


class Verbosity(IntEnum):
    """How much is said; of a line, from where on it is."""

    QUIET = 0
    USUAL = 1
    VERBOSE = 2


_ASKED = {"stderr": Verbosity.USUAL}


def ask(verbosity: Verbosity) -> None:
    """From now on."""
    _ASKED["stderr"] = verbosity


def says(least: Verbosity) -> bool:
    """Whether a line that is worth it from ``least`` on is said now."""
    return _ASKED["stderr"] >= least

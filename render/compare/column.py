"""A number that cells have, and all that tables, charts and pages need to know to show it.

Whatever shows numbers takes their titles, digits, directions and explanations from here; none of
it stands anywhere else, in Python or in the report's scripts.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from render.results.results import CellResult

NONE = "–"
"""Stands where there is no number."""


class Better(Enum):
    """Which of two numbers is the better one."""

    LESS = -1
    MORE = 1
    NEITHER = 0


class Ranks(StrEnum):
    """Which cells of one clip and style a number may rank; its words, after "may rank"."""

    ANY = "cells of any rate"
    PICTURES = "sizes and networks, never rates"
    ONE_RATE = "cells of one rate"
    NOTHING = "nothing"

    @property
    def said(self) -> str:
        """As a sentence that ends an explanation; empty where nothing need be said."""
        return _SAID[self]


_SAID = {
    Ranks.ANY: "",
    Ranks.PICTURES: "Says nothing of frame rates.",
    Ranks.ONE_RATE: "Compares previews of one rate only.",
    Ranks.NOTHING: "Describes; does not rank.",
}


class Kind(Enum):
    """What a number is about."""

    COST = auto()
    FIGURE = auto()
    PLAYED = auto()
    """What came of it on a phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(ABC):
    """One number of every cell.

    Attributes:
        key: its name for programs, which stays.
        name: as a title and in sentences. short: where there is little room.
        unit: beside the name in titles, such as ``px``.
        digits: after the point; None: three in all.
        better, ranks: which of two is better, and of which cells that may be said.
        kind: what it is about.
        says: what it is, in whole sentences.
        limit: beyond which a cell cannot be built.
        roomy: left out where there is little room.
    """

    key: str
    name: str
    short: str = ""
    unit: str = ""
    digits: int | None
    better: Better
    ranks: Ranks = Ranks.ANY
    kind: Kind
    says: str
    limit: float | None = None
    roomy: bool = False

    @abstractmethod
    def of(self, cell: CellResult) -> float | None:
        """Its number for a cell, as it is shown; None where there is none."""

    @property
    def title(self) -> str:
        """``JOD ↑``, ``stroke px``."""
        return " ".join(filter(None, (self.name, self.unit, self._arrow)))

    @property
    def short_title(self) -> str:
        """``JOD↑``, ``sharp %``."""
        return " ".join(filter(None, (self.short or self.name, self.unit))) + self._arrow

    @property
    def about(self) -> str:
        """All that is to be said of it."""
        return " ".join(filter(None, (self.says, self.ranks.said)))

    @property
    def _arrow(self) -> str:
        """Where a table may be read along it; that costs are to be low needs no arrow."""
        if self.kind is Kind.COST or self.ranks not in (Ranks.ANY, Ranks.PICTURES):
            return ""
        return {Better.LESS: "↓", Better.MORE: "↑", Better.NEITHER: ""}[self.better]

    def text(self, cell: CellResult) -> str:
        """Its number for a cell as people read it."""
        value = self.of(cell)
        if value is None or not math.isfinite(value):
            return NONE
        if self.digits is None:
            return f"{value:.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
        # A small file's thousandths are not nothing.
        digits = self.digits if value == 0 or abs(value) >= 10**-self.digits else 3
        return f"{value:.{digits}f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Column):
    """A number that stands in a cell's results, or follows from them, as ``read`` says."""

    read: Callable[[CellResult], float | None]

    def of(self, cell: CellResult) -> float | None:
        return self.read(cell)

"""What is going on, as one value: how far it is, how fast it goes, how long it will still take."""

from __future__ import annotations

from dataclasses import dataclass, replace

_FRAME = "frame"


@dataclass(frozen=True, slots=True)
class Status:
    """Work in hand. What counts has a ``unit``; what has none only says that it goes on.

    Attributes:
        title: what is in hand. words: more of it, as far as there is room.
        began: when it was first told of, by the clock of whoever shows it; changed: the last time.
        done, total: in units; ``total`` is None where nobody knows, ``about`` where it is reckoned.
        first: how much was done when it began, which says nothing of the speed.
        before: what goes on until the first unit is done.
    """

    title: str
    began: float
    changed: float
    words: str = ""
    unit: str = ""
    done: int = 0
    first: int = 0
    total: int | None = None
    about: bool = False
    before: str = ""

    def at(self, done: int, now: float, **changes: str | int | None) -> Status:
        """The same work, further on."""
        moved = now if done != self.done else self.changed
        return replace(self, done=done, changed=moved, **changes)  # type: ignore[arg-type]

    @property
    def speed(self) -> float:
        """Units a second, 0 where nobody knows yet."""
        more, seconds = self.done - self.first, self.changed - self.began
        return more / seconds if more > 0 and seconds > 0 else 0.0

    def left(self, now: float) -> float | None:
        """Seconds, counted down while nothing is told, but never into the units that have not
        begun; None where nobody knows."""
        if self.total is None or self.total <= self.done or not self.speed:
            return None
        left = self.total - self.done
        return max(left / self.speed - (now - self.changed), (left - 1) / self.speed)

    @property
    def ends(self) -> bool:
        """Whether all units are done, and only what follows them is not."""
        return self.total is not None and self.done >= self.total > 0

    @property
    def of(self) -> str:
        """``45 of about 113 frames``; ``45 frames``."""
        units = f"{self.unit}s"
        if not self.total:
            return f"{self.done} {units}"
        return f"{self.done} of {'about ' if self.about else ''}{self.total} {units}"

    @property
    def rate(self) -> str:
        """``8.3 fps``, empty for what is not counted in frames."""
        return f"{self.speed:.1f} fps" if self.unit == _FRAME and self.speed else ""

"""Whether a child still gets anywhere while we wait on it.

A child that delivers nothing may be at work: reading its way into a long broadcast, coding the last
pictures. So what counts is not what reaches us but what it does: processor time, and bytes that it
reads and writes.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

_PROC = Path("/proc")
# How often a child is looked at, in parts of the shorter patience.
_LOOKS = 8

_Doings: TypeAlias = tuple[tuple[object, ...], tuple[object, ...]]
"""Processor time and bytes moved, of a group of processes: to be compared with earlier ones."""


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds a child may keep us waiting.

    Attributes:
        idle: without using the processor at all: it was stopped, or its disk no longer answers.
        busy: using it, but without reading or writing a byte: it goes in circles. Only Linux tells.
    """

    idle: float = 60.0
    busy: float = 600.0


PATIENCE = Patience()


class Watch:
    """Ends a group of processes, by ``end``, when it keeps us waiting beyond our patience.

    Only the time inside ``waiting`` counts: a child that waits for us, on a full or an empty pipe,
    may do so for ever.

    Attributes: stalled: why it was ended, to follow "it"; None as long as it was not.
    """

    def __init__(self, group: int, patience: Patience, end: Callable[[], None]) -> None:
        self.stalled: str | None = None
        self._group, self._patience, self._end = group, patience, end
        self._steps = 0  # odd: we wait
        self._over = threading.Event()
        threading.Thread(target=self._look, name="watch", daemon=True).start()

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Around whatever blocks until the child does something."""
        self._steps += 1
        try:
            yield
        finally:
            self._steps += 1

    def stop(self) -> None:
        self._over.set()

    def _look(self) -> None:
        # Looks are counted, not the clock: while this process itself was stopped nobody waited.
        every = min(self._patience.idle, self._patience.busy) / _LOOKS
        idle = busy = 0.0
        steps = 0
        before: _Doings | None = None
        while not self._over.wait(every):
            if self._steps % 2 == 0 or self._steps != steps:
                steps, before, idle, busy = self._steps, None, 0.0, 0.0
                continue
            now = _doings(self._group)
            if before is not None:
                idle = idle + every if now == before else 0.0
                busy = busy + every if now[1] == before[1] else 0.0
            before = now
            if idle >= self._patience.idle:
                self.stalled = f"showed no sign of life for {self._patience.idle:g} s and was ended"
            elif busy >= self._patience.busy:
                self.stalled = f"got nowhere for {self._patience.busy:g} s and was ended"
            if self.stalled:
                self._end()
                return


def _doings(group: int) -> _Doings:
    """What the processes of ``group`` have done so far. Where that cannot be known, the same
    always: such a child has to deliver in time."""
    if (_PROC / "self" / "stat").exists():
        found = sorted(_PROC.glob("[0-9]*/stat"))
        members = [mine for path in found if (mine := _member(path, group)) is not None]
        return tuple(time for time, _ in members), tuple(moved for _, moved in members)
    try:
        listed = subprocess.run(
            ["ps", "-A", "-o", "pgid=,pid=,time="], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return (), ()
    times = [line for line in listed.stdout.split(b"\n") if line.split()[:1] == [b"%d" % group]]
    return tuple(times), tuple(times)


def _member(stat: Path, group: int) -> tuple[object, object] | None:
    try:
        # After the name, which may hold anything: state, parent, group, … (proc(5)).
        fields = stat.read_bytes().rpartition(b")")[2].split()
        if int(fields[2]) != group:
            return None
        times = (stat.parent.name, *fields[11:13])
    except (OSError, ValueError, IndexError):
        return None  # it has just ended
    try:
        moved: object = (stat.parent / "io").read_bytes().split(b"\n")[:2]
    except OSError:
        moved = times
    return times, moved

"""What is fetched from URLs: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys

from render.cli.count import Count
from render.cli.events_json import fetching_line
from render.cli.output import put
from render.storage.fetching import ClipFetching
from render.storage.url import Url
from render.sweeping.sweep_events import OutputsFetching

_LARGE = 10_000_000


class ShowFetching:
    """Takes the place of what stands there until the first is fetched. Clips that are fetched side
    by side are shown as one."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._clips: dict[Url, ClipFetching] = {}
        self._count: Count | None = None
        self._unit = ""

    def event(self, event: ClipFetching | OutputsFetching) -> None:
        """Show how much of the clips, or how many outputs of other machines, have come."""
        if isinstance(event, OutputsFetching):
            self._show("file", f"fetching what is at {event.url}", event.done, event.total)
            return
        if self._json:
            put(fetching_line(event))
        self._clips[event.url] = event
        several = len(self._clips) > 1
        done = sum(each.bytes for each in self._clips.values())
        sizes = [each.of for each in self._clips.values() if each.of is not None]
        total = sum(sizes) if len(sizes) == len(self._clips) else None
        unit, size = ("megabyte", 10**6) if (total or done) >= _LARGE else ("kilobyte", 1000)
        title = f"fetching {f'{len(self._clips)} clips' if several else event.url.name}"
        self._show(unit, title, done // size, None if total is None else -(-total // size))

    def close(self) -> None:
        """Take it off the screen."""
        self._clips.clear()
        if self._count is not None:
            self._count.close()
            self._count = None

    def _show(self, unit: str, title: str, done: int, total: int | None) -> None:
        if self._count is None or unit != self._unit:
            if self._count is not None:
                self._count.close()
            self._count, self._unit = Count(unit, sys.stderr), unit
        self._count.show(title, done, total)

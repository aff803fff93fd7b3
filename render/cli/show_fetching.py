"""What is fetched from URLs: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys

from render.cli.count import Count
from render.cli.events_json import fetching_line
from render.cli.output import put
from render.cli.words import amount
from render.storage.fetching import ClipFetching
from render.sweeping.sweep_events import OutputsFetching


class ShowFetching:
    """Takes the place of what stands there until the first is fetched."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._count: Count | None = None

    def event(self, event: ClipFetching | OutputsFetching) -> None:
        """Show how much of a clip, or how many outputs of other machines, have come."""
        if isinstance(event, OutputsFetching):
            self.close()
            count = self._count = Count("file", sys.stderr)
            count.show(f"fetching what is at {event.url}", event.done, event.total)
            return
        if self._json:
            put(fetching_line(event))
        if self._count is None:
            self._count = Count("MB", sys.stderr)
        of = None if event.of is None else max(1, event.of // 1_000_000)
        title = f"fetching {event.url.name}"
        self._count.show(title, event.bytes // 1_000_000, of, amount(event.bytes))

    def close(self) -> None:
        """Take it off the screen."""
        if self._count is not None:
            self._count.close()
            self._count = None

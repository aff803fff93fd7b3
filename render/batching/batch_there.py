"""A batch whose outputs go to a URL: the rows' below it, and its own record beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from render.batching.batch_record import BEGINS
from render.batching.row import Row
from render.planning.request import Request
from render.storage.published import PublishedFolder
from render.storage.transfers import Moved
from render.storage.url import Url


def url_of(rows: Iterable[Row]) -> Url | None:
    """Where their outputs go, by the first of them that can be rendered."""
    for row in rows:
        if isinstance(row.request, Request):
            publish = row.request.publish
            return Url(publish) if isinstance(publish, str) else publish
    return None


class RecordThere:
    """What a batch writes beside its rows' folders, at ``url``."""

    def __init__(self, url: Url, output: Path) -> None:
        """Raises OutputError where it cannot be read or holds other files by these names,
        UsageError where nothing can be written."""
        self._target = PublishedFolder(url, output)
        self._target.look()
        for name, begins in BEGINS.items():
            self._target.adopt(name, begins)

    def send(self) -> None:
        """Raises OutputError."""
        for name in BEGINS:
            self._target.put(name, Moved(threading.Event()))

    def close(self) -> None:
        self._target.close()

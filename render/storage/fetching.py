"""The clips of a run that lie at URLs, several fetched at once."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from render.errors import RenderError
from render.storage.clip_cache import fetch
from render.storage.transfers import Transfers
from render.storage.url import Url

AT_ONCE = 4
_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class ClipFetching:
    """``bytes`` of the clip at ``url`` are here; ``of`` is how many it has, None where its store
    does not say."""

    url: Url
    bytes: int
    of: int | None


Fetched: TypeAlias = dict[Url, Path | RenderError]


def fetch_all(urls: Iterable[Url], cache: Path) -> Generator[ClipFetching, None, Fetched]:
    """Each clip as a file on this machine, or why it is not; those that are there, and have not
    changed, are not fetched. Closing the generator leaves nothing half-fetched."""
    wanted = list(dict.fromkeys(urls))
    found: Fetched = {}
    told: dict[int, int] = {}
    transfers: Transfers[Path] = Transfers(AT_ONCE)
    try:
        for url in wanted:
            transfers.add(partial(fetch, url, cache))
        last = time.monotonic()
        while transfers.pending:
            for one in transfers.through(0.1):
                found[wanted[one.number]] = _outcome(one.result, one.error)
                if one.number in told and one.result is not None:
                    size = one.result.stat().st_size
                    yield ClipFetching(wanted[one.number], size, size)
            if time.monotonic() - last >= _EVERY:
                last = time.monotonic()
                for number, moved in list(transfers.moved.items()):
                    if moved.bytes > told.get(number, 0):
                        told[number] = moved.bytes
                        yield ClipFetching(wanted[number], moved.bytes, moved.of)
    finally:
        transfers.close()
    return found


def fetched(url: Url, cache: Path) -> Path:
    """One clip as a file on this machine. Raises as `render.storage.clip_cache.fetch` does."""
    steps = fetch_all((url,), cache)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found = end.value[url]
            if isinstance(found, RenderError):
                raise found from None
            assert isinstance(found, Path)
            return found


def _outcome(result: Path | None, error: Exception | None) -> Path | RenderError:
    if isinstance(error, RenderError):
        return error
    if error is not None:
        raise error
    assert result is not None, "a transfer that nobody stopped has a result"
    return result

"""The clips of a plan, fetched where they lie at URLs, and looked into."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from render.errors import ClipError, RenderError, UsageError
from render.files.digest import digest_of
from render.media.clip import Clip
from render.media.ffmpeg import FFmpeg
from render.media.find import Found
from render.planning.request import Request
from render.storage.fetching import ClipFetching, Fetched, fetch_all
from render.storage.url import Place, Url

Probe: TypeAlias = Callable[[Path, FFmpeg], Clip]


def probe_clip(path: Path, ffmpeg: FFmpeg) -> Clip:
    """As `render.media.probe.probe`, loaded once it is needed."""
    from render.media.probe import probe

    return probe(path, ffmpeg)


def fetch_clips(
    request: Request, found: tuple[Found, ...]
) -> Generator[ClipFetching, None, Fetched]:
    """The clips at URLs. Raises UsageError where there is no folder for them."""
    urls = [each.place for each in found if isinstance(each.place, Url)]
    if not urls:
        return {}
    if request.cache is None:
        raise UsageError(f"{urls[0]}: clips at URLs need a folder to be fetched to", option="cache")
    fetched = yield from fetch_all(urls, request.cache)
    return fetched


def probe_all(
    found: Iterable[Found], fetched: Fetched, ffmpeg: FFmpeg, probe: Probe
) -> Iterator[tuple[Clip, str] | RenderError]:
    """Each clip, and the digest of its content."""

    def one(each: Found) -> tuple[Clip, str] | RenderError:
        place = each.place
        path = fetched[place] if isinstance(place, Url) else place
        if each.error:
            return each.error
        if isinstance(path, RenderError):
            return path
        try:
            clip, digest = probe(path, ffmpeg), digest_of(path, ClipError)
        except RenderError as error:
            return as_given(error, path, place) if isinstance(place, Url) else error
        return replace(clip, source=place) if isinstance(place, Url) else clip, digest

    # Each probe is mostly the start of a small process of its own.
    with ThreadPoolExecutor(4) as pool:
        yield from pool.map(one, found)


def as_given(error: RenderError, path: Path, url: Place) -> RenderError:
    """``error`` with ``path`` called what the user calls it."""
    found = RenderError.__new__(type(error))
    words = error.message.replace(str(path), str(url))
    RenderError.__init__(found, words, transient=error.transient)
    return found

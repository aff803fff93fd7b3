"""Which ffmpeg is used, and how often it is asked what it can do."""

from __future__ import annotations

from render.media.ffmpeg import find_ffmpeg, inspect


def test_one_binary_is_asked_once_whichever_way_it_is_found() -> None:
    """Each time costs five processes, at the start of every run."""
    inspect.cache_clear()
    found = find_ffmpeg()
    named = find_ffmpeg(found.path)
    assert inspect.cache_info().misses == 1
    assert (named.version, named.abilities) == (found.version, found.abilities)
    assert named.origin == "--ffmpeg" != found.origin

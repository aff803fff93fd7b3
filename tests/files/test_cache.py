"""The cache: what comes back, what is made anew, and that nothing of it fails a run."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from render.files.cache import Cache, cache_key, cache_use, empty_cache

KEY = cache_key({"what": "a test"})


def entry(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_was_put_is_there_for_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "on the way"
    assert Cache(folder).get(KEY) is None
    Cache(folder).put(KEY, b"numbers")
    assert Cache(folder).get(KEY) == b"numbers"
    assert Cache(folder).get(cache_key({"what": "another"})) is None
    Cache(folder).put(KEY, b"others")
    assert Cache(folder).get(KEY) == b"others"
    assert cache_use(folder).entries == 1


@pytest.mark.parametrize("spoil", ["cut", "changed", "empty", "other"])
def test_a_damaged_entry_is_none(tmp_path: Path, spoil: str) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"numbers of some length")
    path = entry(tmp_path)
    whole = path.read_bytes()
    spoilt = {
        "cut": whole[:-1], "changed": whole[:-1] + b"X", "empty": b"", "other": b"x" * 200,
    }  # fmt: skip
    path.write_bytes(spoilt[spoil])
    assert cache.get(KEY) is None
    cache.put(KEY, b"anew")
    assert cache.get(KEY) == b"anew"


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=3 * 1100)
    keys = [cache_key({"number": number}) for number in range(4)]
    for age, key in enumerate(keys[:3]):
        cache.put(key, bytes(1000))
        os.utime(tmp_path / f"{key}.kept", (1000 + age, 1000 + age))
    assert cache.get(keys[0]) is not None  # used just now
    cache.put(keys[3], bytes(1000))
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True]
    assert cache_use(tmp_path).bytes <= 3 * 1100


def test_a_folder_that_takes_nothing_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = Cache(tmp_path / "file" / "cache")
    assert cache.get(KEY) is None and cache.trouble is None
    cache.put(KEY, b"numbers")
    first = cache.trouble
    assert first is not None and "cannot be written" in first and "\n" not in first
    cache.put(cache_key({"what": "another"}), b"numbers")
    assert cache.trouble == first  # said once
    assert cache_use(tmp_path / "file" / "cache").entries == 0


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    cache = Cache(None)
    cache.put(KEY, b"numbers")
    assert cache.get(KEY) is None and cache.trouble is None


def test_many_at_once_are_safe(tmp_path: Path) -> None:
    def work(number: int) -> bool:
        cache = Cache(tmp_path, limit=20_000)
        key = cache_key({"number": number % 3})
        cache.put(key, bytes([number % 3]) * 5000)
        found = cache.get(key)
        return cache.trouble is None and found in (None, bytes([number % 3]) * 5000)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(60)))
    assert {path.suffix for path in tmp_path.iterdir()} == {".kept"}


def test_emptying_leaves_what_is_no_entry(tmp_path: Path) -> None:
    Cache(tmp_path).put(KEY, b"numbers")
    (tmp_path / "somebody.txt").write_text("mine")
    empty_cache(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["somebody.txt"]
    empty_cache(tmp_path / "none")

"""What nobody writes by mistake: values, texts and things in a file's place."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from render.errors import RenderError

# As JSON and TOML both write them.
VALUES = [
    "9" * 5000, "9" * 40, "-1", "0", "1.5", "1e308", "-1e308", "1e-320", "1e400", "true",
    '""', '"1/0"', '"1/\u0660"', '"1e999999999"', '"-1"', '"\\u0000"', '"\\u001b[31m"',
    f'"{"x" * 5000}"', f'"{"9" * 5000}"', '"1x99999999"', f'"{"9" * 5000}x1"', '"0x0+0+0"',
    '"../../../etc/passwd"', '["a", 1]', "[[[]]]", "[" * 40 + "]" * 40, "[" * 9000,
]  # fmt: skip
JSON_VALUES = [*VALUES, "NaN", "-Infinity", "null", '"\\ud800"', '{"a": 1, "a": 2}', "[{}]"]
TOML_VALUES = [*VALUES, "nan", "-inf", "1979-05-27", "{a = 1}", "0x" + "f" * 5000, "'''", ""]

TEXTS: dict[str, bytes] = {
    "nothing": b"",
    "a mark alone": b"\xef\xbb\xbf",
    "another encoding": '{"schema": 1}'.encode("utf-16"),
    "binary": bytes(range(256)) * 40,
    "noughts": bytes(5000),
    "deep lists": b"[" * 60_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep tables": b"schema = 1\nx = " + b"{a = " * 10_000,
    "a long number": b"9" * 60_000,
    "a long name": b'{"schema": 1, "' + b"k" * 60_000 + b'": 1}',
    "a long key": b"schema = 1\n" + b"k" * 60_000 + b" = 1",
    "a key of many parts": b"schema = 1\na" + b".a" * 30_000 + b" = 1",
    "a table of many parts": b"schema = 1\n[a" + b".'a'" * 15_000 + b"]",
    "many tables": b"schema = 1\n" + b"[[a]]\n" * 10_000,
    "a name twice": b'{"schema": 1, "schema": 1}',
    "a key twice": b"schema = 1\nschema = 1\n",
    "a name that is none": b'{"schema": 1, "a\\ud800": 1}',
    "an open text": b'{"schema": "' + b"a" * 50_000,
    "quotes": b'"' * 60_000,
}


def places() -> dict[str, Callable[[Path], None]]:
    """What can stand in a file's place."""

    def bound(path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as one:
            here = Path.cwd()
            os.chdir(path.parent)  # a socket's address is short
            try:
                one.bind(path.name)
            finally:
                os.chdir(here)

    def sparse(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(100 << 20)

    return {
        "a pipe": os.mkfifo,
        "a link to a pipe": lambda path: (os.mkfifo(path.with_name("p")), path.symlink_to("p"))[1],
        "a device without end": lambda path: path.symlink_to("/dev/zero"),
        "a folder": lambda path: path.mkdir(),
        "a socket": bound,
        "a circle": lambda path: path.symlink_to(path.name),
        "a link to nothing": lambda path: path.symlink_to("nothing"),
        "100 MB of nothing": sparse,
    }


def put(path: Path, data: bytes | str) -> None:
    """Write a file anew. Over an old one, some systems wait for the disk each time."""
    path.unlink(missing_ok=True)
    path.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)


@contextmanager
def in_time() -> Iterator[None]:
    """A hang fails the test instead of holding up the suite."""

    def late(*_: object) -> None:
        raise AssertionError("still at it after 20 s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def refusal(read: Callable[[], object]) -> str | None:
    """What a reader says of what it does not take, in one line; None when it takes it."""
    try:
        read()
    except RenderError as error:
        text = str(error)
        assert "\n" not in text and 0 < len(text) < 9000
        return text
    return None


def some(mutants: Iterator[str], count: int = 250) -> list[str]:
    """Always the same ones."""
    found = list(mutants)
    return random.Random(20).sample(found, min(count, len(found)))


def json_mutants(document: Any) -> Iterator[str]:
    """The document with each of its values, and each object and list, replaced by each of
    ``JSON_VALUES``."""
    for place in _places(document):
        text = json.dumps(_with(document, place, "@@@"))
        for value in JSON_VALUES:
            yield text.replace('"@@@"', value)


def toml_mutants(text: str) -> Iterator[str]:
    """The same, of what stands behind ``=``."""
    for found in re.finditer(r"(?m)^[\w-]+ = (.*)$", text):
        for value in TOML_VALUES:
            yield text[: found.start(1)] + value + text[found.end(1) :]


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    if not isinstance(value, dict | list):
        return
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _places(each, (*here, key))


def _with(value: Any, place: tuple[Any, ...], new: object) -> Any:
    if not place:
        return new
    first, *rest = place
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[first] = _with(value[first], tuple(rest), new)
    return changed

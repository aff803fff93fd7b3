"""What a parser is not given, and what no value may be.

Parsers of JSON and TOML take what is well-formed, however absurd: they nest until the stack ends,
count digits in squares, and make a table for each part of a key. So a text is first looked at
without what stands in its strings and comments: its outline.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

DEPTH = 32
"""Tables or lists in one another."""
DIGITS = 40
"""Of a number: more than any figure has, and few enough for every sum."""
PARTS = 16
"""Of a dotted key."""
KEY = 200
"""Characters of a key."""
MANY = 100_000
"""Tables and lists in one text, and keys, where nothing else is said."""
LARGEST = 1e40
"""Of numbers, without the sign: what is reckoned from some of them is still a number."""

_LONG_NUMBER = re.compile(rf"[0-9][0-9_]{{{DIGITS}}}|0[xX][0-9A-Fa-f_]{{{DIGITS}}}")
_LONG_KEY = re.compile(rf'(?:\.[ \t]*+(?:[A-Za-z0-9_-]++|"")[ \t]*+){{{PARTS}}}')
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")


def check_outline(outline: str, many: int = MANY) -> None:
    """Raise the ValueError of a text that no parser should be given. In an outline every string is
    an empty one."""
    if max(outline.count("{") + outline.count("["), outline.count(":"), outline.count("=")) > many:
        raise ValueError(f"over {many:,} tables, lists or keys")
    brackets = _NOT_BRACKETS.sub("", outline)
    for _ in range(DEPTH):
        brackets = brackets.replace("[]", "").replace("{}", "")
    # What is left and is no deeper is not closed, as the parser will say.
    if brackets.count("[") + brackets.count("{") > DEPTH:
        raise ValueError("nested too deeply")
    if _LONG_NUMBER.search(outline):
        raise ValueError(f"a number of over {DIGITS} digits")


def check_dotted(outline: str) -> None:
    """Raise the ValueError of a TOML key of too many parts."""
    if _LONG_KEY.search(outline):
        raise ValueError(f"a key of over {PARTS} parts")


def check_values(data: Any, *, numbers: bool = True) -> None:
    """Raise the ValueError of a parsed value that no reader should be given, with its key: a key or
    a text that could not be shown or be a file's name, tables too deep, and (``numbers``) what
    cannot be reckoned with. Without ``numbers`` that is left to readers who can say more."""
    waiting: list[tuple[str, Any, int]] = [("", data, 1)]
    while waiting:
        where, value, depth = waiting.pop()
        if depth > DEPTH:
            raise ValueError(f"`{where.partition('.')[0]}`: nested too deeply")
        for key, each in _inside(value):
            if isinstance(each, float):
                wrong = numbers and not -LARGEST <= each <= LARGEST  # so written, NaN is wrong too
            elif isinstance(each, str):
                wrong = not is_sound(each)
            else:
                wrong = False
                if isinstance(each, dict | list):
                    waiting.append((_place(where, key), each, depth + 1))
            if wrong:
                raise ValueError(f"`{_place(where, key)}`: {_what_is_wrong(each)}")


def is_sound(text: str) -> bool:
    """Whether a text is made of characters, and of bytes of file names that are none (which Python
    writes as surrogates), but holds no NUL."""
    if "\0" in text:
        return False
    try:
        return text.isascii() or bool(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return False


def short(value: object, most: int = 60) -> str:
    """A value as it is written, so far as it fits into a message."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of over some thousand digits
        return "a number of thousands of digits"
    return text if len(text) <= most else f"{text[:most]}…"


def _inside(value: Any) -> Iterable[tuple[Any, Any]]:
    if not isinstance(value, dict):
        return enumerate(value) if isinstance(value, list) else [("", value)]
    for key in value:
        if len(key) > KEY:
            raise ValueError(f"`{key[:KEY]}…`: a key of over {KEY} characters")
        if not is_sound(key):
            raise ValueError(f"`{key!r}`: a key with what is no character")
    return value.items()


def _place(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _what_is_wrong(value: str | float) -> str:
    if isinstance(value, str):
        return "holds a NUL" if "\0" in value else "holds what is no character"
    return f"{value!r} is no number" if math.isnan(value) else f"{value!r} is too large a number"

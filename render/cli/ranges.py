"""Lists and ranges of the command line: ``10,15..30:15`` → the values they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import floor
from pathlib import Path

from render.errors import UsageError
from render.target import Rate, Size

# Options that take a list.
SWEPT = ("fps", "size", "network", "upscaler", "strength", "style")

_MOST = 1000
_HALF = Fraction(1, 2)


def values(key: str, text: str) -> list[object]:
    """What ``text`` stands for, in its order: words as a preset's key takes them, and a range's
    values. Raises UsageError naming the option."""
    of_range = _RANGES.get(key)
    found: list[object] = []
    for word in words(key, text):
        if of_range is None or ".." not in word:
            found.append(word)
            continue
        try:
            found += of_range(word)
        except UsageError as error:
            reason = re.sub(r"^(fps|size) ", "", str(error))
            raise UsageError(f"--{key} {word!r}: {reason}") from None
    return found


def words(key: str, text: str) -> list[str]:
    """The places of a list."""
    # A style may be a file whose name holds a comma.
    if key == "style" and Path(text).is_file():
        return [text]
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise UsageError(f"--{key} {text!r}: an empty place in the list; write it as A,B")
    return words


def rates(word: str) -> list[Rate]:
    """``10..30:5`` goes up by 5; ``10..60`` doubles, and ends with 60."""
    low, high, step = _parts(word, "10..30:5")
    first, last = _rate(low), _rate(high)
    if first > last:
        raise UsageError(f"goes from high to low; write {high}..{low}")
    if step is None:
        return [Rate(fps) for fps in _doubling(first, last)]
    return [Rate(fps) for fps in _stepping(first, last, _number(step))]


def strengths(word: str) -> list[float]:
    """``0.4..1:0.2`` goes up by 0.2."""
    low, high, step = _parts(word, "0.4..1:0.2")
    first, last = _number(low), _number(high)
    if first > last:
        raise UsageError(f"goes from high to low; write {high}..{low}")
    if step is None:
        raise UsageError(f"by how much? Write {word}:0.2")
    return [float(value) for value in _stepping(first, last, _number(step))]


def sizes(word: str) -> list[Size]:
    """``360x640..720x1280:3`` is three sizes, their sides evenly apart; without a count the sides
    double, and it ends with the last one."""
    low, high, count = _parts(word, "360x640..720x1280:3")
    first, last = Size.parse(low), Size.parse(high)
    if first.width > last.width or first.height > last.height:
        raise UsageError(f"goes from high to low; write {high}..{low}")
    if abs(Fraction(first.width * last.height, first.height * last.width) - 1) > Fraction(2, 100):
        raise UsageError(f"{first} and {last} differ in shape; write the sizes as a list")
    if count is None:
        scales = _doubling(Fraction(1), Fraction(last.width, first.width))
        return [_between(first, last, scale - 1, scales[-1] - 1) for scale in scales]
    if not re.fullmatch(r"\d{1,9}", count) or int(count) < 2:
        raise UsageError(f"{count!r} is no count of sizes from 2 up")
    steps = int(count) - 1
    _check_count(steps + 1)
    return [_between(first, last, Fraction(step), Fraction(steps)) for step in range(steps + 1)]


_RANGES: dict[str, Callable[[str], list[Rate] | list[Size] | list[float]]] = {
    "fps": rates,
    "size": sizes,
    "strength": strengths,
}


def _parts(word: str, example: str) -> tuple[str, str, str | None]:
    match = re.fullmatch(r"\s*([^:]+?)\s*\.\.\s*([^:]+?)\s*(?::\s*([^:]+?)\s*)?", word)
    if match is None or ".." in match[2]:
        raise UsageError(f"a range is written as {example}")
    return match[1], match[2], match[3]


def _rate(word: str) -> Fraction:
    fps = Rate.parse(word).fps
    if fps is None:
        raise UsageError("'source' is no number; name it beside the range, as 10..30:5,source")
    return fps


def _number(word: str) -> Fraction:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?|[0-9]{1,9}/0*[1-9][0-9]{0,8}", word):
        raise UsageError(f"{word!r} is no number")
    return Fraction(word)


def _stepping(first: Fraction, last: Fraction, step: Fraction) -> list[Fraction]:
    if step == 0:
        raise UsageError("a step of 0 goes nowhere")
    count = floor((last - first) / step) + 1
    _check_count(count)
    return [first + n * step for n in range(count)]


def _doubling(first: Fraction, last: Fraction) -> list[Fraction]:
    found = [first]
    while found[-1] * 2 < last:
        found.append(found[-1] * 2)
    return found if found[-1] == last else [*found, last]


def _between(first: Size, last: Size, part: Fraction, whole: Fraction) -> Size:
    """The size that is ``part`` of ``whole`` on the way, to the nearest whole pixel."""
    share = part / whole if whole else Fraction(0)

    def side(low: int, high: int) -> int:
        return floor(low + (high - low) * share + _HALF)

    return Size(side(first.width, last.width), side(first.height, last.height))


def _check_count(count: int) -> None:
    if count > _MOST:
        raise UsageError(f"is {count} values, at most {_MOST}; take a larger step")

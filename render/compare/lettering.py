"""Text on pictures, in the one font that comes with Pillow: the same on every machine."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from PIL import ImageFont

from render.errors import OutputError


@functools.cache
def font(pixels: int) -> ImageFont.FreeTypeFont:
    """Aileron, which comes with Pillow: the same sheet on every machine."""
    face = ImageFont.load_default(size=pixels)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise OutputError("this Pillow has no FreeType to write labels with; reinstall Pillow")
    return face


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Lines of at most ``width`` pixels, broken at spaces and, in words too long for one line, at
    hyphens, underscores and points, or where they end."""
    line = ""
    for word in drawable(text).split():
        whole = face.getlength(word) <= width
        for number, part in enumerate([word] if whole else re.split(r"(?<=[-_.])", word)):
            longer = f"{line} {part}".lstrip() if number == 0 else line + part
            if face.getlength(longer) <= width:
                line = longer
                continue
            if line:
                yield line
            *full, line = _pieces(part, face, width)
            yield from full
    if line:
        yield line


def _pieces(word: str, face: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """As many letters as each line holds, one at least."""
    while len(word) > 1 and face.getlength(word) > width:
        count = next(
            n for n in range(len(word), 0, -1) if n == 1 or face.getlength(word[:n]) <= width
        )
        yield word[:count]
        word = word[count:]
    yield word


def shortened(text: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    """``text`` in one line of ``width`` pixels. What does not fit goes from its middle: names that
    are alike often differ at their ends."""
    if face.getlength(text) <= width:
        return text
    for kept in range(len(text) - 1, 0, -1):
        head, tail = text[: -(-kept // 2)].rstrip(), text[len(text) - kept // 2 :].lstrip()
        if face.getlength(found := f"{head}...{tail}") <= width:
            return found
    return "..."


def in_lines(text: str, face: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """``text`` in at most ``most`` lines, the last one shortened where it takes more."""
    lines = list(wrapped(text, face, width))
    if len(lines) <= most:
        return lines
    rest = text
    for line in lines[: most - 1]:
        rest = rest[rest.index(line[-1], len(line) - 1) + 1 :].lstrip() if line else rest
    return [*lines[: most - 1], shortened(rest, face, width)]


# Letters and signs that fall apart into no plainer ones by themselves.
_PLAIN = str.maketrans(
    {"×": "x", "–": "-", "−": "-", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
     "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "þ": "th", "Þ": "Th",
     "ð": "d", "«": '"', "»": '"', "„": '"'}
)  # fmt: skip


def drawable(text: str) -> str:
    """``text`` in what the font holds: accents are dropped, and a letter of another script becomes
    a question mark rather than a box."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = (c for c in plain if not unicodedata.combining(c))
    return "".join(c if c.isspace() or _has(c) else "?" for c in kept)


@functools.cache
def _has(character: str) -> bool:
    face = font(18)
    return bytes(face.getmask(character)) != bytes(face.getmask("\uffff"))

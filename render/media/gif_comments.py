"""Comments in a GIF, which has no other metadata: put in, and read back.

They stand right behind the palette, before the first picture, so that a reader needs no more than
the file's beginning. ffmpeg writes none itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_SIGNATURES = (b"GIF87a", b"GIF89a")
_HEADER = 13
_COMMENT = b"\x21\xfe"
_BLOCK = 255
MOST = 256 * 1024
"""Bytes from the beginning of a file in which its comments are looked for."""


def with_comments(data: Iterable[bytes], comments: Iterable[str]) -> Iterator[bytes]:
    """A GIF in pieces, with ``comments`` in it. What is no GIF goes on as it is."""
    head = b""
    pieces = iter(data)
    for piece in pieces:
        head += piece
        if len(head) >= _HEADER and len(head) >= _behind_palette(head):
            place = _behind_palette(head)
            yield head[:place]
            yield from map(_block, comments if head.startswith(_SIGNATURES) else ())
            yield head[place:]
            break
    else:
        yield head
    yield from pieces


def comments_of(head: bytes) -> list[str]:
    """Of the GIF that begins with ``head``; those behind its first picture are not looked for."""
    if len(head) < _HEADER or not head.startswith(_SIGNATURES):
        return []
    place = _behind_palette(head)
    found = []
    while head[place : place + 1] == _COMMENT[:1]:
        kind, place = head[place : place + 2], place + 2
        said = b""
        while place < len(head) and (length := head[place]):
            said += head[place + 1 : place + 1 + length]
            place += 1 + length
        if place >= len(head):
            break  # it is cut off
        place += 1
        if kind == _COMMENT:
            found.append(said.decode("utf-8", "replace"))
    return found


def _behind_palette(head: bytes) -> int:
    """Where the file's own palette ends, if it has one: by the flags of its header."""
    flags = head[10]
    return _HEADER + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def _block(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    parts = (data[n : n + _BLOCK] for n in range(0, len(data), _BLOCK))
    return _COMMENT + b"".join(bytes([len(part)]) + part for part in parts) + b"\0"

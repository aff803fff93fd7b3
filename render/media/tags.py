"""What a video file says of itself: the metadata in its header."""

from __future__ import annotations

from pathlib import Path

from render.media.gif_comments import MOST, comments_of

_FORMATS = "mov,matroska"
"""What previews are written in, beside GIF. No playlist, which would open other files."""
_IN_GIF = ("comment", "description")
"""What its comments are, in their order: they have no names."""


def read_tags(path: Path) -> dict[str, str]:
    """The file's metadata, its keys in small letters; nothing for what is no video of a kind that
    previews are."""
    import av
    import av.error

    if path.suffix.lower() == ".gif":
        return dict(zip(_IN_GIF, _comments(path), strict=False))
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    try:
        with av.open(f"file:{path}", options=options) as container:
            return {key.lower(): value for key, value in container.metadata.items()}
    except (av.error.FFmpegError, OSError, ValueError):
        return {}


def _comments(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return comments_of(file.read(MOST))
    except (OSError, ValueError):
        return []


def count_frames(path: Path) -> int:
    """Pictures in the file's first video stream, by its packets. Raises OSError or ValueError for
    what cannot be read."""
    import av
    import av.error

    try:
        with av.open(f"file:{path}") as container:
            return sum(1 for packet in container.demux(video=0) if packet.size)
    except (av.error.FFmpegError, IndexError) as error:
        raise ValueError(str(error)) from error

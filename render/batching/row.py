"""One clip of many, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from render.errors import RenderError
from render.planning.request import Request
from render.storage.url import Place, Url


class RowState(StrEnum):
    """What a row came to."""

    DONE = "done"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """One clip and its options.

    Attributes:
        where: what messages call it, such as ``clips.csv:17``.
        request: of this one clip, or why there is none: such a row fails and the others go on. Its
            own output does not count.
        written: the clip as the manifest has it, after which the row's folder is called; empty: by
            the clip's name. own: the row's own options, such as ``start=5``, which tell its folder
            from those of other rows of its clip.
    """

    where: str
    request: Request | RenderError
    written: str = ""
    own: tuple[str, ...] = ()

    def shown(self, path: Path) -> Place:
        """Where people look for what is made at ``path``, in the row's folder."""
        publish = None if isinstance(self.request, RenderError) else self.request.publish
        if publish is None:
            return path
        url = Url(publish) if isinstance(publish, str) else publish
        return url.child(path.parent.name).child(path.name)

    @property
    def clip(self) -> str:
        """For people; empty where the row names none."""
        if self.written or isinstance(self.request, RenderError):
            return self.written
        return str(self.request.clips[0]) if self.request.clips else ""

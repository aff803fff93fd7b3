"""What happens while a report is packed → the file on stdout, words and progress on stderr."""

from __future__ import annotations

import sys

from render.cli.count import Count
from render.cli.events_json import line
from render.cli.output import labelled, put, safe, say
from render.cli.steps import Steps
from render.cli.words import amount
from render.compare.packed.copies import GONE, NOT_ASKED
from render.compare.packed.pack_events import (
    CopiesNotKept,
    CopyMade,
    CopyProgress,
    LeftOut,
    PackEvent,
    ReportPacked,
)


class ShowPack:
    """Shows what happens, and counts what failed."""

    def __init__(self, *, json: bool, debug: bool) -> None:
        self._json = json
        self._steps = Steps(json=json, debug=debug)
        self._count = Count("frame", sys.stderr)
        self._made: list[CopyMade] = []
        self._gone: list[str] = []
        self._not_asked: list[str] = []

    def event(self, event: PackEvent) -> None:
        """Show one event."""
        match event:
            case CopyProgress(name, done, total):
                self._count.show("light copies", done, total, name)
            case CopyMade():
                self._made.append(event)
                if self._json:
                    put(_copy_line(event))
            case LeftOut():
                self._left_out(event)
            case CopiesNotKept(folder):
                self._note(f"{folder}: is not writable; the light copies are not kept there")
            case ReportPacked():
                self._packed(event)

    def finish(self) -> int:
        """The last words, and the exit status."""
        status = 1 if self._steps.failed else 0
        if self._json:
            put(line("done", failed=self._steps.failed, exit_status=status))
        return status

    def close(self) -> None:
        """Take the progress off the screen."""
        self._count.close()

    def _left_out(self, event: LeftOut) -> None:
        if event.error is not None:
            self._steps.fail("copy", event.error, tell=self._count.say)
        elif event.why == NOT_ASKED:
            self._not_asked.append(event.name)
        elif event.why == GONE:
            self._gone.append(event.name)
        if self._json:
            put(line("left-out", name=event.name, why=event.why))

    def _packed(self, event: ReportPacked) -> None:
        self.close()
        if self._gone:
            count = len(self._gone)
            what = "1 file is gone and" if count == 1 else f"{count} files are gone and"
            self._note(f"{what} not in it: {', '.join(self._gone[:3])}" + (", …" * (count > 3)))
        if self._not_asked and event.path.suffix.lower() == ".zip":
            self._note(f"not in it: {', '.join(self._not_asked)}; --with grids,sheets takes them")
        alike = sorted(copy.ssim for copy in self._made)
        videos = "1 light copy" if event.videos == 1 else f"{event.videos} light copies"
        say(
            f"{safe(str(event.path))}: {amount(event.bytes)}, {videos} "
            f"(SSIM to the originals {alike[0]:.3f} to {alike[-1]:.3f})"
        )
        if self._json:
            facts = {"bytes": event.bytes, "videos": event.videos}
            put(line("packed", path=str(event.path), **facts))
        else:
            put(str(event.path))

    def _note(self, words: str) -> None:
        self._count.say(labelled("note", words, sys.stderr))


def _copy_line(event: CopyMade) -> str:
    return line(
        "copy",
        name=event.name,
        bytes=event.bytes,
        ssim=event.ssim,
        psnr=event.psnr,
        kept=event.kept,
    )

"""An ffmpeg whose decoder, encoder or sound can be found and signalled, or does something first.

A shell script that becomes the real one: what happens to it happens to a real child.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from render.media.ffmpeg import FFmpeg

DECODER, ENCODER, SOUND = "decoder", "encoder", "sound"
ALONE = "alone"
"""The sound, written nowhere."""

# By what each has in its command; finding out what ffmpeg can do has none of it.
_SCRIPT = """#!/bin/sh
case "$*" in
    *" pipe:1"*) part=decoder ;;
    *" pipe:0 "*) part=encoder ;;
    *"-f null "*) part=alone ;;
    *"-acodec "*) part=sound ;;
    *) part= ;;
esac
if [ -n "$part" ]; then
    echo $$ > "{folder}/$part.new" && mv "{folder}/$part.new" "{folder}/$part.pid"
fi
case "$part" in {parts}) {does} ;; esac
exec "{ffmpeg}" "$@"
"""


class Unruly:
    """``path`` is to be used as ffmpeg; its ``parts`` (``a|b``) do what ``does`` says in sh."""

    def __init__(self, folder: Path, ff: FFmpeg, parts: str = "none", does: str = ":") -> None:
        self._folder = folder
        folder.mkdir()
        self.path = folder / "ffmpeg"
        script = _SCRIPT.format(folder=folder, parts=parts, does=does, ffmpeg=ff.path)
        self.path.write_text(script, encoding="utf-8")
        self.path.chmod(0o755)

    def pid(self, part: str) -> int:
        """The last one of its kind that was started."""
        file = self._folder / f"{part}.pid"
        for _ in range(500):
            if file.exists():
                return int(file.read_text())
            time.sleep(0.02)
        raise AssertionError(f"no {part} was started")

    def send(self, part: str, number: signal.Signals) -> None:
        os.kill(self.pid(part), number)

    def began(self) -> set[str]:
        return {file.stem for file in self._folder.glob("*.pid")}

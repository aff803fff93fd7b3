"""Segments → one video, without coding again where its container has no palette."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from render.media import ffmpeg
from render.media.encode import check_frames, write_failure
from render.media.encoding import container_of, container_options
from render.media.gif import write_gif
from render.media.process import Process
from render.media.video_parts import VideoParts
from render.media.watch import PATIENCE, Patience
from render.target import Size

_FAILED = "the segments could not be joined"


def join(
    pictures: VideoParts,
    ff: Path,
    output: Path,
    tags: Mapping[str, str],
    patience: Patience = PATIENCE,
    *,
    size: Size | None = None,
) -> None:
    """Write ``output``: all ``pictures``, without sound; brought to ``size`` where they are painted
    anew. Raises OutputError unless it is whole."""
    if container_of(output).palette:
        write_gif(pictures, ff, output, tags, size, patience)
        return
    if len(pictures.files) == 1 and pictures.files[0].suffix == output.suffix:
        # It is the preview as it stands, tags and all. A link leaves the segment where it is, for
        # the case that what follows fails.
        with contextlib.suppress(OSError):
            os.link(pictures.files[0], output)
            return
    with pictures.as_input() as source:
        arguments = [*source.arguments, "-map", "0:v:0", "-c", "copy", "-map_metadata", "-1"]
        for key, value in container_options(output).items():
            arguments += [f"-{key}", value]
        arguments = ffmpeg.tagged([*arguments, ffmpeg.OUTPUT, "-y"], tags)
        arguments = ffmpeg.with_names(arguments, output=output)
        with Process(ff, arguments, cwd=pictures.folder, patience=patience) as process:
            if process.wait() != 0:
                raise write_failure(process, output, _FAILED, "ffmpeg", "on the way")
    check_frames(output, sum(pictures.frames))

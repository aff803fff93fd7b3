"""What the user asked for, before it meets any clip."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from render.defaults import DEFAULTS
from render.engines.base import DeviceName, EngineName
from render.files.names import is_file
from render.look import Look
from render.media.encoding import SUFFIXES, AudioMode, Encoder, Encoding, suffixes_for
from render.planning.segments import LENGTH
from render.target import Fit, Orient


def _looks() -> tuple[Look, ...]:
    from render.presets.preset import Preset

    return (Preset().look(),)


def _encoding() -> Encoding:
    return Encoding(Encoder(DEFAULTS.encoder), DEFAULTS.crf, AudioMode(DEFAULTS.audio))


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, parsed but not yet met with any clip. All but the clips has the
    command's defaults.

    Attributes:
        clips: paths as given. A folder stands for the videos in it, ``FOLDER/**`` also for those
            below, and a pattern for what it matches (`media/find.py`).
        looks: each becomes a cell of each clip; those that come to the same become one.
        start, duration: seconds; duration None runs to the clip's end.
        output: a file (one cell only), a folder, or None for ``previews/``; into_folder: it is a
            folder whatever its name, as one is that is written with a slash at its end.
        force: overwrite existing previews. strict: fail at the first decoding damage.
        ffmpeg: a binary to use instead of the look-up.
        segment: seconds of the parts that previews are rendered in: what is lost by a kill.
    """

    clips: tuple[Path, ...]
    looks: tuple[Look, ...] = field(default_factory=_looks)
    orient: Orient = field(default_factory=lambda: Orient(DEFAULTS.orient))
    fit: Fit = field(default_factory=lambda: Fit(DEFAULTS.fit))
    encoding: Encoding = field(default_factory=_encoding)
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    engine: EngineName = EngineName.AUTO
    device: DeviceName = DeviceName.AUTO
    output: Path | None = None
    force: bool = False
    strict: bool = False
    ffmpeg: Path | None = None
    into_folder: bool = False
    segment: Fraction = LENGTH


def written_file(request: Request) -> Path | None:
    """Where a preview goes for which a file was named; None where there is a folder for it. Raises
    UsageError for a file of a kind that is not written."""
    encoder = request.encoding.encoder
    fitting = suffixes_for(encoder)
    by = "" if fitting == SUFFIXES else f" by {encoder.value}"
    out, written = request.output, f"previews are written{by} as {', '.join(fitting)}"
    named = out is not None and not request.into_folder and is_file(out, fitting, written)
    return out if named else None

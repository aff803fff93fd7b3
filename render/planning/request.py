"""What the user asked for, before it meets any clip."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from render.defaults import DEFAULTS
from render.engines.base import DeviceName, EngineName, Precision
from render.files.names import is_file
from render.look import Look
from render.media.encoding import (
    SUFFIXES,
    AudioMode,
    Encoder,
    Encoding,
    check_fits,
    fitting,
)
from render.planning.segments import LENGTH
from render.storage.url import Url
from render.target import Fit, Orient


def _looks() -> tuple[Look, ...]:
    from render.presets.preset import Preset

    return (Preset().look(),)


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, parsed but not yet met with any clip. All but the clips has the
    command's defaults.

    Attributes:
        clips: paths or URLs (``s3://bucket/clip.mp4``) as given. A folder stands for the videos in
            it, ``FOLDER/**`` also for those below, and a pattern for what it matches
            (`media/find.py`).
        looks: each becomes a cell of each clip; those that come to the same become one.
        encoding: how previews are written; None is the default, by an encoder that suits the file
            that ``output`` names. ``coding`` is the one that counts.
        start, duration: seconds; duration None runs to the clip's end.
        output: a file (one cell only), a folder, or None for ``previews/``; into_folder: it is a
            folder whatever its name, as one is that is written with a slash at its end.
        force: overwrite existing previews. strict: fail at the first decoding damage.
        ffmpeg: a binary to use instead of the look-up.
        precision: in which the networks compute; None is what suits the engine, `int8` a draft.
        segment: seconds of the parts that previews are rendered in: what is lost by a kill.
        cache: a folder for what the next run need not measure again; it is made where it is not
            there, and may be emptied at any time. None keeps nothing. Clips at URLs are fetched to
            it, so that they need one.
        publish: a URL of a folder, to which what is made in ``output`` goes as soon as it is whole.
        elsewhere: the networks run on other machines, which have the ``device``: it is not looked
            for here.
    """

    clips: tuple[Path | Url | str, ...]
    looks: tuple[Look, ...] = field(default_factory=_looks)
    orient: Orient = field(default_factory=lambda: Orient(DEFAULTS.orient))
    fit: Fit = field(default_factory=lambda: Fit(DEFAULTS.fit))
    encoding: Encoding | None = None
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    engine: EngineName = EngineName.AUTO
    device: DeviceName = DeviceName.AUTO
    precision: Precision | None = None
    output: Path | None = None
    force: bool = False
    strict: bool = False
    ffmpeg: Path | None = None
    into_folder: bool = False
    segment: Fraction = LENGTH
    cache: Path | None = None
    publish: Url | str | None = None
    elsewhere: bool = False

    @property
    def coding(self) -> Encoding:
        """How its previews are written."""
        if self.encoding is not None:
            return self.encoding
        return fitting(usual_encoding(), suffix_of(self.output, into_folder=self.into_folder))


def usual_encoding() -> Encoding:
    """The defaults'."""
    return Encoding(Encoder(DEFAULTS.encoder), DEFAULTS.crf, AudioMode(DEFAULTS.audio))


def suffix_of(output: Path | None, *, into_folder: bool = False) -> str:
    """Of the file that a place names, in small letters; nothing where it is no file of ours."""
    suffix = "" if output is None else output.suffix.lower()
    if output is None or suffix not in SUFFIXES or into_folder or output.is_dir():
        return ""
    return suffix


def written_file(request: Request) -> Path | None:
    """Where a preview goes for which a file was named; None where there is a folder for it. Raises
    UsageError for a file of a kind that is not written."""
    out = request.output
    written = f"previews are written as {', '.join(SUFFIXES)}"
    if out is None or request.into_folder or not is_file(out, SUFFIXES, written):
        return None
    check_fits(request.coding.encoder, out.suffix.lower(), f"-o {out}")
    return out


def container(request: Request) -> str:
    """The suffix of its previews."""
    file = written_file(request)
    return request.coding.codec.suffix if file is None else file.suffix.lower()

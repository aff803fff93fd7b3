"""A preset → the one file that people share."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

from render.bundles.archive import MOST, archive, parse_archive
from render.bundles.bundle import Bundle, understood
from render.bundles.bundled_preview import LENGTH, BundleProgress, RenderWith, planned, rendered
from render.bundles.manifest import MOST_OF, BundledFile, Manifest, Role
from render.compare.source_video import write_source
from render.errors import BundleError, Hint, OutputError, UsageError
from render.events import Preview
from render.files.atomic import whole
from render.files.limits import short
from render.files.names import given
from render.files.small import read_small
from render.files.temporary import beside
from render.media.encode import folder_for_output
from render.media.encoding import AudioMode, Encoder, Encoding
from render.media.ffmpeg import find_ffmpeg
from render.media.probe import probe
from render.networks.catalogue import FoundStyle, find_style
from render.networks.metadata import SUFFIX as STYLE_SUFFIX
from render.presets.preset import Preset
from render.presets.preset_file import stamped
from render.presets.preset_library import MANIFEST, is_preset_name
from render.resources import sample_clip
from render.versions import versions

FASTEST = Fraction(60)
"""Frames a second of the clip in a bundle, at most."""
# What a network reads should be as good as what a camera gives; the preview is coded after it.
_CLIP_ENCODING = Encoding(Encoder.X264, 14, AudioMode.NONE)
_THUMBNAIL = 320
_SAMPLE = (
    "CC BY 3.0",
    "(c) copyright 2008, Blender Foundation | www.bigbuckbunny.org",
    "from Big Buck Bunny",
)


@dataclass(frozen=True, slots=True)
class Packing:
    """What goes into a bundle beside the preset.

    Attributes:
        name: what it is installed as; None is the preset's own. author, licence: of the preset,
            where it does not say, or should say otherwise.
        clip: what its preview shows; None is the clip that comes with render. at: seconds into it
            where the preview begins, None for its middle. clip_licence, clip_by: of that clip.
    """

    name: str | None = None
    author: str | None = None
    licence: str | None = None
    clip: Path | None = None
    at: Fraction | None = None
    clip_licence: str = ""
    clip_by: str = ""
    using: RenderWith = field(default_factory=RenderWith)


def pack(
    preset: Preset, name: str, output: Path, packing: Packing, *, force: bool = False
) -> Generator[BundleProgress, None, Bundle]:
    """Write the bundle of ``preset`` to ``output``, whole or not at all, and read it again; it
    comes as the generator's value. ``name`` is what it is called where neither it nor ``packing``
    says.

    Raises BundleError, OutputError, UsageError, and what a style, a clip and rendering can fail by;
    OutputError without ``force`` where ``output`` is there.
    """
    called = packing.name or preset.name or name
    if not is_preset_name(called):
        raise UsageError(
            f"{short(called)}: is no name for a preset; give it another", option="name"
        )
    if given(output).is_dir():
        raise OutputError(f"{output}: is a folder; name a file")
    if output.exists() and not force:
        raise OutputError(f"{output}: exists already", hint=Hint.OVERWRITE)
    style = find_style(preset.style, preset.target().network)
    style_name = _plain(style.metadata.style) + f".{_plain(style.metadata.network)}{STYLE_SUFFIX}"
    words = {"author": packing.author, "licence": packing.licence, "name": called}
    travels = preset.with_options(style=style_name, network=style.metadata.network, **words)
    local = travels.with_options(style=str(style.path))
    with folder_for_output(output.parent), beside(output.parent, "", OutputError) as folder:
        folder.mkdir()
        clip = folder / "clip.mp4"
        yield from _cut(local, packing, clip)
        preview = yield from rendered(
            local, clip, folder / "preview.mp4", packing.using, "rendering its preview"
        )
        contents = _contents(travels, style, preview, clip, packing, output)
        data = archive(contents)
        if len(data) > MOST:
            raise BundleError(f"{output}: would be over {MOST >> 20} MiB, too much for a bundle")
        # Read as whoever gets it will read it, before it takes another's place.
        made = understood(parse_archive(data, output), output)
        with whole(output, OutputError) as temporary:
            temporary.write_bytes(data)
    return made


def _plain(text: str) -> str:
    """As a name in a bundle may be."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:40] or "style"


def _cut(preset: Preset, packing: Packing, clip: Path) -> Generator[BundleProgress, None, None]:
    """Two seconds of the clip, framed as the preset frames it, silent."""
    source = packing.clip or sample_clip()
    own_rate = preset.with_options(fps="source")
    at = _middle(source, packing.using) if packing.at is None else packing.at
    plan, cell = planned(own_rate, source, clip, packing.using, at)
    rate = min(cell.video_rate, FASTEST)
    total = max(1, round(LENGTH * rate))
    words = "cutting its clip"
    yield BundleProgress(words, 0, total)
    for done in write_source(cell, rate, clip, plan.ffmpeg, _CLIP_ENCODING):
        yield BundleProgress(words, done, max(done, total))


def _middle(clip: Path, using: RenderWith) -> Fraction:
    """Where the seconds in its middle begin, to a tenth; its beginning where nobody knows."""
    duration = probe(clip, find_ffmpeg(using.ffmpeg)).duration
    if duration is None or duration <= LENGTH:
        return Fraction(0)
    return Fraction(round((duration - LENGTH) / 2 * 10), 10)


def _contents(
    preset: Preset, style: FoundStyle, preview: Preview, clip: Path, packing: Packing, output: Path
) -> dict[str, bytes]:
    """The files by name, the manifest first. Raises BundleError where one is too much."""
    said = style.metadata
    painting = ", ".join(part for part in (said.title, said.artist, said.year) if part)
    licence, by, about = _SAMPLE
    if packing.clip is not None:
        licence, by = packing.clip_licence, packing.clip_by
        about = f"from {packing.clip.name}"
    seen = f"{preview.frames} frames at {float(preview.rate):g} fps, {preview.size}"
    mixed = "that of the style and of the clip"
    contents: dict[str, bytes] = {}
    parts: dict[str, BundledFile] = {}

    def put(role: Role, name: str, data: bytes, licence: str, by: str, about: str) -> None:
        if len(data) > MOST_OF[role]:
            raise BundleError(
                f"{output}: its {role.value} would be {len(data) >> 20} MiB, over the "
                f"{MOST_OF[role] >> 20} MiB that a bundle takes; use a smaller size"
            )
        digest = hashlib.sha256(data).hexdigest()
        contents[name] = data
        parts[name] = BundledFile(role, len(data), digest, licence, by, about[:500])

    text = stamped(preset).to_toml().encode()
    weights = read_small(style.path, "style file for a bundle", MOST_OF[Role.STYLE], BundleError)
    small = _thumbnail(preview.path)
    put(Role.PRESET, "preset.toml", text, preset.licence, preset.author, preset.description)
    put(Role.THUMBNAIL, "thumbnail.jpg", small, mixed, "", "a frame of the preview")
    put(Role.STYLE, preset.style, weights, said.licence, said.author, painting)
    put(Role.CLIP, "clip.mp4", clip.read_bytes(), licence, by, about)
    put(Role.PREVIEW, "preview.mp4", preview.path.read_bytes(), mixed, "", seen)
    used = versions()
    manifest = Manifest(
        name=preset.name,
        render=used.pop("render"),
        made_with=preview.cell.identity.engine,
        versions=used,
        parts=parts,
    )
    return {MANIFEST: manifest.to_json().encode("utf-8", "backslashreplace"), **contents}


def _thumbnail(preview: Path) -> bytes:
    """The preview's middle frame as a small JPEG."""
    with av.open(str(preview)) as file:
        frames = list(file.decode(video=0))
    picture = Image.fromarray(frames[len(frames) // 2].to_ndarray(format="rgb24"))
    picture.thumbnail((_THUMBNAIL, _THUMBNAIL), Image.Resampling.LANCZOS)
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=85)
    return made.getvalue()

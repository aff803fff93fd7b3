"""Clip → frames, with the clip's own timestamps.

ffmpeg decodes, in a process of its own, and writes raw pictures to a pipe in NUT, a container that
keeps each one's timestamp; PyAV reads them. Timestamps are why the pipe is not plain rawvideo: what
a clip shows at a tick is decided by `sample.py` from them, so no header is ever trusted.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from render.errors import ClipError, FFmpegError, RenderError
from render.media import ffmpeg
from render.media.clip import Clip, Transfer, VideoStream
from render.media.frame import Frame, Picture, as_picture
from render.media.process import Process
from render.media.watch import PATIENCE, Patience
from render.storage.url import Place
from render.target import Size

# What transparent pictures stand on: what a player shows around a video.
BACKGROUND = (0, 0, 0)

# A range starts decoding a little early, so that the picture on show at its start is known even if
# it came before.
_LEAD = Fraction(1)
_SLACK = Fraction(1, 2)
# Behind the last picture of all that are wanted.
_BEHIND = Fraction(1, 50)
_FINE = "1:90000"

# Below this share of sound pictures a preview would be noise: an encrypted file decodes "fine".
_HOPELESS = 0.5

# What ffmpeg makes of errors that are this machine's, whatever the clip is like.
_STARVED = tuple(256 - number for number in (errno.ENOMEM, errno.EAGAIN))

# Broadcast streams. ffmpeg takes their start from the streams in use only (AVFMT_TS_DISCONT), so
# that picture and sound would each start at 0 when read apart; and seeking in them lands between
# key frames, after which nothing decodes until the next one.
BROADCAST = ("mpegts", "mpeg")


@dataclass(frozen=True, slots=True)
class Damage:
    """Counts of one decode: pictures that came out, those ffmpeg calls damaged, error lines, and
    about how many pictures the header promised (None: nothing promised)."""

    decoded: int
    damaged: int
    errors: int
    expected: int | None
    first_error: str

    @property
    def hopeless(self) -> bool:
        return self.decoded == 0 or self.damaged > _HOPELESS * (self.decoded + 1)

    @property
    def short(self) -> bool:
        return self.expected is not None and self.decoded < 0.9 * self.expected - 1

    def describe(self) -> str | None:
        """The damage in numbers, one line; None when there is none."""
        parts = []
        if self.short:
            parts.append(f"{self.decoded} of about {self.expected} frames decoded")
        if self.damaged:
            parts.append(f"{self.damaged} of {self.decoded} frames damaged")
        if self.errors and not parts:
            lines = "error" if self.errors == 1 else "errors"
            parts.append(f"{self.errors} decoding {lines} in {self.decoded} frames")
        if not parts:
            return None
        return ", ".join(parts) + (f" ({self.first_error})" if self.first_error else "")


class Decoder:
    """The pictures of a clip between two moments: an iterable to be walked once, in a ``with``.

    Yields Frames at ``canvas`` size, RGB, in display order, their ``time`` in seconds from the
    clip's start. The last one repeats the picture before it at the moment when that picture ends:
    it closes the last interval. Raises ClipError when nothing decodes, when more than half of it is
    damaged, when ffmpeg crashes on it, or, if ``strict``, at the first damage; FFmpegError when the
    decoder was killed, or kept us waiting beyond ``patience``: the pictures until then are not the
    clip's. ``damage`` is complete once the walk is.

    ``only``: spans of the clip, in order; just their pictures come, and what lies between costs no
    more than decoding. Whether one of them was on show before its span nobody knows then.
    """

    def __init__(
        self,
        clip: Clip,
        canvas: Size,
        ff: Path,
        *,
        start: Fraction = Fraction(0),
        duration: Fraction | None = None,
        strict: bool = False,
        patience: Patience = PATIENCE,
        only: Sequence[tuple[Fraction, Fraction]] = (),
    ) -> None:
        self.clip = clip
        self.decoded = 0
        self._strict = strict
        from_ = max(Fraction(0), only[0][0] if only else start - _LEAD)
        self._expected = _expected(clip, from_, start, duration)
        to = None if duration is None else start + duration + _SLACK
        if only:
            to = only[-1][1] + _BEHIND
        # The moment that the child's timestamps count from.
        self._zero = Fraction(0) if clip.container in BROADCAST else from_
        spans = [(first - self._zero, last - self._zero) for first, last in only]
        arguments = _arguments(clip, canvas, from_, to, spans)
        self._process = Process(ff, arguments, stdout=True, patience=patience)
        self._shape = (canvas.height, canvas.width)

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child. A walk in another thread then ends too."""
        self._process.kill()

    @property
    def damage(self) -> Damage:
        log = self._process.log
        return Damage(self.decoded, log.damaged, log.errors, self._expected, log.first_error)

    def __iter__(self) -> Iterator[Frame]:
        held: Frame | None = None
        for time, picture in _pictures(self._process, self._shape):
            if held is not None:
                self.decoded += 1
                yield held
                self._check_running()
            held = Frame(time + self._zero, picture)
        status = self._process.wait()
        pictures = self.decoded + (held is not None)
        _check_death(self._process, self.clip.place, pictures)
        if pictures and status in _STARVED:
            self._starved(pictures)
        damage = self.damage
        if held is None or damage.hopeless:
            raise self._refusal(damage)
        if self._strict and (damage.describe() or status != 0):
            raise ClipError(f"{self.clip.place}: {damage.describe() or self._process.log.reason}")
        yield held

    def _check_running(self) -> None:
        damage = self.damage
        if self._strict and (damage.errors or damage.damaged):
            raise ClipError(f"{self.clip.place}: {damage.describe()}; without --strict it goes on")
        if self.decoded % 64 == 0 and damage.hopeless:
            raise self._refusal(damage)

    def _starved(self, pictures: int) -> None:
        reason = self._process.log.reason
        raise FFmpegError(
            f"{self.clip.place}: the decoder ran out of memory or threads after {pictures} frames "
            f"({reason})"
        )

    def _refusal(self, damage: Damage) -> ClipError:
        path = self.clip.place
        if damage.decoded == 0:
            return ClipError(
                f"{path}: not one picture could be decoded ({self._process.log.reason})"
            )
        return ClipError(
            f"{path}: too damaged to show: {damage.describe()}; encrypted or broken files look so"
        )


def _check_death(process: Process, path: Place, pictures: int) -> None:
    death = process.death
    if death is None:
        return
    kind: type[RenderError] = FFmpegError
    where, remedy = f"after {pictures} frames" if pictures else "before the first frame", ""
    if death.crashed:
        kind, remedy = ClipError, "; a copy made by another program may do"
    error = kind(f"{path}: the decoder {death.words} {where}{remedy}")
    error.transient = death.passing
    error.__cause__ = process.failure("decoding failed")
    raise error


def _expected(clip: Clip, seek: Fraction, start: Fraction, duration: Fraction | None) -> int | None:
    """About how many pictures the header promises for the range that is read."""
    video = clip.video
    counts = [video.header_frames] if video.header_frames else []
    if clip.duration is not None and not video.variable_rate:
        counts.append(int(clip.duration * video.rate))
    whole = min(counts, default=None)
    if whole is None or (seek == 0 and duration is None):
        return whole
    if clip.duration is None or video.variable_rate:
        return None
    end = clip.duration if duration is None else min(clip.duration, start + duration)
    return max(0, int((end - seek) * video.rate))


def range_options(clip: Clip, start: Fraction, end: Fraction | None) -> dict[str, str]:
    """Input options that read ``clip`` from ``start`` to ``end`` (seconds), stamped from 0;
    a broadcast stream is read, and stamped, from its beginning."""
    seek = Fraction(0) if clip.container in BROADCAST else start
    options = {"ss": f"{float(seek):.6f}"} if seek else {}
    if end is not None:
        options["t"] = f"{float(end - seek):.6f}"
    return options


def _arguments(
    clip: Clip,
    canvas: Size,
    start: Fraction,
    end: Fraction | None,
    only: Sequence[tuple[Fraction, Fraction]] = (),
) -> list[str]:
    import ffmpeg as graph

    options: dict[str, Any] = ffmpeg.input_options(still=clip.still)
    options["max_pixels"] = ffmpeg.MAX_PIXELS
    options |= range_options(clip, start, end)
    alpha_decoder = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(clip.video.codec)
    if clip.video.alpha and alpha_decoder:
        options["c:v"] = alpha_decoder  # ffmpeg's own VP8/VP9 decoders drop the alpha plane
    source = graph.input(ffmpeg.CLIP, **options)
    picture = source[str(clip.video.index)]
    if start and clip.container in BROADCAST:
        picture = picture.filter("trim", start=f"{float(start):.6f}")
    picture = to_rgb(picture, clip.video, canvas, only)
    raw: dict[str, Any] = {"format": "nut", "vcodec": "rawvideo", "fps_mode": "passthrough"}
    if only:
        # Left to itself, ffmpeg rounds timestamps to whole frames from where it began to read.
        raw["enc_time_base"] = _FINE
    outputs = [graph.output(picture, "pipe:1", **raw)]
    if clip.audio is not None and clip.container in BROADCAST:
        sound = source[str(clip.audio.index)]
        outputs.append(graph.output(sound, "-", format="null", acodec="copy"))
    return ffmpeg.with_names(graph.merge_outputs(*outputs).get_args(), clip=clip.path)


def to_rgb(
    stream: Any,
    video: VideoStream,
    canvas: Size,
    only: Sequence[tuple[Fraction, Fraction]] = (),
) -> Any:
    """The filters from a decoded picture (already turned by ffmpeg) to RGB at ``canvas``; of all
    pictures, or of those whose timestamps lie in the spans of ``only``."""
    if video.interlaced:
        stream = stream.filter("bwdif", mode="send_frame", deint="interlaced")
    if only:
        spans = (f"gte(t,{float(a):.6f})*lte(t,{float(b):.6f})" for a, b in only)
        stream = stream.filter("select", "+".join(spans))
    # One more copy of the last picture, stamped with the moment at which that picture ends.
    stream = stream.filter("tpad", stop=1, stop_mode="clone")
    if video.transfer is not Transfer.SDR:
        return _tone_mapped(stream, video.transfer, canvas)
    options: dict[str, Any] = {"flags": "bicubic+accurate_rnd+full_chroma_int"}
    options |= {"in_color_matrix": video.matrix, "in_range": "full" if video.full_range else "tv"}
    if video.pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0")):
        options = {"flags": options["flags"]}  # nothing to convert: these are RGB already
    stream = stream.filter("scale", w=canvas.width, h=canvas.height, **options)
    return stream.filter("format", "gbrap" if video.alpha else "gbrp")


def _tone_mapped(stream: Any, transfer: Transfer, canvas: Size) -> Any:
    # Scaling inside the first zscale is 1.4-1.7 times faster than before or after it. 203 cd/m² is
    # diffuse white in HDR (ITU-R BT.2408); mobius leaves the mid-tones as they are.
    stream = stream.filter(
        "zscale",
        w=canvas.width,
        h=canvas.height,
        tin=transfer.value,
        pin="bt2020",
        min="2020_ncl",
        rin="limited",
        t="linear",
        npl=203,
    )
    stream = stream.filter("format", "gbrpf32le").filter("zscale", p="bt709")
    stream = stream.filter("tonemap", tonemap="mobius", desat=0)
    return stream.filter("zscale", t="bt709", m="bt709", r="full").filter("format", "gbrp")


def _pictures(
    process: Process, shape: tuple[int, int] | None
) -> Iterator[tuple[Fraction, Picture]]:
    """Timestamps (seconds, as ffmpeg gives them) and pictures from the child's NUT pipe."""
    import av
    import av.error

    try:
        # By descriptor, so that libav reads the pipe itself, without Python and its lock.
        with process.waiting():
            container = av.open(f"pipe:{process.stdout.fileno()}", format="nut")
    except (av.error.FFmpegError, OSError, ValueError):
        return  # the child wrote no header: it has decoded nothing
    with container:
        stream = container.streams.video[0]
        height, width = stream.codec_context.height, stream.codec_context.width
        planes = 4 if stream.codec_context.pix_fmt == "gbrap" else 3
        if shape is not None and shape != (height, width):
            raise ClipError(f"decoding gave {width}x{height} where {shape[1]}x{shape[0]} was meant")
        time_base = Fraction(stream.time_base or 1)
        with contextlib.suppress(av.error.FFmpegError):
            packets = container.demux(stream)
            while True:
                with process.waiting():
                    packet = next(packets, None)
                if packet is None:
                    return
                if packet.size != width * height * planes or packet.pts is None:
                    continue  # the flush at the end, or the torn last picture of a killed child
                raw = np.frombuffer(memoryview(packet), np.uint8).reshape(planes, height, width)
                yield packet.pts * time_base, _interleaved(raw)


def _interleaved(planes: npt.NDArray[np.uint8]) -> Picture:
    """ffmpeg's planes (G, B, R and perhaps A) as one picture; straight alpha over BACKGROUND.

    Planes because swscale converts to them four times as fast as to packed RGB (measured at 720p
    with accurate rounding: 1.5 against 6.5 ms of processor time a picture).
    """
    import cv2

    green, blue, red, *alpha = planes
    picture = as_picture(cv2.merge([red, green, blue]))
    if not alpha:
        return picture
    opacity = alpha[0][..., np.newaxis].astype(np.uint16)
    over = picture * opacity + np.array(BACKGROUND, np.uint16) * (255 - opacity)
    return as_picture(((over + 127) // 255).astype(np.uint8))


def first_picture(path: Path, ff: Path, *, still: bool, index: int | None) -> Size:
    """Size in square pixels of the first picture that decodes at all, for files that probing could
    not read. Raises ClipError with what ffmpeg says, FFmpegError when it was killed."""
    import ffmpeg as graph

    options: dict[str, Any] = ffmpeg.input_options(still=still)
    options["max_pixels"] = ffmpeg.MAX_PIXELS
    source = graph.input(ffmpeg.CLIP, **options)
    picture = source["v:0" if index is None else str(index)]
    picture = picture.filter("scale", w="max(1,iw*sar)", h="ih").filter("format", "gbrap")
    arguments = graph.output(
        picture,
        "pipe:1",
        format="nut",
        vcodec="rawvideo",
        fps_mode="passthrough",
        **{"frames:v": 1},
    ).get_args()
    with Process(ff, ffmpeg.with_names(arguments, clip=path), stdout=True) as process:
        for _, rgb in _pictures(process, None):
            return Size(rgb.shape[1], rgb.shape[0])
        process.wait()
        _check_death(process, path, 0)
        raise ClipError(
            f"{path}: is no video that render can read ({process.log.reason}); "
            "if a player shows it, re-wrap it with: ffmpeg -i IN -c copy out.mkv"
        )

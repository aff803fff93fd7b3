"""Which ffmpeg there is, and what every command of it holds; `process.py` runs one."""

from __future__ import annotations

import functools
import logging
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from render.defaults import DEFAULTS
from render.errors import FFmpegError, UsageError
from render.media.encoding import AAC, CODECS, OPUS, Encoder, Encoding, codec_name, needed
from render.media.process import Process
from render.media.watch import Patience

_log = logging.getLogger(__name__)

_FILTERS = ("scale", "zscale", "tonemap", "bwdif", "tpad", "fps_mode")
_ENCODERS = tuple(map(codec_name, Encoder))
_OTHERS = (OPUS.codec, "gif", "palettegen", "paletteuse", "xstack", "libvmaf")
NEEDED = (Encoder.X264.value, AAC.codec, *_FILTERS)
_ANYWHERE = tuple(dict.fromkeys(codec_name(one) for one in Encoder if not CODECS[one].hardware))
USEFUL = (*(name for name in _ANYWHERE if name not in NEEDED), *_OTHERS)

# Every container that a camera, an editor or a browser writes, and no playlist: HLS, ffconcat and
# their kin open other files, even when their own name ends in .mp4.
FORMATS = (
    "mov,matroska,avi,mpegts,mpeg,gif,apng,flv,webp_pipe,webp_anim,png_pipe,jpeg_pipe,image2,ogg,"
    "asf,mxf,ivf,yuv4mpegpipe,nut,dv,h264,hevc,obu"
)
# For an encoder's first picture: drivers may hang.
_TRIAL = Patience(idle=20, busy=20)
# 8192 x 8192: above any camera, below what exhausts a machine.
MAX_PIXELS = 8192 * 8192


@dataclass(frozen=True, slots=True)
class FFmpeg:
    """A usable ffmpeg.

    Attributes:
        path: the binary. version: as it says itself.
        origin: ``--ffmpeg``, ``bundled`` or ``PATH``.
        abilities: which of NEEDED, USEFUL and the encoders it has. missing: which of NEEDED it
        lacks.
    """

    path: Path
    version: str
    origin: str
    abilities: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in NEEDED if name not in self.abilities)


def find_ffmpeg(explicit: Path | None = None) -> FFmpeg:
    """The ffmpeg to use: the one asked for, else the bundled one, else the one on PATH.

    Bundled before PATH: one modern version everywhere. Raises FFmpegError naming the remedy when
    there is none, or when it lacks something that every preview needs.
    """
    found = _locate(explicit)
    if found is None:
        raise FFmpegError(
            "no ffmpeg found: install the bundled one with `pip install imageio-ffmpeg`, "
            "or point to yours with --ffmpeg PATH"
        )
    path, origin = found
    # Asked once, whichever way it was found.
    ffmpeg = replace(inspect(path, ""), origin=origin)
    if ffmpeg.missing:
        raise FFmpegError(
            f"ffmpeg {ffmpeg.version} at {ffmpeg.path} lacks {', '.join(ffmpeg.missing)}: "
            "`pip install imageio-ffmpeg` brings one that has them, or point elsewhere "
            "with --ffmpeg PATH"
        )
    _log.debug("ffmpeg %s: %s", ffmpeg.version, ffmpeg.path)
    return ffmpeg


def _locate(explicit: Path | None) -> tuple[Path, str] | None:
    if explicit is not None:
        resolved = shutil.which(str(explicit))
        if resolved is None:
            raise FFmpegError(f"--ffmpeg {explicit}: there is no program of that name")
        return Path(resolved).absolute(), "--ffmpeg"
    bundled = _bundled()
    if bundled is not None:
        return bundled, "bundled"
    on_path = shutil.which("ffmpeg")
    return (Path(on_path).absolute(), "PATH") if on_path else None


def _bundled() -> Path | None:
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    # Not get_ffmpeg_exe(): that reads the environment and may answer with another binary.
    folder = Path(imageio_ffmpeg.__file__).parent / "binaries"
    return next((p for p in sorted(folder.glob("ffmpeg-*")) if p.is_file()), None)


@functools.lru_cache(maxsize=8)
def inspect(path: Path, origin: str) -> FFmpeg:
    """Ask a binary what it is and can do. Raises FFmpegError when it does not answer as ffmpeg."""

    def ask(*arguments: str) -> str:
        try:
            done = subprocess.run(
                [str(path), "-hide_banner", "-nostdin", *arguments],
                capture_output=True,
                timeout=30,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise FFmpegError(f"{path} does not run: {error}") from error
        return done.stdout.decode(errors="replace") if done.returncode == 0 else ""

    version = re.match(r"ffmpeg version (\S+)", ask("-version"))
    if not version:
        raise FFmpegError(f"{path} is not ffmpeg: point to another with --ffmpeg PATH")
    listed = set(re.findall(r"^ \S+ +(\S+)", ask("-encoders") + ask("-decoders"), re.MULTILINE))
    listed |= set(re.findall(r"^ \S+ (\S+)", ask("-filters"), re.MULTILINE))
    # -fps_mode came with 5.1; older ones only know -vsync. Asking is surer than reading versions.
    trial = "-v error -f lavfi -i color=s=16x16 -frames:v 1 -fps_mode passthrough -f framecrc -"
    if ask(*trial.split()):
        listed.add("fps_mode")
    return FFmpeg(path, version[1], origin, frozenset(listed & {*NEEDED, *USEFUL, *_ENCODERS}))


def check_writes(ffmpeg: FFmpeg, encoding: Encoding, suffix: str) -> None:
    """Raise the UsageError of a kind of file that this ffmpeg does not write."""
    encoder = encoding.encoder.value
    for name in needed(encoding, suffix):
        if name not in ffmpeg.abilities:
            what = "it" if name == encoder else name
            raise UsageError(
                f"--encoder {encoder}: ffmpeg {ffmpeg.version} lacks {what}; use "
                f"{Encoder.X264.value}"
            )
    if (hardware := encoding.codec.hardware) and (why := refusal(ffmpeg, encoding.encoder)):
        raise UsageError(
            f"--encoder {encoder}: ffmpeg {ffmpeg.version} has it, but it does not work on this "
            f"machine ({why}); it needs {hardware}; use {Encoder.X264.value}"
        )


@functools.lru_cache(maxsize=8)
def refusal(ffmpeg: FFmpeg, encoder: Encoder) -> str:
    """Why an encoder that this ffmpeg has codes nothing here, in ffmpeg's words; empty where it
    works. Builds have hardware's encoders whether it is there or not: one picture tells."""
    codec = CODECS[encoder]
    options = {**codec.options, **(codec.quality(DEFAULTS.crf) if codec.quality else {})}
    said = [word for key, value in options.items() for word in (f"-{key}", str(value))]
    source = f"color=s=320x240:r=15,format={codec.pixels}"  # less, and some cards refuse it
    arguments = ["-f", "lavfi", "-i", source, "-frames:v", "1", "-c:v", codec_name(encoder)]
    with Process(ffmpeg.path, [*arguments, *said, "-f", "null", "-"], patience=_TRIAL) as process:
        return "" if process.wait() == 0 else process.log.reason


def working(ffmpeg: FFmpeg) -> frozenset[str]:
    """Its abilities without encoders whose hardware is not here."""
    gone = {
        codec_name(one)
        for one in Encoder
        if CODECS[one].hardware and codec_name(one) in ffmpeg.abilities and refusal(ffmpeg, one)
    }
    return ffmpeg.abilities - gone


def input_options(*, still: bool) -> dict[str, str]:
    """Options that every opening of a user's file carries: only files, only containers."""
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    if still:
        # Names such as %03d.png must not be read as patterns.
        options |= {"f": "image2", "pattern_type": "none"}
    return options


# Stand-ins for names while ffmpeg-python builds a command: it hashes them as UTF-8, which not
# every file name is.
CLIP, PICTURES, OUTPUT = "@clip", "@pictures", "@output"


def with_names(arguments: Sequence[str], **paths: Path) -> list[str]:
    """``arguments`` with the stand-ins replaced, so that ffmpeg takes each name as that very file,
    whatever colons and dashes it holds: ``with_names(arguments, clip=path)``."""
    names = {f"@{name}": f"file:{path.absolute()}" for name, path in paths.items()}
    return [names.get(argument, argument) for argument in arguments]


def tagged(arguments: Sequence[str], tags: Mapping[str, str]) -> list[str]:
    """``arguments`` with metadata for what is written to `OUTPUT`; ffmpeg-python gives an option
    only once."""
    said = [word for key, value in tags.items() for word in ("-metadata", f"{key}={value}")]
    if OUTPUT not in arguments:
        return list(arguments)
    place = arguments.index(OUTPUT)
    return [*arguments[:place], *said, *arguments[place:]]

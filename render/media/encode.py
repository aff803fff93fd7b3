"""Frames → a preview file that plays everywhere, put in place only when it is whole."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from render.errors import OutputError
from render.files.temporary import beside
from render.media import ffmpeg
from render.media.colour import Converting, Planes, even
from render.media.encoding import Encoding, codec_options, container_options, key_interval
from render.media.frame import Picture
from render.media.process import Process
from render.media.tags import count_frames
from render.media.watch import PATIENCE, Patience
from render.target import Size


class VideoWriter:
    """Writes pictures of one size at a constant rate to ``path`` (a temporary one; see `placing`).
    ``spare`` leaves the processor's cores to others, as far as the encoder lets one choose.

    Colours leave as limited-range BT.709, converted by `colour.py` and tagged by ``setparams``:
    ffmpeg's ``-color_*`` options lose their tags in newer versions.
    """

    def __init__(
        self,
        path: Path,
        ff: Path,
        size: Size,
        rate: Fraction,
        encoding: Encoding,
        tags: Mapping[str, str],
        *,
        spare: bool = False,
        patience: Patience = PATIENCE,
    ) -> None:
        self.frames = 0
        self._path = path
        self._size = size
        self._pixels = encoding.codec.pixels
        self._converting: Converting | None = None
        arguments = _arguments(path, size, rate, encoding, tags, spare=spare)
        self._process = Process(ff, arguments, stdin=True, patience=patience)

    def write(self, picture: Picture | Planes) -> None:
        """Add one picture of the writer's size, RGB uint8 or converted already (then with even
        sides). Raises OutputError when ffmpeg died, or took nothing for too long."""
        self.frames += 1
        if isinstance(picture, Planes):
            self._put(picture)
            return
        self._check(picture)
        self._converting = self._converting or Converting(self._size, self._pixels)
        for planes in self._converting.add(picture):
            self._put(planes)

    def _put(self, planes: Planes) -> None:
        if (planes.size, planes.pixels) != (even(self._size), self._pixels):
            found = f"a {planes.size} picture in {planes.pixels}"
            raise ValueError(f"{found} for a {self._size} video in {self._pixels}")
        data = planes.data.data.cast("B")
        try:
            while data:
                with self._process.waiting():
                    data = data[self._process.stdin.write(data) or 0 :]
        except OSError as error:
            self._process.wait()
            raise self._failure() from error

    def _check(self, picture: Picture) -> None:
        height, width = picture.shape[:2]
        if (width, height) != (self._size.width, self._size.height):
            raise ValueError(f"a {width}x{height} picture for a {self._size} video")

    def finish(self) -> None:
        """Close the file. Raises OutputError unless it is whole."""
        for planes in self._converting.rest() if self._converting else ():
            self._put(planes)
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        if self._process.wait() != 0:
            raise self._failure()
        check_frames(self._path, self.frames)

    def _failure(self) -> OutputError:
        done = f"after {self.frames} frames"
        return write_failure(self._process, self._path, "encoding failed", "the encoder", done)

    def __enter__(self) -> VideoWriter:
        return self

    def kill(self) -> None:
        """End it, whatever it is at."""
        self._process.kill()

    def __exit__(self, *_: object) -> None:
        self.kill()
        if self._converting is not None:
            self._converting.close()


def write_failure(process: Process, path: Path, what: str, who: str, done: str) -> OutputError:
    """Why ``process`` did not write ``path``: "``what``: …", and if it was killed "``who`` … "."""
    why, transient = _why(process, path, who, done)
    error = OutputError(f"{what}: {why}", transient=transient)
    error.__cause__ = process.failure(what)
    return error


def _why(process: Process, path: Path, who: str, done: str) -> tuple[str, bool]:
    """And whether it may be over the next time."""
    if death := process.death:
        return f"{who} {death.words} {done}", death.passing
    if gone := [folder for folder in path.parents if not folder.is_dir()]:
        return f"{gone[-1]}: the folder is gone", False
    if "No space left" in process.log.tail or _free(path) < 1 << 20:
        return f"no space left on the disk of {path.parent}", True
    return process.log.reason, False


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return 1 << 40


def _arguments(
    path: Path,
    size: Size,
    rate: Fraction,
    encoding: Encoding,
    tags: Mapping[str, str],
    *,
    spare: bool,
) -> list[str]:
    import ffmpeg as graph

    written = even(size)
    source = graph.input(
        "pipe:0",
        format="rawvideo",
        pixel_format=encoding.codec.pixels,
        video_size=(written.width, written.height),  # ffmpeg-python writes this one itself
        framerate=str(rate),
    )
    picture = source.filter(
        "setparams",
        range="tv",
        color_primaries="bt709",
        color_trc="bt709",
        colorspace="bt709",
    ).filter("setsar", "1")
    options = codec_options(encoding, spare=spare) | container_options(path)
    options |= {"g": key_interval(rate, encoding.encoder)}
    options |= {"fps_mode": "passthrough"}
    output = graph.output(picture, ffmpeg.OUTPUT, **options).overwrite_output()
    return ffmpeg.with_names(ffmpeg.tagged(output.get_args(), tags), output=path)


def check_frames(path: Path, frames: int) -> None:
    """Raise OutputError unless ``path`` really holds ``frames`` pictures: some muxers exit 0 on a
    full disk with half a file."""
    try:
        found = count_frames(path)
    except (OSError, ValueError) as error:
        raise OutputError(f"the written file cannot be read back: {error}") from error
    if found != frames:
        raise OutputError(
            f"the written file holds {found} of {frames} frames; is the disk full?", transient=True
        )


@contextlib.contextmanager
def placing(
    output: Path, *, force: bool, same: Callable[[], bool] = lambda: False
) -> Iterator[Path]:
    """A temporary name beside ``output`` that takes its place if the ``with`` ends well.

    Otherwise the temporary file goes, and a folder that was made for it. Raises OutputError when
    the folder cannot be written or, without ``force``, when ``output`` exists, unless ``same`` says
    that it is what is being written.
    """
    with folder_for_output(output.parent):
        _refuse_existing(output, force=force, same=same)
        with beside(output.parent, output.suffix.lower(), OutputError) as temporary:
            yield temporary
            _refuse_existing(output, force=force, same=same)
            try:
                _sync(temporary)
                temporary.replace(output)
            except OSError as error:
                raise OutputError(f"{output}: cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def folder_for_output(folder: Path) -> Iterator[None]:
    """``folder``, made where it is missing; what was made goes again if nothing is in it at last.
    Raises OutputError when it cannot be made or written."""
    made = make_folder(folder)
    try:
        yield
    finally:
        for empty in made:
            with contextlib.suppress(OSError):  # it is not
                empty.rmdir()


def make_folder(folder: Path) -> list[Path]:
    """Make ``folder``; the folders that had to be made, innermost first. Raises OutputError when it
    cannot be made or written."""
    missing = []
    parent = folder
    while not parent.exists() and parent != parent.parent:
        missing.append(parent)
        parent = parent.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise OutputError(f"{folder}: is not writable; choose another place with -o")
    return missing


def _refuse_existing(output: Path, *, force: bool, same: Callable[[], bool]) -> None:
    if output.is_dir():
        raise OutputError(f"{output}: is a folder")
    if output.exists() and not force and not same():
        raise OutputError(f"{output}: exists already; --force overwrites it")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())

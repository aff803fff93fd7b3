"""What a clip is, from its header and its first packets."""

from __future__ import annotations

import contextlib
import json
import signal
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from render.errors import ClipError, InternalError
from render.media import ffmpeg
from render.media.clip import AudioStream, Clip, Transfer, VideoStream
from render.media.decode import first_picture
from render.target import MAX_RATE, MAX_SIDE, Size

PROBE_TIMEOUT = 60.0
WORKER = Path(__file__).with_name("probe_worker.py")
_TAIL = 4000  # characters of what a worker said at its end

# ITU-T H.273 code points (table 4: matrix coefficients) to the names that ffmpeg's scale takes.
_MATRICES = {
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
    10: "bt2020c",
}
_TRANSFERS = {16: Transfer.PQ, 18: Transfer.HLG}
_ALPHA_FORMATS = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8")
# Rates that cameras and editors use; measured intervals within 0.2 % of one mean that one.
_STANDARD_RATES = [
    *(Fraction(n) for n in (5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 90, 100, 120, 240)),
    *(Fraction(n * 1000, 1001) for n in (15, 24, 30, 48, 60, 120, 240)),
    Fraction(25, 2),
]


def probe(
    path: Path, ff: ffmpeg.FFmpeg, *, worker: Path = WORKER, timeout: float = PROBE_TIMEOUT
) -> Clip:
    """Look into ``path``. Raises ClipError, in one line, for anything that is no readable clip.

    ``worker`` is the script that does it, in a process of its own, within ``timeout`` seconds.
    Where a decoder crashes there, ffmpeg has the last word, and ``Clip.unknown`` says what that
    leaves open. Raises InternalError where the worker ends by a fault of its own: no clip's.
    """
    absolute = path.absolute()
    still = _check_file(absolute, path)
    facts = _ask(worker, timeout, absolute, path, still)
    video = [s for s in facts.get("streams", []) if s["type"] == "video"]
    if not video and "error" not in facts:
        kinds = ", ".join(sorted({s["type"] for s in facts["streams"]})) or "nothing"
        raise ClipError(f"{path}: no picture in it, only {kinds}; give a video")
    usable = next((s for s in video if s["usable"]), None)
    if usable is not None and usable.get("too_large"):
        raise ClipError(
            f"{path}: {usable['width']}x{usable['height']} is too large; "
            f"at most {MAX_SIDE} a side: scale it down first"
        )
    unknown = None
    if usable is not None and usable["decoded"]:
        stream = _video_stream(usable)
    else:
        # Some files only the newer ffmpeg can open (animated WebP): its word is the last.
        stream = _trial_decode(absolute, path, still, usable, ff)
        unknown = _unknown(facts, stream, header=usable is not None)
    return Clip(
        path=absolute,
        container=facts.get("container", "unknown"),
        duration=_duration(facts, usable),
        video=stream,
        audio=_audio_stream(facts),
        still=still,
        unknown=unknown,
    )


def _check_file(absolute: Path, path: Path) -> bool:
    """Refuse what is no file; say whether it is a still picture, by its first bytes."""
    try:
        if absolute.is_dir():
            raise ClipError(f"{path}: is a folder; give clips")
        if not absolute.is_file():
            what = "is not a regular file" if absolute.exists() else "does not exist"
            raise ClipError(f"{path}: {what}")
        with absolute.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ClipError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the name
        raise ClipError(f"{str(path)!r}: is no file name") from error
    if not head:
        raise ClipError(f"{path}: is empty")
    png = head.startswith(b"\x89PNG\r\n\x1a\n") and b"acTL" not in head
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP" and b"ANIM" not in head
    return png or webp or head.startswith(b"\xff\xd8\xff")


def _ask(worker: Path, timeout: float, absolute: Path, path: Path, still: bool) -> dict[str, Any]:
    """What the worker found; where there is no more to it, under "error" why."""
    # -P: no module of the folder that the user happens to be in.
    command = [sys.executable, "-P", str(worker), str(absolute)]
    command += [ffmpeg.FORMATS, str(MAX_SIDE), "still" if still else "moving"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise ClipError(
            f"{path}: still probing after {timeout:g} s; it is damaged or hostile, "
            "re-encode it first"
        ) from error
    with contextlib.suppress(ValueError):
        facts: dict[str, Any] = json.loads(done.stdout)
        return facts
    if done.returncode < 0:  # nothing in Python ends so: a decoder crashed on this file
        return {"error": f"probing crashed ({_signal(-done.returncode)})"}
    said = done.stderr.decode(errors="replace").strip()
    why = said.rpartition("\n")[2] or f"status {done.returncode}"
    raise InternalError(f"{path}: probing it failed: {why}", stderr_tail=said[-_TAIL:])


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time one
        return f"signal {number}"


def _video_stream(facts: Mapping[str, Any]) -> VideoStream:
    coded = Size(facts["width"], facts["height"])
    sar = Fraction(facts["sar"])
    if not Fraction(1, 100) <= sar <= 100:
        sar = Fraction(1)
    rate, variable = _rate(facts["times"], facts["rates"], Fraction(facts.get("time_base") or 1))
    pixel_format = facts["pixel_format"]
    return VideoStream(
        index=facts["index"],
        codec=facts["codec"],
        pixel_format=pixel_format,
        coded=coded,
        sar=sar,
        rotation=facts["rotation"],
        displayed=displayed_size(coded, sar, facts["rotation"]),
        rate=rate,
        variable_rate=variable,
        header_frames=facts["frames"],
        matrix=_MATRICES.get(facts["matrix"]) or _untagged_matrix(coded),
        full_range=facts["range"] == 2 or pixel_format.startswith("yuvj"),
        transfer=_TRANSFERS.get(facts["transfer"], Transfer.SDR),
        alpha=facts["alpha_mode"] == "1" or any(a in pixel_format for a in _ALPHA_FORMATS),
        interlaced=facts.get("interlaced", False)
        or facts["field_order"].rpartition(".")[2].lower() in ("tt", "bb", "tb", "bt"),
    )


def displayed_size(coded: Size, sar: Fraction, rotation: int) -> Size:
    """``coded`` in square pixels (the longer way, so that nothing is lost), then turned."""
    width, height = Fraction(coded.width), Fraction(coded.height)
    if sar > 1:
        width *= sar
    else:
        height /= sar
    shrink = max(Fraction(1), width / MAX_SIDE, height / MAX_SIDE)
    size = Size(max(1, round(width / shrink)), max(1, round(height / shrink)))
    return size.turned() if abs(rotation) in (90, 270) else size


def _untagged_matrix(coded: Size) -> str:
    return "bt709" if coded.width >= 1280 or coded.height > 576 else "smpte170m"


def _rate(
    times: Sequence[float], header: Sequence[str], time_base: Fraction
) -> tuple[Fraction, bool]:
    """Rate and whether it varies, from the timestamps; from the header where there are too few."""
    gaps = [b - a for a, b in pairwise(times) if b > a]
    if len(gaps) < 2:
        rates = [r for r in map(Fraction, header) if 1 <= r <= MAX_RATE]
        return (rates[0] if rates else Fraction(25)), False
    median = statistics.median(gaps)
    # Containers round timestamps to their time base (1 ms in Matroska), both ends of a gap.
    variable = max(gaps) - min(gaps) > max(2.5 * float(time_base), 0.1 * median)
    measured = 1 / median if variable else len(gaps) / (times[-1] - times[0])
    nearest = min(_STANDARD_RATES, key=lambda r: abs(float(r) / measured - 1))
    if abs(float(nearest) / measured - 1) < (0.02 if variable else 0.002):
        return nearest, variable
    rate = Fraction(measured).limit_denominator(1001)
    return max(Fraction(1, 100), min(Fraction(MAX_RATE), rate)), variable


def _duration(facts: Mapping[str, Any], video: Mapping[str, Any] | None) -> Fraction | None:
    if video and video["duration"]:
        seconds = Fraction(video["duration"])
    elif facts.get("duration_us"):
        seconds = Fraction(facts["duration_us"], 1_000_000)
    else:
        return None
    return seconds if seconds > 0 else None


def _audio_stream(facts: Mapping[str, Any]) -> AudioStream | None:
    streams = [s for s in facts.get("streams", []) if s["type"] == "audio" and s["usable"]]
    if not streams:
        return None
    best = next((s for s in streams if s["decoded"]), streams[0])
    return AudioStream(
        best["index"], best["codec"], best["sample_rate"], best["channels"], best["decoded"]
    )


def _trial_decode(
    absolute: Path, path: Path, still: bool, facts: Mapping[str, Any] | None, ff: ffmpeg.FFmpeg
) -> VideoStream:
    """Ask ffmpeg for one picture; what it makes of the file is what the clip is."""
    displayed = first_picture(
        absolute, ff.path, still=still, index=facts["index"] if facts else None
    )
    rate, variable = _rate(
        facts["times"] if facts else [], facts["rates"] if facts else [], Fraction(1)
    )
    return VideoStream(
        index=facts["index"] if facts else 0,
        codec=(facts["codec"] if facts else None) or "unknown",
        # Alpha may be there; composing an opaque picture changes nothing.
        pixel_format="rgba",
        coded=displayed,
        sar=Fraction(1),
        rotation=0,
        displayed=displayed,
        rate=rate,
        variable_rate=variable,
        header_frames=facts["frames"] if facts else 0,
        matrix=_untagged_matrix(displayed),
        full_range=False,
        transfer=Transfer.SDR,
        alpha=True,
        interlaced=False,
    )


def _unknown(facts: Mapping[str, Any], shown: VideoStream, *, header: bool) -> str:
    """What the trial decode leaves open, why, and how it is shown all the same.

    ffmpeg itself turns the picture and makes its pixels square: that much is right.
    """
    why = facts.get("error") or "probing could not decode a picture"
    if header:
        return (
            f"{why}: whether it is HDR, interlaced or transparent is unknown; "
            "shown as SDR, progressive, over black"
        )
    return (
        f"{why}: its sound and frame rate, and whether it is HDR, interlaced or transparent, are "
        f"unknown; shown without sound, as {float(shown.rate):g} fps, SDR, progressive, over black"
    )

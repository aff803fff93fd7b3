"""Looks into one file, in a process of its own, and prints what it found as JSON.

Run as a script by `probe.py`, its only caller; it imports nothing of render. A process of its
own because reading headers means running demuxers and decoders on whatever a user has: a crash or
a hang here ends with a message, not with the renderer.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

import av
import av.error

ATTACHED_PICTURE = 0x400  # AV_DISPOSITION_ATTACHED_PIC
SCANNED_PACKETS = 600
SCANNED_SECONDS = 10.0
TRIED_PACKETS = 90
OPEN_TIMEOUT = 20.0
# A title that is not UTF-8 is no error. From 19 on PyAV thinks so too and takes no such option.
LENIENT: dict[str, Any] = (
    {} if int(av.__version__.partition(".")[0]) >= 19 else {"metadata_errors": "replace"}
)


def look(path: str, formats: str, max_side: int, still: bool) -> dict[str, Any]:
    """Facts of the file: container, and for each stream what header and first packets say."""
    options = {"format_whitelist": formats, "protocol_whitelist": "file"}
    form = None
    if still:
        form, options["pattern_type"] = "image2", "none"

    def opened() -> Any:
        return av.open(
            _name(path),
            format=form,
            options=options,
            timeout=(OPEN_TIMEOUT, OPEN_TIMEOUT),
            **LENIENT,
        )

    with opened() as container:
        facts: dict[str, Any] = {
            "container": container.format.name,
            "duration_us": container.duration,
            "streams": [_stream(s) for s in container.streams],
        }
        streams = {s["index"]: s for s in facts["streams"]}
        chosen = next((s for s in facts["streams"] if s["type"] == "video" and s["usable"]), None)
        if chosen is None:
            return facts
        if max(chosen["width"], chosen["height"]) > max_side:
            chosen["too_large"] = True
            return facts
        with contextlib.suppress(av.error.FFmpegError, EOFError):
            _scan(container, container.streams[chosen["index"]], chosen)
    with opened() as container, contextlib.suppress(av.error.FFmpegError, EOFError):
        _try_decoding(container, streams, chosen)
    return facts


def _name(path: str) -> Any:
    """libav takes names in UTF-8 only; a file of another name is handed over open."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return open(path, "rb")  # noqa: PTH123 - it lives as long as this process
    return "file:" + path


def _stream(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    facts: dict[str, Any] = {
        "index": stream.index,
        "type": stream.type,
        "codec": context.name if context is not None else None,
    }
    if stream.type == "video":
        sar = stream.sample_aspect_ratio or (context and context.sample_aspect_ratio)
        base = stream.time_base
        rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
        facts |= {
            "usable": context is not None
            and not int(stream.disposition) & ATTACHED_PICTURE
            and context.width > 0
            and context.height > 0,
            "width": context.width if context else 0,
            "height": context.height if context else 0,
            "pixel_format": (context.pix_fmt if context else None) or "",
            "sar": str(sar) if sar else "1",
            "rates": [str(r) for r in rates if r],
            "frames": stream.frames,
            "duration": str(stream.duration * base) if stream.duration and base else None,
            "matrix": int(context.colorspace) if context else 2,
            "range": int(context.color_range) if context else 0,
            "transfer": int(context.color_trc) if context else 2,
            "field_order": str(getattr(context, "field_order", "") or "") if context else "",
            "alpha_mode": stream.metadata.get("alpha_mode", stream.metadata.get("ALPHA_MODE")),
            "rotation": 0,
            "times": [],
            "decoded": False,
        }
    elif stream.type == "audio":
        facts |= {
            "usable": context is not None,
            "sample_rate": (context.sample_rate if context else 0) or 0,
            "channels": (context.channels if context else 0) or 0,
            "decoded": False,
        }
    return facts


def _scan(container: Any, stream: Any, facts: dict[str, Any]) -> None:
    """Timestamps of the first packets: what the rate really is, whatever the header says."""
    times: list[float] = []
    for packet in container.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        times.append(float(packet.pts * packet.time_base))
        if len(times) >= SCANNED_PACKETS or times[-1] - times[0] > SCANNED_SECONDS:
            break
    facts["times"] = sorted(times)
    facts["time_base"] = str(stream.time_base or 1)


def _try_decoding(container: Any, streams: dict[int, Any], chosen: dict[str, Any]) -> None:
    """The first picture (its rotation, fields, colours) and whether each sound decodes."""
    sounds = [s for s in streams.values() if s["type"] == "audio" and s["usable"]]
    waiting = {chosen["index"]} | {s["index"] for s in sounds}
    tried = dict.fromkeys(waiting, 0)
    for packet in container.demux([container.streams[i] for i in sorted(waiting)]):
        facts = streams[packet.stream.index]
        if facts["index"] not in waiting:
            continue
        tried[facts["index"]] += 1
        frames = []
        # A ValueError: PyAV no longer knows a codec that it has once failed to open.
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            frames = packet.decode()
        if frames:
            facts["decoded"] = True
            if facts["type"] == "video":
                _first_picture(frames[0], facts)
        if frames or tried[facts["index"]] >= TRIED_PACKETS:
            waiting.discard(facts["index"])
        if not waiting:
            return


def _first_picture(frame: Any, facts: dict[str, Any]) -> None:
    facts["rotation"] = int(frame.rotation)
    facts["interlaced"] = bool(frame.interlaced_frame)
    facts["pixel_format"] = frame.format.name
    for ours, theirs in (("matrix", "colorspace"), ("transfer", "color_trc")):
        if facts[ours] == 2:  # unspecified in the header
            facts[ours] = int(getattr(frame, theirs))
    if facts["range"] == 0:
        facts["range"] = int(frame.color_range)


def main() -> None:
    path, formats, max_side, still = sys.argv[1:5]
    # Codecs print below Python, as much as they like; a traceback of ours still reaches the caller.
    sys.stderr = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        facts = look(path, formats, int(max_side), still == "still")
    except (av.error.FFmpegError, OSError, MemoryError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        facts = {"error": f"its header could not be read ({why})"}
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main()

"""The clip's sound, put beside a finished picture.

A step of its own, after the picture: whatever is wrong with a clip's sound then costs the sound
alone, never the preview.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from render.errors import OutputError
from render.media import ffmpeg
from render.media.clip import AudioStream, Clip
from render.media.decode import BROADCAST, range_options
from render.media.encode import check_frames, container_options


def add_sound(
    video: Path,
    clip: Clip,
    ff: Path,
    output: Path,
    frames: int,
    *,
    start: Fraction,
    duration: Fraction | None,
) -> str | None:
    """Write ``output``: the pictures of ``video`` with the clip's sound of the same range.

    Returns None, or why the preview stays silent (then there is no ``output``). AAC that is not cut
    is copied; anything else becomes AAC, with gaps filled, so that it stays with the picture.
    """
    audio = clip.audio
    if audio is None:
        return None
    if not audio.decodable:
        return f"its sound ({audio.codec}) does not decode and was left out"
    untouched = audio.codec == "aac" and clip.container.startswith("mov")
    copies = [True, False] if untouched and start == 0 and duration is None else [False]
    for copy in copies:
        arguments = _arguments(video, clip, audio, output, start, duration, copy=copy)
        with ffmpeg.Process(ff, arguments) as process:
            status = process.wait()
            said = process.log.reason
        if status == 0:
            try:
                check_frames(output, frames)
            except OutputError as error:
                said = str(error)
            else:
                return None
        output.unlink(missing_ok=True)
    return f"its sound ({audio.codec}) was left out: {said}"


def _arguments(
    video: Path,
    clip: Clip,
    audio: AudioStream,
    output: Path,
    start: Fraction,
    duration: Fraction | None,
    *,
    copy: bool,
) -> list[str]:
    import ffmpeg as graph

    options: dict[str, Any] = ffmpeg.input_options(still=clip.still)
    options |= range_options(clip, start, None if duration is None else start + duration)
    source = graph.input(ffmpeg.CLIP, **options)
    sound = source[str(audio.index)]
    codec: dict[str, Any] = {"acodec": "copy"}
    if not copy:
        codec = {"acodec": "aac", "audio_bitrate": "192k"}
        if start and clip.container in BROADCAST:
            sound = sound.filter("atrim", start=f"{float(start):.6f}")
            sound = sound.filter("asetpts", f"PTS-{float(start):.6f}/TB")
        # async: gaps become silence and drift is taken out; first_pts: sound that starts late does.
        sound = sound.filter("aresample", **{"async": 1, "first_pts": 0})
    pictures = graph.input(ffmpeg.PICTURES)
    codec |= {"vcodec": "copy", "map_metadata": 0, **container_options(output)}
    outputs = [graph.output(pictures["v:0"], sound, ffmpeg.OUTPUT, **codec)]
    if clip.container in BROADCAST:
        unused = source[str(clip.video.index)]
        outputs.append(graph.output(unused, "-", format="null", vcodec="copy"))
    arguments = graph.merge_outputs(*outputs).overwrite_output().get_args()
    return ffmpeg.with_names(arguments, clip=clip.path, pictures=video, output=output)

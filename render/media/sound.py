"""The clip's sound, put beside a finished picture.

A step of its own, after the picture: what is wrong with a clip's sound then costs the sound alone,
never the preview. What is wrong with the disk or the machine does cost the preview: the next run
would have given it its sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.errors import OutputError
from render.media import ffmpeg
from render.media.clip import AudioStream, Clip
from render.media.decode import BROADCAST, range_options
from render.media.encode import check_frames, write_failure
from render.media.encoding import AAC, Sound, container_of, container_options
from render.media.process import Process
from render.media.video_parts import Input, VideoParts
from render.media.watch import PATIENCE, Patience

_FAILED = "the sound could not be added"


def add_sound(
    pictures: VideoParts,
    clip: Clip,
    ff: Path,
    output: Path,
    tags: Mapping[str, str],
    *,
    start: Fraction,
    duration: Fraction | None,
    patience: Patience = PATIENCE,
) -> str | None:
    """Write ``output``: ``pictures`` with the clip's sound of the same range, and ``tags`` for
    metadata, none of the clip's.

    Returns None, or what is wrong with the clip's sound, so that the preview stays silent (then
    there is no ``output``). Raises OutputError when anything else is: a full disk, a killed ffmpeg.
    AAC that is not cut is copied where the container takes it; anything else becomes what
    that has for sound, with gaps filled, so that it stays with the picture.
    """
    audio = clip.audio
    if audio is None:
        return None
    if not audio.decodable:
        return f"its sound ({audio.codec}) does not decode and was left out"
    sound = container_of(output).sound
    if sound is None:
        raise ValueError(f"{output.suffix} has no sound")
    untouched = audio.codec == sound.codec == AAC.codec and clip.container.startswith("mov")
    copies = [True, False] if untouched and start == 0 and duration is None else [False]
    failure = OutputError(_FAILED)
    with pictures.as_input() as source:
        for copy in copies:
            coded = None if copy else sound
            arguments = _arguments(clip, audio, coded, start, duration, source, output, tags)
            with Process(ff, arguments, cwd=pictures.folder, patience=patience) as process:
                if process.wait() == 0:
                    try:
                        check_frames(output, sum(pictures.frames))
                    except OutputError as error:
                        failure = OutputError(f"{_FAILED}: {error}", transient=error.transient)
                    else:
                        return None
                else:
                    failure = write_failure(process, output, _FAILED, "ffmpeg", "on the way")
                    if process.death and not process.death.crashed:
                        raise failure
            output.unlink(missing_ok=True)
    alone = _arguments(clip, audio, sound, start, duration)
    if fault := _fault(ff, alone, patience):
        return f"its sound ({audio.codec}) was left out: {fault}"
    raise failure


def _fault(ff: Path, alone: list[str], patience: Patience) -> str | None:
    """What ffmpeg has against the sound when it writes it nowhere; None if nothing: then whatever
    failed, it was not the clip."""
    with Process(ff, alone, patience=patience) as process:
        if process.wait() == 0:
            return None
        death = process.death
        if death is None:
            return process.log.reason
        if death.crashed:
            return f"ffmpeg {death.words} on it"
        raise OutputError(f"{_FAILED}: ffmpeg {death.words} on the way", transient=death.passing)


def _arguments(
    clip: Clip,
    audio: AudioStream,
    coded: Sound | None,
    start: Fraction,
    duration: Fraction | None,
    pictures: Input | None = None,
    output: Path | None = None,
    tags: Mapping[str, str] | None = None,
) -> list[str]:
    """To ``output``, beside ``pictures``; without them, the same but to nowhere. ``coded``: as
    what; None copies it."""
    import ffmpeg as graph

    options: dict[str, Any] = ffmpeg.input_options(still=clip.still)
    options |= range_options(clip, start, None if duration is None else start + duration)
    source = graph.input(ffmpeg.CLIP, **options)
    sound = source[str(audio.index)]
    codec: dict[str, Any] = {"acodec": "copy"}
    if coded is not None:
        codec = {"acodec": coded.codec, "audio_bitrate": str(coded.bits)}
        if start and clip.container in BROADCAST:
            sound = sound.filter("atrim", start=f"{float(start):.6f}")
            sound = sound.filter("asetpts", f"PTS-{float(start):.6f}/TB")
        # async: gaps become silence and drift is taken out; first_pts: sound that starts late does.
        sound = sound.filter("aresample", **{"async": 1, "first_pts": 0})
        if coded.layouts:
            sound = sound.filter("aformat", channel_layouts="|".join(coded.layouts))
    names = {"clip": clip.path}
    if pictures is None or output is None:
        outputs = [graph.output(sound, "-", format="null", **codec)]
    else:
        names |= {"output": output}
        shown = graph.input(ffmpeg.PICTURES, **pictures.options)["v:0"]
        codec |= {"vcodec": "copy", "map_metadata": -1, **container_options(output)}
        outputs = [graph.output(shown, sound, ffmpeg.OUTPUT, **codec)]
    if clip.container in BROADCAST:
        unused = source[str(clip.video.index)]
        outputs.append(graph.output(unused, "-", format="null", vcodec="copy"))
    arguments = graph.merge_outputs(*outputs).overwrite_output().get_args()
    arguments = ffmpeg.with_names(ffmpeg.tagged(arguments, tags or {}), **names)
    if pictures is None:
        return arguments
    return [pictures.arguments[-1] if word == ffmpeg.PICTURES else word for word in arguments]

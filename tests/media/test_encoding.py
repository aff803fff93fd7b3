"""The table of encoders and containers: whole, and as ffmpeg takes it."""

from __future__ import annotations

import contextlib
import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from render.errors import UsageError
from render.media.encode import VideoWriter
from render.media.encoding import (
    CODECS,
    CONTAINERS,
    SUFFIX,
    SUFFIXES,
    AudioMode,
    Encoder,
    Encoding,
    codec_name,
    codec_options,
    encoders_for,
    key_interval,
    suffixes_for,
)
from render.media.ffmpeg import USEFUL, FFmpeg, check_writes, refusal, working
from render.target import Size

SMALL = Size(64, 64)  # less, and some encoders refuse it


def test_every_encoder_is_in_the_table() -> None:
    assert set(CODECS) == set(Encoder)
    assert SUFFIX in SUFFIXES == tuple(CONTAINERS)


def test_what_is_missing_here_is_no_other_systems_encoder() -> None:
    assert {"libx265", "libsvtav1", "libvpx-vp9", "prores_ks", "gif"} < set(USEFUL)
    assert not {"libx264", "h264_videotoolbox"} & set(USEFUL)


@pytest.mark.parametrize("encoder", [one for one in Encoder if CODECS[one].quality])
def test_the_worst_quality_is_one_that_ffmpeg_takes(encoder: Encoder) -> None:
    options = codec_options(Encoding(encoder, CODECS[encoder].worst, AudioMode.NONE), spare=True)
    worst = next(options[key] for key in ("crf", "q:v", "qp") if key in options)
    assert worst == (1 if "videotoolbox" in encoder else CODECS[encoder].worst)


@pytest.mark.parametrize(
    ("encoder", "suffix"),
    [
        (one, suffix)
        for one in Encoder
        for suffix in dict.fromkeys((CODECS[one].segment, *suffixes_for(one)))
        if suffix not in CONTAINERS or not CONTAINERS[suffix].palette
    ],
)
def test_an_encoder_in_a_container(
    ff: FFmpeg, tmp_path: Path, encoder: Encoder, suffix: str
) -> None:
    if codec_name(encoder) not in working(ff):
        pytest.skip(f"this ffmpeg has no {encoder.value}")
    path, rate = tmp_path / f"a{suffix}", Fraction(15)
    worst = Encoding(encoder, CODECS[encoder].worst, AudioMode.NONE)
    chance = np.random.default_rng(0)
    with VideoWriter(path, ff.path, SMALL, rate, worst, {}, spare=True) as video:
        still = chance.integers(0, 256, (SMALL.height, SMALL.width, 3), np.uint8)
        for _ in range(20):
            video.write(still)
        video.finish()
    with contextlib.closing(av.open(str(path))) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    packets.sort(key=lambda packet: packet.pts)
    assert len(packets) == 20
    keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
    assert keys == [*range(0, 20, key_interval(rate, encoder))]


@pytest.mark.parametrize("encoder", [Encoder.X265, Encoder.VIDEOTOOLBOX_HEVC, Encoder.NVENC_HEVC])
def test_hevc_says_what_quicktime_wants_to_see(encoder: Encoder) -> None:
    options = codec_options(Encoding(encoder, 20, AudioMode.NONE), spare=False)
    assert options["tag:v"] == "hvc1"


@pytest.mark.parametrize("encoder", [Encoder.NVENC_H264, Encoder.NVENC_HEVC])
def test_nvenc_keeps_its_quality_and_joins(encoder: Encoder) -> None:
    options = codec_options(Encoding(encoder, 23, AudioMode.NONE), spare=True)
    assert (options["rc"], options["qp"]) == ("constqp", 23)
    assert (options["bf"], options["forced-idr"], options["no-scenecut"]) == (0, 1, 1)


LISTS = ["h264_nvenc", "hevc_nvenc", "libx264", "aac"]


def pretending(folder: Path, *, works: bool) -> FFmpeg:
    """An ffmpeg whose NVENC does as a driver would."""
    tool = folder / "ffmpeg"
    said = "" if works else 'echo "[h264_nvenc @ 0x1] [error] Cannot load libcuda.so.1" >&2; exit 1'
    tool.write_text(f"#!/bin/sh\n{said}\n")
    tool.chmod(0o755)
    return FFmpeg(tool, "7.1", "--ffmpeg", frozenset(LISTS))


def test_hardware_that_is_not_here_is_said_before_anything_is_rendered(tmp_path: Path) -> None:
    ffmpeg = pretending(tmp_path, works=False)
    with pytest.raises(UsageError) as caught:
        check_writes(ffmpeg, Encoding(Encoder.NVENC_H264, 18, AudioMode.NONE), ".mp4")
    assert str(caught.value) == (
        "--encoder h264_nvenc: ffmpeg 7.1 has it, but it does not work on this machine (Cannot "
        "load libcuda.so.1); it needs an NVIDIA card that encodes, and its driver; use libx264"
    )
    assert working(ffmpeg) == ffmpeg.abilities - {"h264_nvenc", "hevc_nvenc"}


def test_hardware_that_is_here_is_taken(tmp_path: Path) -> None:
    ffmpeg = pretending(tmp_path, works=True)
    check_writes(ffmpeg, Encoding(Encoder.NVENC_H264, 18, AudioMode.NONE), ".mp4")
    assert working(ffmpeg) == ffmpeg.abilities


def test_what_is_tried_is_what_is_written(ff: FFmpeg) -> None:
    assert refusal(ff, Encoder.X264) == ""


def test_a_gif_keeps_no_sound() -> None:
    kept = [one for one in Encoder if Encoding(one, 18, AudioMode.KEEP).keeps_sound]
    assert {*Encoder} - {*kept} == {Encoder.GIF}
    assert not any(Encoding(one, 18, AudioMode.NONE).keeps_sound for one in Encoder)


def test_each_container_holds_its_own_encoder() -> None:
    for suffix, one in CONTAINERS.items():
        assert encoders_for(suffix)[0] is one.own in one.holds
    for encoder, codec in CODECS.items():
        assert codec.suffix in suffixes_for(encoder)


@pytest.mark.parametrize(("rate", "frames"), [("30", 15), ("15", 8), ("1", 1), ("1/3", 1)])
def test_a_key_frame_every_half_second(rate: str, frames: int) -> None:
    assert key_interval(Fraction(rate)) == frames


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="one core, or no say in which: whether more of them change bytes is NOT tested",
)
@pytest.mark.parametrize("spare", [True, False])
@pytest.mark.parametrize(
    "encoder",
    [Encoder.X264, Encoder.X265, Encoder.AV1, Encoder.VP9, Encoder.PRORES_HQ, Encoder.GIF],
)
def test_bytes_do_not_depend_on_the_machines_cores(
    ff: FFmpeg, tmp_path: Path, encoder: Encoder, *, spare: bool
) -> None:
    if codec_name(encoder) not in ff.abilities | {Encoder.X264.value}:
        pytest.skip(f"this ffmpeg has no {encoder.value}")
    cores = os.sched_getaffinity(0)
    pictures = np.random.default_rng(0).integers(0, 256, (30, 96, 160, 3), np.uint8)
    found = []
    for some in (cores, {min(cores)}):
        path = tmp_path / f"{len(some)}{CODECS[encoder].segment}"
        os.sched_setaffinity(0, some)  # which the child inherits
        try:
            encoding = Encoding(encoder, 30, AudioMode.NONE)
            with VideoWriter(
                path, ff.path, Size(160, 96), Fraction(15), encoding, {}, spare=spare
            ) as video:
                for picture in pictures:
                    video.write(picture // 2)
                video.finish()
        finally:
            os.sched_setaffinity(0, cores)
        found.append(path.read_bytes())
    assert found[0] == found[1]

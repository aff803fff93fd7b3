"""Damaged, hostile and strange files: the right preview, or one line and nothing written."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

import av
import pytest

from render.errors import ClipError, OutputError, RenderError
from render.media.encode import VideoWriter
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from tests.conftest import X264, MakeClip
from tests.media.preview import FINE, preview, refusal

LONG = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=6", *X264, "-g", "25")


def left_behind(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_truncated_clip_says_how_much_of_it_there_was(
    make_clip: MakeClip, tmp_path: Path
) -> None:
    whole = make_clip("whole.mp4", *LONG, "-movflags", "+faststart")
    cut = tmp_path / "cut.mp4"
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 6 // 10])
    made = preview(cut, tmp_path / "o.mp4", size="64x36")
    warning = " ".join(made.warnings)
    decoded = int(warning.split()[0])
    assert f"{decoded} of about 150 frames decoded" in warning
    assert 60 < decoded < 110
    assert abs(made.frames - decoded * 15 / 25) <= 2


def flip(data: bytes, count: int, start: float = 0.0) -> bytes:
    """Flip bits at ``count`` places in the sample data of an mp4."""
    rng = random.Random(1)
    changed = bytearray(data)
    first = data.index(b"mdat") + 4
    first += int((len(data) - first) * start)
    for _ in range(count):
        changed[rng.randrange(first, len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def test_flipped_bits_are_counted(make_clip: MakeClip, tmp_path: Path) -> None:
    whole = make_clip("whole.mp4", *LONG, "-movflags", "+faststart")
    clip = tmp_path / "flipped.mp4"
    clip.write_bytes(flip(whole.read_bytes(), 12))
    made = preview(clip, tmp_path / "o.mp4", size="64x36")
    assert any(w[0].isdigit() and "frames" in w for w in made.warnings)
    assert made.frames == 90


def test_strict_fails_at_the_first_damage(make_clip: MakeClip, tmp_path: Path) -> None:
    whole = make_clip("whole.mp4", *LONG, "-movflags", "+faststart")
    clip = tmp_path / "in" / "flipped.mp4"
    clip.parent.mkdir()
    clip.write_bytes(flip(whole.read_bytes(), 12))
    out = tmp_path / "out"
    message = refusal(clip, out / "o.mp4", strict=True, size="64x36")
    assert "frames" in message
    assert not out.exists()


def test_an_encrypted_clip_is_refused(make_clip: MakeClip, tmp_path: Path) -> None:
    """The header is fine, every sample is noise: what a DRM file looks like."""
    whole = make_clip("whole.mp4", *LONG, "-movflags", "+faststart")
    data = bytearray(whole.read_bytes())
    rng = random.Random(2)
    with av.open(str(whole)) as container:
        for packet in container.demux(video=0):
            if packet.pos is None or packet.size < 16:
                continue
            # As cenc does: the NAL header stays, the slice data is encrypted.
            for i in range(packet.pos + 10, packet.pos + packet.size):
                data[i] = rng.randrange(256)
    clip = tmp_path / "in" / "encrypted.mp4"
    clip.parent.mkdir()
    clip.write_bytes(bytes(data))
    out = tmp_path / "out"
    message = refusal(clip, out / "o.mp4", size="64x36")
    assert "damaged" in message or "could be decoded" in message
    assert "\n" not in message
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mp4", b""),
        ("text.mp4", b"this is no video\n" * 100),
        ("noise.mp4", random.Random(3).randbytes(50_000)),
        ("noise.mkv", b"\x1a\x45\xdf\xa3" + random.Random(4).randbytes(5000)),
        ("header_only.mp4", struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 512)),
        ("page.mp4", b"<!DOCTYPE html><html><body>404</body></html>"),
    ],
)
def test_what_is_no_video_is_refused_in_one_line(name: str, content: bytes, tmp_path: Path) -> None:
    clip = tmp_path / "in" / name
    clip.parent.mkdir()
    clip.write_bytes(content)
    out = tmp_path / "out"
    message = refusal(clip, out / "o.mp4")
    assert name in message
    assert "\n" not in message
    assert not out.exists()


def test_missing_folder_and_device_are_refused(tmp_path: Path, ff: FFmpeg) -> None:
    for path, what in [
        (tmp_path / "nowhere.mp4", "does not exist"),
        (tmp_path, "folder"),
        (Path("/dev/null"), "regular file"),
    ]:
        with pytest.raises(ClipError, match=what):
            probe(path, ff)


def test_audio_only_is_refused(make_clip: MakeClip, ff: FFmpeg) -> None:
    clip = make_clip("tone.mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac")
    with pytest.raises(ClipError, match="only audio"):
        probe(clip, ff)


def test_playlists_posing_as_clips_open_nothing(moving: Path, tmp_path: Path, ff: FFmpeg) -> None:
    neighbour = tmp_path / "neighbour.mp4"
    neighbour.write_bytes(moving.read_bytes())
    posing = {
        "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{neighbour}\n#EXT-X-ENDLIST\n",
        "concat.mp4": f"ffconcat version 1.0\nfile '{neighbour.name}'\n",
        "sdp.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    }
    for name, text in posing.items():
        clip = tmp_path / name
        clip.write_text(text)
        with pytest.raises(ClipError):
            probe(clip, ff)


def test_a_decompression_bomb_is_refused(tmp_path: Path, ff: FFmpeg) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16000, 9000, 8, 2, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(16000 * 3 + 1) * 200))
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b""))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(ClipError, match="too large"):
        probe(bomb, ff)


NAMES = [
    "colon:x.mp4",
    "http:x.mp4",
    "-dash.mp4",
    "%03d.mp4",
    'it\'s "quoted".mp4',
    "new\nline.mp4",
    "space and ünïcode ☃.mp4",
    "[brackets];comma,=x.mp4",
    "*.mp4",
    "a" * 250 + ".mp4",
    b"non-utf8-\xff\xfe.mp4".decode(errors="surrogateescape"),
]


@pytest.mark.parametrize("name", NAMES)
def test_strange_names(
    name: str, moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    clip = Path(name)
    clip.write_bytes(moving.read_bytes())
    made = preview(clip, tmp_path / "out", size="64x36")
    assert made.frames == 30
    assert made.path.exists()
    with av.open(str(made.path.rename(tmp_path / "short.mp4"))) as container:
        assert container.streams.audio


@pytest.mark.parametrize("name", ["%03d.png", "photo.png", "http:x.png"])
def test_stills_are_one_frame_and_never_a_pattern(
    name: str, run_ffmpeg: object, make_clip: MakeClip, tmp_path: Path
) -> None:
    still = make_clip("still.png", "-f", "lavfi", "-i", "testsrc2=s=64x36", "-frames:v", "1")
    clip = tmp_path / name
    clip.write_bytes(still.read_bytes())
    (tmp_path / "001.png").write_bytes(b"not me")
    assert preview(clip, tmp_path / "o.mp4").frames == 1


def test_animated_pictures_play(make_clip: MakeClip, tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=1")
    apng = make_clip("a.apng", *source, "-plays", "0")
    assert preview(apng, tmp_path / "a.mp4", fps="10").frames == 10
    webp = make_clip("a.webp", *source, "-c:v", "libwebp_anim", "-loop", "0")
    assert preview(webp, tmp_path / "w.mp4", fps="10").frames == 10


def test_an_attached_picture_is_not_the_video(
    make_clip: MakeClip, moving: Path, ff: FFmpeg
) -> None:
    cover = make_clip("cover.png", "-f", "lavfi", "-i", "color=red:s=90x90", "-frames:v", "1")
    clip = make_clip(
        "cover.mp4",
        *("-i", cover, "-i", moving, "-map", "0:v", "-map", "1", "-c", "copy"),
        *("-disposition:v:0", "attached_pic"),
    )
    facts = probe(clip, ff)
    assert facts.video.displayed.width == 320
    assert facts.video.header_frames == 50


def test_sound_that_does_not_decode_costs_only_the_sound(
    make_clip: MakeClip, moving: Path, tmp_path: Path
) -> None:
    clip = make_clip("noise.mp4", "-i", moving, "-c", "copy", "-bsf:a", "noise=amount=1")
    made = preview(clip, tmp_path / "o.mp4", size="64x36", duration=None)
    assert made.frames == 30
    with av.open(str(made.path)) as container:
        silent = not container.streams.audio
    assert not silent or any("sound" in w for w in made.warnings)


def test_aac_is_copied_when_it_is_not_cut(moving: Path, tmp_path: Path) -> None:
    def packets(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(p) for p in container.demux(audio=0) if p.size]

    whole = preview(moving, tmp_path / "whole.mp4")
    assert packets(whole.path) == packets(moving)
    cut = preview(moving, tmp_path / "cut.mp4", start=0.5)
    assert packets(cut.path) != packets(moving)


def test_sound_can_be_left_out(moving: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from render.media.encoding import AudioMode

    made = preview(moving, tmp_path / "o.mp4", encoding=replace(FINE, audio=AudioMode.NONE))
    with av.open(str(made.path)) as container:
        assert not container.streams.audio


def test_existing_previews_are_kept(moving: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.mp4"
    out.write_bytes(b"precious")
    assert "--force" in refusal(moving, out)
    assert out.read_bytes() == b"precious"
    assert preview(moving, out, force=True).path.stat().st_size > 1000
    assert "the clip itself" in refusal(out, out, force=True)


def test_a_failure_half_way_leaves_nothing(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = VideoWriter.write

    def breaks(self: VideoWriter, picture: object) -> None:
        if self.frames == 9:
            raise OutputError("the disk went away")
        write(self, picture)  # type: ignore[arg-type]

    monkeypatch.setattr(VideoWriter, "write", breaks)
    out = tmp_path / "deep" / "er" / "o.mp4"
    assert "went away" in refusal(moving, out)
    assert left_behind(tmp_path) == []


def test_a_file_that_lost_frames_is_not_put_in_place(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk where the muxer still exits 0."""
    write = VideoWriter.write

    def forgets(self: VideoWriter, picture: object) -> None:
        if self.frames != 5:
            write(self, picture)  # type: ignore[arg-type]
        else:
            self.frames += 1

    monkeypatch.setattr(VideoWriter, "write", forgets)
    assert "holds 29 of 30 frames" in refusal(moving, tmp_path / "o.mp4")
    assert left_behind(tmp_path) == []


def test_a_dead_encoder_is_one_line(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from render.media import encode

    real = encode._arguments

    def wrong(*args: object, **options: object) -> list[str]:
        arguments = real(*args, **options)  # type: ignore[arg-type]
        return [a.replace("libx264", "no_such_encoder") for a in arguments]

    monkeypatch.setattr(encode, "_arguments", wrong)
    message = refusal(moving, tmp_path / "o.mp4")
    assert "encoding failed" in message
    assert "no_such_encoder" in message
    assert left_behind(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_said(moving: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    message = refusal(moving, blocked / "o.mp4")
    assert "cannot be made" in message


def test_probing_imports_nothing_from_the_users_folder(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ff: FFmpeg
) -> None:
    for name in ("av", "json", "render"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from here')\n")
    monkeypatch.chdir(tmp_path)
    assert probe(moving, ff).video.header_frames == 50


def test_errors_are_one_line() -> None:
    assert str(RenderError("two\nlines  and   spaces")) == "two lines and spaces"

"""What happens to pictures between a clip and its preview: colour, shape, fields, alpha."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.target import Fit, Orient, Size
from tests.conftest import X264, MakeClip
from tests.media.preview import pictures, preview

# Eight patches in a row: primaries, secondaries, and two greys.
COLOURS = [
    (200, 30, 30),
    (30, 200, 30),
    (30, 30, 200),
    (200, 200, 30),
    (200, 30, 200),
    (30, 200, 200),
    (64, 64, 64),
    (220, 220, 220),
]


def patches(width: int, height: int) -> str:
    step = width // len(COLOURS)
    boxes = ",".join(
        f"drawbox=x={i * step}:w={step}:h={height}:t=fill:c=0x{r:02x}{g:02x}{b:02x}"
        for i, (r, g, b) in enumerate(COLOURS)
    )
    return f"color=black:s={width}x{height}:r=10:d=0.5,format=gbrp,{boxes}"


def patch_errors(picture: npt.NDArray[np.uint8]) -> list[int]:
    """Largest channel error in the middle of each patch."""
    height, width = picture.shape[:2]
    step = width // len(COLOURS)
    errors = []
    for i, colour in enumerate(COLOURS):
        middle = picture[
            height // 4 : -height // 4, i * step + step // 4 : (i + 1) * step - step // 4
        ]
        errors.append(int(np.abs(middle.astype(int) - np.array(colour)).max()))
    return errors


def to_yuv(matrix: str, full: bool, tagged: bool) -> tuple[str, ...]:
    """Arguments that encode RGB patches with a matrix and a range, with or without the tags."""
    tags = f"range={'pc' if full else 'tv'}"
    tags += f":colorspace={matrix}:color_primaries={matrix}:color_trc={matrix}" if tagged else ""
    convert = f"scale=out_color_matrix={matrix}:out_range={'pc' if full else 'tv'}"
    convert += ":flags=accurate_rnd+full_chroma_int,format=yuv444p"
    if not tagged:
        tags += ":colorspace=unknown:color_primaries=unknown:color_trc=unknown"
    return ("-vf", f"{convert},setparams={tags}", "-c:v", "libx264", "-qp", "0")


COLOUR_CLIPS = {
    "bt601_tagged": (320, 180, to_yuv("smpte170m", full=False, tagged=True)),
    "bt709_small_tagged": (320, 180, to_yuv("bt709", full=False, tagged=True)),
    "bt601_large_tagged": (1280, 720, to_yuv("smpte170m", full=False, tagged=True)),
    "small_untagged_is_601": (320, 180, to_yuv("smpte170m", full=False, tagged=False)),
    "large_untagged_is_709": (1280, 720, to_yuv("bt709", full=False, tagged=False)),
    "tall_untagged_is_709": (640, 600, to_yuv("bt709", full=False, tagged=False)),
    "full_range": (320, 180, to_yuv("bt709", full=True, tagged=True)),
    "rgb": (320, 180, ("-c:v", "libx264rgb", "-qp", "0")),
}


@pytest.mark.parametrize("name", COLOUR_CLIPS)
def test_rgb_patches_survive(name: str, make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    width, height, arguments = COLOUR_CLIPS[name]
    clip = make_clip(f"{name}.mp4", "-f", "lavfi", "-i", patches(width, height), *arguments)
    made = preview(clip, tmp_path / "o.mp4", fps="10", size=f"{width}x{height}")
    assert max(patch_errors(pictures(ff, made.path)[2])) <= 2


def test_a_gif_keeps_its_colours(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    palette = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none"
    clip = make_clip("patches.gif", "-f", "lavfi", "-i", f"{patches(320, 180)},{palette}")
    made = preview(clip, tmp_path / "o.mp4", fps="10", size="320x180")
    assert max(patch_errors(pictures(ff, made.path)[2])) <= 8  # the palette's own rounding


def test_the_preview_is_tagged_square_and_starts_with_its_index(
    moving: Path, ff: FFmpeg, tmp_path: Path
) -> None:
    made = preview(moving, tmp_path / "o.mp4", upscale="320x180")
    with av.open(str(made.path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        tags = (context.colorspace, context.color_primaries, context.color_trc)
        assert [int(t) for t in tags] == [1, 1, 1]
        assert int(context.color_range) == 1
        assert context.pix_fmt == "yuv420p"
        assert stream.sample_aspect_ratio in (None, 1)
        assert stream.average_rate == 15
        assert next(container.decode(stream)).rotation == 0
        assert "res3" in container.metadata["comment"]
    head = made.path.read_bytes()
    assert 0 < head.index(b"moov") < head.index(b"mdat")
    assert probe(made.path, ff).video.matrix == "bt709"


def test_odd_sizes_are_padded_by_smearing(moving: Path, ff: FFmpeg, tmp_path: Path) -> None:
    made = preview(moving, tmp_path / "o.mp4", size="161x91", orient=Orient.AS_GIVEN)
    assert made.size == Size(162, 92)
    assert any("162x92" in note for note in made.cell.notes)
    picture = pictures(ff, made.path)[3].astype(int)
    assert np.abs(picture[-1] - picture[-2]).mean() < 6
    assert np.abs(picture[:, -1] - picture[:, -2]).mean() < 6


def test_the_known_good_target_comes_out_as_promised(moving: Path, tmp_path: Path) -> None:
    own = preview(moving, tmp_path / "own.mp4", size="480x853", duration=None)
    assert own.size == Size(854, 480)
    up = preview(moving, tmp_path / "up.mp4", size="480x853", upscale="1080x1920")
    assert up.size == Size(1920, 1080)


QUADRANTS = (
    "color=red:s=160x90:r=10:d=0.5,drawbox=x=80:w=80:h=45:t=fill:c=lime,"
    "drawbox=y=45:w=80:h=45:t=fill:c=blue,drawbox=x=80:y=45:w=80:h=45:t=fill:c=white"
)


def corners(picture: npt.NDArray[np.uint8]) -> str:
    """The colours of the four corners, clockwise from the top left: r, g, b or w."""
    height, width = picture.shape[:2]
    spots = [(0, 0), (0, 1), (1, 1), (1, 0)]
    names = []
    for y, x in spots:
        colour = picture[height // 4 + y * height // 2, width // 4 + x * width // 2] > 100
        names.append(
            {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b"}.get(tuple(map(int, colour)), "w")
        )
    return "".join(names)


@pytest.mark.parametrize(
    ("options", "expected", "size"),
    [
        ((), "rgwb", "160x90"),
        # ffmpeg's -display_rotation counts counter-clockwise.
        (("-display_rotation", "90"), "gwbr", "90x160"),
        (("-display_rotation", "-90"), "brgw", "90x160"),
        (("-display_rotation", "180"), "wbrg", "160x90"),
        (("-display_hflip",), "grbw", "160x90"),
        (("-display_rotation", "90", "-display_hflip"), None, "90x160"),
    ],
)
def test_rotation_is_applied_and_then_gone(
    options: tuple[str, ...],
    expected: str | None,
    size: str,
    make_clip: MakeClip,
    ff: FFmpeg,
    tmp_path: Path,
) -> None:
    plain = make_clip("plain.mp4", "-f", "lavfi", "-i", QUADRANTS, *X264)
    clip = make_clip("turned.mp4", *options, "-i", plain, "-c", "copy") if options else plain
    facts = probe(clip, ff).video
    assert facts.displayed == Size.parse(size)
    made = preview(clip, tmp_path / "o.mp4", fps="10", size="90x160")
    assert made.size == Size.parse(size)
    picture = pictures(ff, made.path)[1]
    shown_by_ffmpeg = autorotated(ff, clip)
    assert corners(picture) == corners(shown_by_ffmpeg)
    if expected:
        assert corners(picture) == expected


def autorotated(ff: FFmpeg, clip: Path) -> npt.NDArray[np.uint8]:
    import subprocess

    command = [ff.path, "-v", "error", "-i", clip, "-vf", "scale=40:40,format=rgb24"]
    raw = subprocess.run(
        [*command, "-frames:v", "1", "-f", "rawvideo", "-"], capture_output=True, check=True
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(40, 40, 3)


def test_pixel_aspect_is_folded_in(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    clip = make_clip(
        "sar.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=0.5,setsar=4/3", *X264
    )
    assert probe(clip, ff).video.displayed == Size(213, 90)
    narrow = make_clip(
        "narrow.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=0.5,setsar=2/3", *X264
    )
    assert probe(narrow, ff).video.displayed == Size(160, 135)
    assert preview(clip, tmp_path / "o.mp4", size="64x36").size == Size(64, 36)


def test_interlaced_clips_are_deinterlaced(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    # A bar that moves fast: its two fields show it at two places, a comb if they are woven.
    bar = "color=black:s=320x180:r=50:d=1[b];color=white:s=20x180:r=50:d=1[w];"
    bar += "[b][w]overlay=x=t*250:y=0,interlace=lowpass=off"
    clip = make_clip(
        "interlaced.mp4",
        *("-filter_complex", bar, "-c:v", "libx264", "-pix_fmt", "yuv420p"),
        *("-flags", "+ildct+ilme", "-x264-params", "tff=1"),
    )
    assert probe(clip, ff).video.interlaced
    made = preview(clip, tmp_path / "o.mp4", fps="25", size="320x180")
    assert made.frames == 25
    picture = pictures(ff, made.path)[12].astype(int)
    woven = pictures(ff, clip)[12].astype(int)
    assert combing(woven) > 5
    assert combing(picture) < combing(woven) / 4


def combing(picture: npt.NDArray[np.int_]) -> float:
    """How much odd rows differ from the mean of their even neighbours."""
    rows = picture.mean(axis=2)
    return float(np.abs(rows[1:-1:2] - (rows[0:-2:2] + rows[2::2]) / 2).mean())


@pytest.mark.parametrize("curve", ["smpte2084", "arib-std-b67"])
def test_hdr_is_tone_mapped_not_washed_out(
    curve: str, make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    to_hdr = (
        "setparams=range=pc:color_primaries=bt709:color_trc=bt709:colorspace=gbr,"
        "zscale=t=linear:npl=203,format=gbrpf32le,"
        f"zscale=p=bt2020:t={curve}:m=2020_ncl:r=limited:npl=203,format=yuv420p10le"
    )
    tags = f"setparams=range=tv:color_primaries=bt2020:color_trc={curve}:colorspace=bt2020nc"
    clip = make_clip(
        "hdr.mp4",
        *("-f", "lavfi", "-i", patches(320, 180), "-vf", f"{to_hdr},{tags}"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:crf=5"),
    )
    made = preview(clip, tmp_path / "o.mp4", fps="10", size="320x180")
    assert any("tone-mapped" in note for note in made.cell.notes)
    picture = pictures(ff, made.path)[2]
    naive = pictures(ff, clip)[2]
    assert saturation(picture) > 1.4 * saturation(naive)
    # Highlights give way to the shoulder; hues and mid-tones stay.
    errors = patch_errors(picture)
    assert errors[6] <= 12
    assert max(errors) <= 70


def saturation(picture: npt.NDArray[np.uint8]) -> float:
    values = picture.astype(float)
    return float((values.max(axis=2) - values.min(axis=2)).mean() / 255)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("alpha.mov", ("-c:v", "qtrle", "-pix_fmt", "argb")),
        ("alpha.webm", ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-crf", "10")),
    ],
)
def test_transparency_is_shown_over_black(
    name: str, codec: tuple[str, ...], make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    half = "color=red:s=64x36:r=10:d=0.5,format=rgba,"
    half += "geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*lt(X,32)'"
    clip = make_clip(name, "-f", "lavfi", "-i", half, *codec)
    made = preview(clip, tmp_path / "o.mp4", fps="10", size="64x36")
    picture = pictures(ff, made.path)[1]
    assert picture[:, 4:28, 0].min() > 200
    assert picture[:, 36:60].max() < 40
    assert any("transparency" in note for note in made.cell.notes)


@pytest.mark.parametrize("fit", list(Fit))
def test_fit_meets_the_input_as_css_does(
    fit: Fit, make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    # A wide clip with red ends: cover loses them, contain adds bars, stretch keeps them.
    wide = "color=lime:s=320x90:r=10:d=0.5,drawbox=w=60:h=90:t=fill:c=red,"
    wide += "drawbox=x=260:w=60:h=90:t=fill:c=red"
    clip = make_clip("wide.mp4", "-f", "lavfi", "-i", wide, *X264)
    made = preview(clip, tmp_path / "o.mp4", fps="10", size="160x90", fit=fit)
    picture = pictures(ff, made.path)[1] > 100
    left, top = tuple(map(int, picture[45, 4])), tuple(map(int, picture[4, 80]))
    red, green, black = (1, 0, 0), (0, 1, 0), (0, 0, 0)
    expected = {
        Fit.COVER: (green, green),
        Fit.CONTAIN: (red, black),
        Fit.STRETCH: (red, green),
    }
    assert (left, top) == expected[fit]


def test_orientation_as_given_is_left_alone(moving: Path, tmp_path: Path) -> None:
    made = preview(moving, tmp_path / "o.mp4", size="90x160", orient=Orient.AS_GIVEN)
    assert made.size == Size(90, 160)
    assert made.cell.placement.crop.size == Size(101, 180)


def test_a_mismatched_upscale_says_what_would_keep_the_shape(moving: Path, tmp_path: Path) -> None:
    made = preview(moving, tmp_path / "o.mp4", size="120x90", upscale="160x90")
    assert any("--upscale 160x120" in note for note in made.cell.notes)

"""What probing says where it goes wrong: the clip's fault, a decoder's, or ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from render.errors import ClipError, InternalError
from render.events import CellDone, Preview
from render.media.ffmpeg import FFmpeg
from render.media.probe import WORKER, probe
from tests.conftest import X264, MakeClip
from tests.media.preview import pictures, plan_for, request, run

TYPE_ERROR = 'raise TypeError("open() got an unexpected keyword argument")'
CRASH = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
# The real one, but for what it says at the end.
REAL = f"import runpy, sys; main = runpy.run_path({str(WORKER)!r})"
UNDECODED = """
import json
facts = main["look"](sys.argv[1], sys.argv[2], int(sys.argv[3]), False)
for stream in facts["streams"]:
    stream["decoded"] = stream["type"] == "audio"
print(json.dumps(facts))
"""

Worker = Callable[[str], Path]


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    def write(code: str) -> Path:
        path = tmp_path / "worker.py"
        path.write_text(code)
        return path

    return write


@pytest.fixture(scope="session")
def upright(make_clip: MakeClip) -> Path:
    """A phone's: stored lying, red at what is its top when turned; with sound, 30 fps."""
    lying = make_clip(
        "lying.mp4",
        *("-f", "lavfi", "-i", "color=blue:s=160x90:r=30:d=0.5,drawbox=w=40:c=red:t=fill"),
        *("-f", "lavfi", "-i", "sine=d=0.5", *X264, "-c:a", "aac"),
    )
    return make_clip("upright.mp4", "-display_rotation", "-90", "-i", lying, "-c", "copy")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (TYPE_ERROR, "TypeError: open() got an unexpected keyword argument"),
        ("import no_such_module", "ModuleNotFoundError"),
        ("print('nonsense')", "status 0"),
        ("raise SystemExit(3)", "status 3"),
    ],
)
def test_a_fault_of_ours_is_no_fall_back(
    code: str, said: str, moving: Path, ff: FFmpeg, worker: Worker
) -> None:
    with pytest.raises(InternalError) as raised:
        probe(moving, ff, worker=worker(code))
    assert str(raised.value).startswith(f"{moving}: probing it failed: {said}")
    if "Error" in said:
        assert raised.value.stderr_tail.startswith("Traceback")


def test_the_real_worker_s_traceback_reaches_us(moving: Path, ff: FFmpeg, worker: Worker) -> None:
    """It silences what codecs print, and only that."""
    code = f"{REAL}\nimport os\nmain['look'].__globals__['json'] = None\nmain['main']()"
    with pytest.raises(InternalError, match="AttributeError: 'NoneType'") as raised:
        probe(moving, ff, worker=worker(code))
    assert "in main" in raised.value.stderr_tail


def test_a_fault_of_ours_is_no_clip_s(moving: Path, tmp_path: Path, worker: Worker) -> None:
    """Not a refusal, which would be recorded as the user's damaged file while the others go on."""
    broken = partial(probe, worker=worker(TYPE_ERROR))
    with pytest.raises(InternalError):
        plan_for(request(moving, tmp_path / "o.mp4"), probe=broken)


def made(clip: Path, output: Path, worker: Path) -> Preview:
    asked = request(clip, output, size="90x160", fps="source")
    plan = plan_for(asked, probe=partial(probe, worker=worker))
    last = list(run(plan))[-1]
    assert isinstance(last, CellDone), last
    return last.preview


def test_after_a_crash_the_preview_says_what_is_not_known(
    upright: Path, tmp_path: Path, ff: FFmpeg, worker: Worker
) -> None:
    preview = made(upright, tmp_path / "o.mp4", worker(CRASH))
    (note,) = preview.cell.notes
    assert note.startswith("probing crashed (SIGSEGV): its sound and frame rate, ")
    assert "unknown; shown without sound, as 25 fps, SDR" in note
    assert not probe(preview.path, ff).audio
    # As for the rotation, ffmpeg knows it.
    top, bottom = pictures(ff, preview.path)[0][[10, 150], 45].astype(int)
    assert np.argmax(top) == 0 and np.argmax(bottom) == 2


def test_a_crash_after_all_is_said_loses_nothing(upright: Path, ff: FFmpeg, worker: Worker) -> None:
    late = f"{REAL}\nmain['main']()\nsys.stdout.flush()\n{CRASH}"
    assert probe(upright, ff, worker=worker(late)) == probe(upright, ff)


def test_what_the_header_says_is_kept(
    upright: Path, tmp_path: Path, ff: FFmpeg, worker: Worker
) -> None:
    preview = made(upright, tmp_path / "o.mp4", worker(REAL + UNDECODED))
    (note,) = preview.cell.notes
    assert note == (
        "probing could not decode a picture: whether it is HDR, interlaced or transparent is "
        "unknown; shown as SDR, progressive, over black"
    )
    assert preview.rate == 30
    assert probe(preview.path, ff).audio


def test_what_only_ffmpeg_opens_says_so(make_clip: MakeClip, ff: FFmpeg, worker: Worker) -> None:
    code = 'print(\'{"error": "its header could not be read (Invalid data)"}\')'
    clip = make_clip("a.apng", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=1", "-plays", "0")
    found = probe(clip, ff, worker=worker(code))
    assert found.unknown is not None
    assert found.unknown.startswith("its header could not be read (Invalid data): its sound")


def test_a_worker_that_hangs_is_given_up(moving: Path, ff: FFmpeg, worker: Worker) -> None:
    with pytest.raises(ClipError, match=r"still probing after 0\.2 s"):
        probe(moving, ff, worker=worker("import time; time.sleep(60)"), timeout=0.2)


def test_a_good_clip_leaves_nothing_unknown(upright: Path, ff: FFmpeg) -> None:
    found = probe(upright, ff)
    assert found.unknown is None
    assert (found.video.rate, found.video.alpha, abs(found.video.rotation)) == (30, False, 90)
    assert found.audio is not None and found.audio.decodable


def test_titles_need_not_be_unicode(make_clip: MakeClip, ff: FFmpeg) -> None:
    title = b"title=caf\xe9".decode(errors="surrogateescape")
    source = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=1", *X264)
    clip = make_clip("latin.mkv", *source, "-metadata", title, "-metadata:s:v", title)
    assert b"caf\xe9" in clip.read_bytes()
    found = probe(clip, ff)
    assert (found.unknown, found.video.rate) == (None, 10)


def test_a_codec_that_cannot_be_opened_is_the_clip_s_fault(
    make_clip: MakeClip, tmp_path: Path, ff: FFmpeg
) -> None:
    source = ("-f", "lavfi", "-i", "testsrc2=s=96x64:r=10:d=1", "-c:v", "libtheora")
    data = bytearray(make_clip("whole.ogv", *source).read_bytes())
    data[data.index(b"\x82theora") + 7] = 0  # the first of the tables that open its decoder
    clip = tmp_path / "torn.ogv"
    clip.write_bytes(data)
    with pytest.raises(ClipError, match="no video that render can read"):
        probe(clip, ff)

"""Children that are killed, crash, stand still or find no room: failures of their cells, in one
line and without a file. What is wrong inside a clip stays a warning."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from render.compare.source_video import write_source
from render.compare.tile_labels import tiles_of
from render.compare.tiles import arrange
from render.compare.video_grid import write_grid
from render.errors import ClipError, FFmpegError, OutputError, RenderError
from render.events import CellDone, CellFailed, CellProgress, CellRetried
from render.files.journal import STATE
from render.media import watch
from render.media.encoding import AudioMode
from render.media.ffmpeg import FFmpeg
from render.media.watch import PATIENCE, Patience
from render.planning.plan import Plan
from tests.conftest import X264, MakeClip
from tests.media.preview import FINE, plan_for, preview, request, run
from tests.media.unruly import ALONE, DECODER, ENCODER, SOUND, Unruly

SHORT = Patience(idle=1.0, busy=1.5)
SIZES = ("64x36", "96x54")


@pytest.fixture(scope="session")
def long(make_clip: MakeClip) -> Path:
    """So many bytes of pictures that no pipe holds them: its decoder is at work till the end."""
    return make_clip(
        "long.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=4"),
        *("-f", "lavfi", "-i", "sine=d=4"),
        *(*X264, "-c:a", "aac"),
    )


def plan_of(clip: Path, folder: Path, ffmpeg: Path, **changes: Any) -> Plan:
    """Two cells of one pass."""
    plans = [
        plan_for(request(clip, folder / f"{size}.mp4", size=size, ffmpeg=ffmpeg, **changes))
        for size in SIZES
    ]
    return replace(plans[0], cells=tuple(cell for plan in plans for cell in plan.cells))


def left(folder: Path) -> list[str]:
    """What is there beside finished segments, which wait for the next run."""
    return sorted(path.name for path in folder.glob("*") if path.name != STATE)


def failures(events: list[Any]) -> list[RenderError]:
    assert not [event for event in events if isinstance(event, CellDone)]
    return [event.error for event in events if isinstance(event, CellFailed)]


PASSING = {signal.SIGKILL, signal.SIGTERM}
"""What ended a child may be over the next time; what it does to itself is not."""


def after_the_first(plan: Plan, unruly: Unruly, part: str, number: signal.Signals) -> list[Any]:
    """What happens when ``part`` gets a signal once pictures are flowing."""
    seen: list[Any] = []
    for event in run(plan, SHORT if number == signal.SIGSTOP else PATIENCE):
        if isinstance(event, CellProgress) and not any(isinstance(e, CellProgress) for e in seen):
            unruly.send(part, number)
        seen.append(event)
    return seen


def in_peace(clip: Path, folder: Path, ff: FFmpeg) -> dict[str, bytes]:
    """The previews' bytes where nothing happens."""
    done = [event for event in run(plan_of(clip, folder, ff.path)) if isinstance(event, CellDone)]
    return {event.preview.path.name: event.preview.path.read_bytes() for event in done}


KILLED = {
    signal.SIGKILL: (FFmpegError, "the decoder was killed (SIGKILL; out of memory?) after "),
    signal.SIGTERM: (FFmpegError, "the decoder was ended from outside (SIGTERM) after "),
    signal.SIGSEGV: (ClipError, "the decoder crashed (SIGSEGV) after "),
    signal.SIGSTOP: (FFmpegError, "the decoder showed no sign of life for 1 s and was ended "),
}


@pytest.mark.parametrize("number", set(KILLED) - PASSING)
def test_a_decoder_that_ends_early_fails_every_cell_of_its_pass(
    number: signal.Signals, long: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    unruly = Unruly(tmp_path / "bin", ff)
    out = tmp_path / "out"
    kind, words = KILLED[number]
    errors = failures(after_the_first(plan_of(long, out, unruly.path), unruly, DECODER, number))
    assert len(errors) == 2
    for error in errors:
        assert isinstance(error, kind)
        assert str(error).startswith(f"{long}: {words}")
        assert "\n" not in str(error)
    assert not out.exists()


@pytest.mark.parametrize("number", PASSING)
def test_a_decoder_that_is_killed_is_tried_once_more(
    number: signal.Signals, long: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    unruly = Unruly(tmp_path / "bin", ff)
    out = tmp_path / "out"
    seen = after_the_first(plan_of(long, out, unruly.path), unruly, DECODER, number)
    retried = [event for event in seen if isinstance(event, CellRetried)]
    assert len(retried) == 2
    kind, words = KILLED[number]
    for event in retried:
        assert isinstance(event.error, kind)
        assert str(event.error).startswith(f"{long}: {words}")
    assert not [event for event in seen if isinstance(event, CellFailed)]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == in_peace(
        long, tmp_path / "peace", ff
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [(137, "was killed (SIGKILL; out of memory?) after"), (244, "ran out of memory or threads")],
)
def test_a_decoders_status_tells_what_it_lacked(
    status: int, words: str, moving: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    """137 is what a script makes of a killed ffmpeg, 244 what ffmpeg makes of ENOMEM."""
    unruly = Unruly(tmp_path / "bin", ff, DECODER, f'"{ff.path}" "$@"; exit {status}')
    errors = failures(list(run(plan_of(moving, tmp_path / "out", unruly.path))))
    assert [type(error) for error in errors] == [FFmpegError] * 2
    assert all(f"the decoder {words}" in str(error) for error in errors)
    assert not (tmp_path / "out").exists()


ENCODERS = {
    signal.SIGKILL: "the encoder was killed (SIGKILL; out of memory?) after ",
    signal.SIGSEGV: "the encoder crashed (SIGSEGV) after ",
    signal.SIGTERM: "the encoder was ended from outside (SIGTERM) after ",
    signal.SIGSTOP: "the encoder showed no sign of life for 1 s and was ended after ",
}


@pytest.mark.parametrize("number", ENCODERS)
def test_an_encoder_that_ends_early_costs_its_own_cell_alone(
    number: signal.Signals, long: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    unruly = Unruly(tmp_path / "bin", ff)
    out = tmp_path / "out"
    seen = after_the_first(plan_of(long, out, unruly.path), unruly, ENCODER, number)
    kind = CellRetried if number in PASSING else CellFailed
    (error,) = (event.error for event in seen if isinstance(event, CellRetried | CellFailed))
    assert [type(event) for event in seen if isinstance(event, CellRetried | CellFailed)] == [kind]
    assert isinstance(error, OutputError)
    assert str(error).startswith(f"encoding failed: {ENCODERS[number]}")
    done = [event.preview for event in seen if isinstance(event, CellDone)]
    assert len(done) == (2 if number in PASSING else 1)
    assert left(out) == sorted(preview.path.name for preview in done)
    peace = in_peace(long, tmp_path / "peace", ff)
    assert all(preview.path.read_bytes() == peace[preview.path.name] for preview in done)


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("kill -KILL $$", "ffmpeg was killed (SIGKILL; out of memory?)"),
        ("kill -STOP $$", "ffmpeg showed no sign of life for 1 s and was ended"),
        ("while :; do :; done", "ffmpeg got nowhere for 1.5 s and was ended"),
        ("(sleep 600) & wait", "ffmpeg showed no sign of life for 1 s and was ended"),
    ],
)
def test_a_sound_that_was_not_the_clips_fault_is_a_failure(
    does: str, words: str, moving: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    if does.startswith("while") and not Path("/proc/self/io").exists():
        pytest.skip("what a process reads and writes is not told here: circles are NOT tested")
    unruly = Unruly(tmp_path / "bin", ff, SOUND, does)
    out = tmp_path / "out"
    errors = failures(list(run(plan_of(moving, out, unruly.path), SHORT)))
    assert len(errors) == 2
    for error in errors:
        assert isinstance(error, OutputError)
        assert str(error).startswith(f"the sound could not be added: {words}")
    assert left(out) == []


def silent_bytes(clip: Path, folder: Path) -> int:
    quiet = replace(FINE, audio=AudioMode.NONE)
    return preview(clip, folder / "quiet.mp4", size="64x36", encoding=quiet).path.stat().st_size


@pytest.mark.parametrize(
    ("ignored", "words"),
    [("trap '' XFSZ; ", "File too large"), ("", "SIGXFSZ; files may not grow larger here")],
)
@pytest.mark.parametrize("duration", [None, Fraction(3, 2)])
def test_sound_that_finds_no_room_is_a_failure(
    ignored: str, words: str, duration: Fraction | None, moving: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    """Copied and coded; and the rest of the machine is well, so that only the error tells."""
    unruly = Unruly(tmp_path / "bin", ff, SOUND, f"{ignored}ulimit -f 20")
    out = tmp_path / "out"
    errors = failures(list(run(plan_of(moving, out, unruly.path, duration=duration))))
    assert len(errors) == 2
    for error in errors:
        assert isinstance(error, OutputError)
        assert str(error).startswith("the sound could not be added: ")
        assert words in str(error)
    assert left(out) == []


def test_a_video_that_finds_no_room_is_a_failure(moving: Path, tmp_path: Path, ff: FFmpeg) -> None:
    unruly = Unruly(tmp_path / "bin", ff, ENCODER, "trap '' XFSZ; ulimit -f 20")
    out = tmp_path / "out"
    errors = failures(list(run(plan_of(moving, out, unruly.path))))
    assert len(errors) == 2
    for error in errors:
        assert isinstance(error, OutputError)
        assert str(error).startswith("encoding failed: ")
        assert "File too large" in str(error)
    assert not out.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except OSError:
        pytest.skip("no mount here: a full disk is NOT tested, only a limit on files")
    if done.returncode:
        pytest.skip("may not mount here: a full disk is NOT tested, only a limit on files")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_failure_in_the_picture_and_in_the_sound(
    moving: Path, small_disk: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    video = silent_bytes(moving, tmp_path)
    # Room for less than the pictures; for them, but not once more with the sound.
    for room in (video // 2, video + video // 2):
        rest = (1 << 20) - room - (len(SIZES) << 12)
        (small_disk / "others").write_bytes(bytes(rest))
        events = list(run(plan_for(request(moving, small_disk / "o.mp4", size="64x36"))))
        (error,) = failures(events)
        assert "no space left on the disk of" in str(error), room
        assert left(small_disk) == ["others"]
        shutil.rmtree(small_disk / STATE, ignore_errors=True)
        (small_disk / "others").unlink()


def test_what_is_wrong_with_the_clips_sound_stays_a_warning(
    moving: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    """Sound that crashes ffmpeg, also where nothing is written."""
    unruly = Unruly(tmp_path / "bin", ff, f"{SOUND}|{ALONE}", "kill -SEGV $$")
    made = preview(moving, tmp_path / "o.mp4", size="64x36", ffmpeg=unruly.path)
    assert made.warnings == ("its sound (aac) was left out: ffmpeg crashed (SIGSEGV) on it",)
    with av.open(str(made.path)) as container:
        assert not container.streams.audio
    assert unruly.began() == {DECODER, ENCODER, SOUND, ALONE}


def test_ending_before_the_clip_does_is_no_failure(long: Path, tmp_path: Path, ff: FFmpeg) -> None:
    made = preview(long, tmp_path / "o.mp4", size="64x36", duration=Fraction(1, 2))
    assert made.frames == 8
    assert made.warnings == ()


def test_waiting_for_us_is_not_standing_still(long: Path, tmp_path: Path, ff: FFmpeg) -> None:
    """However long the network takes, and however long nobody asks for the next picture."""
    unruly = Unruly(tmp_path / "bin", ff)
    seen = []
    for event in run(plan_of(long, tmp_path / "out", unruly.path), SHORT):
        seen.append(event)
        if sum(isinstance(e, CellProgress) for e in seen) == 20:
            time.sleep(2 * SHORT.idle)
    assert [event.preview.frames for event in seen if isinstance(event, CellDone)] == [60, 60]


def test_a_child_at_work_is_not_standing_still(long: Path, tmp_path: Path, ff: FFmpeg) -> None:
    """It delivers nothing for longer than we wait on one that does nothing, but it does read."""
    reads = "for i in $(seq 200); do cat /dev/null; sleep 0.01; done"
    unruly = Unruly(tmp_path / "bin", ff, DECODER, reads)
    seen = list(run(plan_of(long, tmp_path / "out", unruly.path), SHORT))
    assert [event.preview.frames for event in seen if isinstance(event, CellDone)] == [60, 60]


@pytest.mark.parametrize("part", [DECODER, ENCODER])
def test_a_run_ends_at_once_though_a_child_is_stopped(
    part: str, long: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    unruly = Unruly(tmp_path / "bin", ff)
    events = run(plan_of(long, tmp_path / "out", unruly.path))
    for event in events:
        if isinstance(event, CellProgress):
            break
    unruly.send(part, signal.SIGSTOP)
    pid = unruly.pid(part)
    main = threading.main_thread().ident
    assert main is not None
    # While it waits for the stopped child, as a signal would.
    threading.Timer(1, signal.pthread_kill, (main, signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(events)
    events.close()
    assert time.monotonic() - began < 20  # not the half minute that a thread is given to end
    # The encoder that is stopped is the last one: the first cell may be whole by then.
    assert left(tmp_path / "out") == []
    assert not list(tmp_path.glob("out/.render/*/.render-*"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_output_folder_that_goes_away_is_named(long: Path, tmp_path: Path, ff: FFmpeg) -> None:
    unruly = Unruly(tmp_path / "bin", ff)
    out = tmp_path / "out"
    seen = []
    for event in run(plan_of(long, out, unruly.path)):
        if isinstance(event, CellProgress) and out.exists():
            out.rename(tmp_path / "gone")
        seen.append(event)
    errors = failures(seen)
    assert len(errors) == 2
    for error in errors:
        assert isinstance(error, OutputError)
        assert f"{out}: the folder is gone" in str(error)


@pytest.mark.parametrize("part", [DECODER, ENCODER, SOUND])
def test_grids_and_source_videos_are_held_to_the_same(
    part: str, moving: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    unruly = Unruly(tmp_path / "bin", ff, part, "kill -KILL $$")
    words = "was killed"
    (page,) = arrange(tiles_of([moving], ff))
    grid = write_grid(page, tmp_path / "grid" / "g.mp4", unruly.path, FINE)
    with pytest.raises(RenderError, match=words):
        list(grid)
    assert not (tmp_path / "grid").exists()
    if part != SOUND:
        cell = plan_of(moving, tmp_path, ff.path).cells[0]
        output = tmp_path / "source" / "s.mp4"
        with pytest.raises(RenderError, match=words):
            list(write_source(cell, Fraction(15), output, unruly.path, FINE))
        assert not output.parent.exists()


def test_where_there_is_no_proc_ps_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS."""
    if shutil.which("ps") is None:
        pytest.skip("no ps here: what it tells of children is NOT tested")
    monkeypatch.setattr(watch, "_PROC", tmp_path)
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as child:
        first, second = watch._doings(child.pid), watch._doings(child.pid)
        child.kill()
    assert str(child.pid).encode() in first[0][0].split()
    assert first == second
    assert watch._doings(child.pid) == ((), ())

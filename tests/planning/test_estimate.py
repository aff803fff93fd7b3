"""What a plan will take, reckoned from measurements; nothing is measured here."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from render.engines.base import DeviceName, EngineChoice, EngineName
from render.media.encoding import AudioMode, Encoder, Encoding
from render.media.frame import Frame
from render.media.sample import sample_all
from render.networks.spec import NetworkSpec
from render.planning.estimate import (
    Calibration,
    NetworkSpeed,
    Work,
    estimate,
    pictures,
    surely_short,
)
from render.planning.plan import Cell
from render.target import Size
from tests.cli.conftest import make_cell, make_plan

RES3, RES1 = NetworkSpec.parse("res3"), NetworkSpec.parse("res1")


def cell(
    fps: str = "15", seconds: str = "4", source: str = "30", start: str = "0", **changes: object
) -> Cell:
    """A cell of a clip of 5 s that shows ``seconds`` of it."""
    made = make_cell(Path("a.mp4"))
    video = replace(made.clip.video, rate=Fraction(source))
    rate = Fraction(fps)
    given: dict[str, object] = {
        "clip": replace(made.clip, video=video, duration=Fraction(5), audio=None),
        "rate": rate,
        "start": Fraction(start),
        "duration": Fraction(seconds),
        "about_frames": round(Fraction(seconds) * rate),
    }
    return replace(made, **given | changes)  # type: ignore[arg-type]


FREE = Calibration(
    cores=2,
    networks={RES3: NetworkSpeed(Work(), Work())},
    decode=Work(),
    encode=Work(),
    key=1000,
    other=100,
    size=Size(853, 480),
    shown=Size(1920, 1080),
    rate=Fraction(15),
)
MACS = NetworkSpec.parse("res3").macs(Size(853, 480))


@pytest.mark.parametrize(
    ("source", "rates", "start"),
    [
        ("30", "10 15 30", "0"),
        ("30", "10 15", "0"),
        ("25", "10 15", "0"),
        ("25", "10 15 30 60", "0"),
        ("30000/1001", "10 15", "0"),
        ("30000/1001", "29.97 23.976 7.5", "1/2"),
        ("24", "30 24 12.5", "0.77"),
        ("5", "30", "0"),
    ],
)
def test_pictures_are_those_that_sampling_gives(source: str, rates: str, start: str) -> None:
    cells = [cell(fps, source=source, start=start) for fps in rates.split()]
    count = int(5 * Fraction(source))
    dark = np.zeros((1, 1, 3), np.uint8)
    clip = [Frame(n / Fraction(source), dark.copy()) for n in range(count + 1)]
    shown = sample_all(
        clip, [each.rate for each in cells], start=Fraction(start), duration=Fraction(4)
    )
    assert pictures(cells) == len(list(shown))


def test_rates_share_their_pictures() -> None:
    assert pictures([cell("30")]) == pictures([cell("10"), cell("15"), cell("30")]) == 120
    assert pictures([cell("10"), cell("15")]) == 80, "40 and 60, of which 20 are the same"
    assert pictures([cell("60")]) == 121, "the clip has no more; the last tick looks ahead"
    assert pictures([cell(about_frames=None)]) == 0


def test_long_clips_are_counted_quickly() -> None:
    hour = replace(cell().clip, duration=Fraction(3600))
    rates = [cell(fps, "3600", clip=hour) for fps in ("10", "15", "29.97", "60")]
    began = time.perf_counter()
    assert pictures(rates[:2]) == 20 * 3600
    assert pictures(rates) == pytest.approx(30 * 3600, rel=0.002)
    assert time.perf_counter() - began < 0.2


def seconds(*cells: Cell, **measured: object) -> float:
    return estimate(make_plan(*cells), replace(FREE, **measured)).seconds  # type: ignore[arg-type]


PER_MAC = {"res3": NetworkSpeed(Work(), Work(wall=1 / MACS))}


def test_a_network_sees_each_picture_once_in_the_one_pass() -> None:
    sweep = [cell("10"), cell("15"), cell("30")]
    found = estimate(make_plan(*sweep), replace(FREE, networks=PER_MAC))
    assert found.seconds == pytest.approx(120)
    assert [each.seconds for each in found.cells] == pytest.approx([40, 60, 120])
    assert found.apart == pytest.approx(220)


def test_networks_sizes_and_strengths_add_up() -> None:
    small = Size(427, 240)
    macs = NetworkSpec.parse("res3").macs(small)
    assert seconds(cell(), cell(strength=0.5), networks=PER_MAC) == pytest.approx(120)
    assert seconds(cell(), cell(style_path=Path("b")), networks=PER_MAC) == pytest.approx(120)
    assert seconds(cell(), cell(size=small), networks=PER_MAC) == pytest.approx(
        60 * (1 + macs / MACS)
    )


def test_on_shared_cores_work_adds_up_and_else_the_slowest_stage_decides() -> None:
    one = cell("30")
    canvas, shown = one.placement.canvas.pixels, one.output_size.pixels
    networks = {RES3: NetworkSpeed(Work(), Work(wall=0.02 / MACS, cpu=0.04 / MACS))}
    decode, encode = Work(0.01 / canvas, 0.02 / canvas), Work(0.005 / shown, 0.01 / shown)
    on_cores = seconds(one, networks=networks, decode=decode, encode=encode)
    assert on_cores == pytest.approx(120 * (0.04 + 0.02 + 0.01) / 2 / 0.92)
    device = {RES3: NetworkSpeed(Work(), Work(wall=0.02 / MACS))}
    assert seconds(one, networks=device, decode=decode, encode=encode) == pytest.approx(120 * 0.02)
    many = seconds(one, networks=networks, decode=decode, encode=encode, cores=64)
    assert many == pytest.approx(120 * 0.02)


def test_each_network_loads_once() -> None:
    networks = {RES3: NetworkSpeed(Work(wall=2), Work())}
    other = replace(cell().clip, path=Path("b.mp4"))
    assert seconds(cell(), cell("30"), cell(clip=other), networks=networks) == 2
    assert seconds(cell(), cell(size=Size(64, 64)), networks=networks) == 4


def test_a_network_that_was_not_measured_is_as_the_others() -> None:
    networks = {
        RES1: NetworkSpeed(Work(), Work(wall=1 / MACS)),
        NetworkSpec.parse("res5"): NetworkSpeed(Work(), Work(wall=3 / MACS)),
    }
    assert seconds(cell(), networks=networks) == pytest.approx(120)


def bytes_of(one: Cell, encoding: Encoding | None = None) -> int:
    plan = make_plan(one)
    (found,) = estimate(replace(plan, encoding=encoding or plan.encoding), FREE).cells
    assert found.bytes is not None
    return found.bytes


def test_bytes() -> None:
    assert bytes_of(cell()) == 8 * 1000 + 52 * 100, "a key frame every half second"
    between = (61 * 100 + 179 * 300) * 232 / 240
    assert bytes_of(cell("60", source="15")) == 8 * 1000 + round(between), "repeats are cheap"
    assert bytes_of(cell("30")) < 2 * bytes_of(cell()), "closer pictures differ less"
    smaller = cell(size=Size(427, 240), output_size=Size(427, 240), upscale=None)
    assert bytes_of(smaller) < bytes_of(cell(size=Size(427, 240))) < bytes_of(cell())
    sound = cell(clip=replace(cell().clip, audio=make_cell(Path("a.mp4")).clip.audio))
    assert bytes_of(sound) == bytes_of(cell()) + 4 * 24_000
    assert bytes_of(sound, Encoding(Encoder.X264, 18, AudioMode.NONE)) == bytes_of(cell())


def test_bytes_of_other_kinds() -> None:
    clip = replace(cell().clip, audio=make_cell(Path("a.mp4")).clip.audio)

    def of(suffix: str, encoder: Encoder, **changes: object) -> int:
        one = cell(output=Path(f"previews/a{suffix}"), clip=clip, **changes)
        plan = replace(make_plan(one), encoding=Encoding(encoder, 18, AudioMode.KEEP))
        return estimate(plan, FREE).cells[0].bytes or 0

    # Each picture by itself, by its pixels; with AAC.
    half = of(".mov", Encoder.PRORES_HQ, output_size=Size(960, 1080))
    sound = 4 * 192_000 // 8
    assert of(".mov", Encoder.PRORES_HQ) - sound == 60 * 1000 == 2 * (half - sound)
    # By its pixels alone, and silent.
    gif = of(".gif", Encoder.GIF, output_size=Size(640, 360))
    assert 0.4 < gif / (60 * 640 * 360) < 0.9
    # The same pictures with Opus for AAC.
    assert of(".mp4", Encoder.VP9) - of(".webm", Encoder.VP9) == 4 * 32_000 // 8


def test_disks_are_asked_where_the_folder_will_be(tmp_path: Path) -> None:
    cells = [cell(output=tmp_path / "a" / "b" / "x.mp4"), cell(output=tmp_path / "y.mp4")]
    (disk,) = estimate(make_plan(*cells), FREE).disks
    assert disk.folder == tmp_path
    assert disk.bytes == 2 * bytes_of(cell())
    assert disk.free > 0


def test_what_is_not_known_is_left_out() -> None:
    found = estimate(make_plan(cell(about_frames=None), cell()), FREE)
    assert found.unknown == 1
    assert (found.cells[0].seconds, found.cells[0].bytes) == (None, None)
    assert found.cells[0].macs_second == MACS * 15
    assert found.bytes == found.cells[1].bytes


def test_what_surely_is_short() -> None:
    assert surely_short(make_plan(cell(), cell("30")))
    hour = cell(about_frames=15 * 3600, duration=None)
    hour = replace(hour, clip=replace(hour.clip, duration=Fraction(3600)))
    assert not surely_short(make_plan(hour))
    on_device = EngineChoice(EngineName.TORCH, DeviceName.CUDA, "a test")
    part = replace(hour, about_frames=15 * 600)
    assert not surely_short(make_plan(part))
    assert surely_short(replace(make_plan(part), engine=on_device))

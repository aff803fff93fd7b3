"""Whatever people hand over: a file is taken, or refused in one line and at once."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from render.choice.choice_file import basis
from render.choice.ranking import choose
from render.choice.reasons import assumptions, headline, reasons
from render.compare.metrics.measure import _rates
from render.compare.metrics.moments import common_gap
from render.compare.metrics.reference import groups
from render.compare.metrics.rows import figure_rows
from render.devices.device_time import estimate
from render.devices.importing import import_measurements
from render.devices.playback import Late
from render.devices.profile import Profile, load_profile
from render.networks.spec import NetworkSpec
from render.presets.preset_library import load_preset
from render.results.fold import Fold
from render.results.results import NAME, Played, load
from render.results.source_clip import Sampling
from render.target import Size
from tests.choice.conftest import Sweep, sweep  # noqa: F401
from tests.files.hostile import (
    JSON_VALUES,
    TEXTS,
    TOML_VALUES,
    in_time,
    json_mutants,
    places,
    put,
    refusal,
    some,
    toml_mutants,
)
from tests.files.kinds import (
    CELLS,
    HEADER,
    KINDS,
    LATENCIES,
    MANIFEST,
    PRESET,
    PROFILE,
    TIMINGS,
    Kind,
)

pytestmark = pytest.mark.torch

A12 = load_profile("A12")
SIZE = Size(480, 853)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_right_is_taken(kind: str, tmp_path: Path) -> None:
    one = KINDS[kind]
    one.put(tmp_path).write_bytes(one.made(one.right))
    assert refusal(lambda: one.read(tmp_path / one.place)) is None


@pytest.mark.parametrize("what", places())
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_refused(kind: str, what: str, tmp_path: Path) -> None:
    path = KINDS[kind].put(tmp_path)
    places()[what](path)
    with in_time():
        said = refusal(lambda: KINDS[kind].read(path))
    assert said is not None and (path.name in said or path.parent.name in said)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_text_of_its_kind_is_refused(kind: str, text: str, tmp_path: Path) -> None:
    path = KINDS[kind].put(tmp_path)
    path.write_bytes(TEXTS[text])
    with in_time():
        said = refusal(lambda: KINDS[kind].read(path))
    assert said is not None and len(said) < 1000


def every(kind: Kind, texts: Any, tmp_path: Path) -> None:
    """Read each of the texts; more are refused than not."""
    path = kind.put(tmp_path)
    said = []
    with in_time():
        for text in texts:
            put(path, kind.made(text))
            said.append(refusal(lambda: kind.read(path)))
    assert 2 * sum(each is not None for each in said) > len(said) > 100


@pytest.mark.parametrize(
    ("kind", "text"),
    [("preset", PRESET), ("cells", CELLS), ("profile", PROFILE)],
)
def test_keys_of_toml_with_every_value(kind: str, text: str, tmp_path: Path) -> None:
    every(KINDS[kind], some(toml_mutants(text)), tmp_path)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("timings", TIMINGS), ("latencies", LATENCIES), ("manifest", MANIFEST), ("style", HEADER)],
)
def test_keys_of_json_with_every_value(kind: str, text: str, tmp_path: Path) -> None:
    every(KINDS[kind], some(json_mutants(json.loads(text))), tmp_path)


def test_what_a_preset_is_used_for_then(tmp_path: Path) -> None:
    """A preset that is taken can be written and read back, and is a target."""
    path = tmp_path / "mine.toml"

    def use() -> None:
        preset = load_preset(path)
        preset.look()
        preset.encoding()
        assert load_preset(path) == preset
        put(path, preset.to_toml())
        assert load_preset(path) == preset

    with in_time():
        for text in some(toml_mutants(PRESET)):
            put(path, text)
            refusal(use)


def test_what_a_profile_is_used_for_then(tmp_path: Path) -> None:
    path = tmp_path / "a99.toml"

    def use() -> None:
        profile = load_profile(path)
        json.dumps(profile.as_dict(), allow_nan=False)
        estimates(profile)

    with in_time():
        for text in some(toml_mutants(PROFILE)):
            put(path, text)
            refusal(use)


def test_what_timings_are_used_for_then(tmp_path: Path) -> None:
    path, shelf = tmp_path / "a99.json", tmp_path / "shelf"

    def use() -> None:
        estimates(import_measurements(path, shelf, "new").profile)

    with in_time():
        for text in json_mutants(json.loads(TIMINGS)["measurements"][0] | {"device": "iPhone1"}):
            put(path, text)
            refusal(use)


def estimates(profile: Profile) -> None:
    for network in ("res0-w4", "res3", "res5-w128"):
        found = estimate(profile, NetworkSpec.parse(network), SIZE)
        assert found.ms is None or 0 < found.ms < 1e12


@pytest.fixture
def document(sweep: Sweep, tmp_path: Path) -> dict[str, Any]:  # noqa: F811
    """Results in which nothing is left out."""
    results = sweep({("15", "480x853", "res3"): 7.0, ("30", "480x853", "res1"): 6.0})
    figures = {"lpips": 0.1, "ssim": 0.9, "style": 0.2, "flicker": 0.3, "sharpness": 0.5}
    sampling = Sampling(
        mode="fast", size=Size(480, 270), moments=3, of=9, pairs=2, gap=0.2, jod_seconds=2.0,
        jod_size=Size(480, 270), style_moments=2, style_size=Size(480, 270), notes=("a note",),
    )  # fmt: skip
    played = Played(
        median_ms=66.0, p95_ms=80.0, camera=Fraction(30), display=Fraction(60), late=Late.NEWEST,
        seed=0, warm=0.0, frames=60, skipped=0, shown=30, dropped=29, in_flight=1, fps=15.0,
        dropped_share=0.5, longest_freeze=0.1, median_lag=0.1, p95_lag=0.2,
        sequence=((0, 1), (4, 5)),
    )  # fmt: skip
    first, second = results.cells
    assert first.figures is not None
    first = first.model_copy(update={"figures": first.figures.model_copy(update=figures)})
    on = second.target.model_copy(update={"on": "A12"})
    fps = second.video.model_copy(update={"fps": Fraction(60), "fps_float": 60.0})
    played_one = second.model_copy(update={"played": played, "target": on, "video": fps})
    clip = results.clips[0].model_copy(update={"sampling": sampling, "preview": "source.mp4"})
    whole = results.model_copy(
        update={"cells": (first, played_one), "clips": (clip,), "grids": ("grid.mp4",)}
    )
    return whole.as_dict()


def use_results(folder: Path) -> None:
    """All that is made of results without reading the previews."""
    results = load(folder)
    fold = Fold()
    fold.take({"kind": "adopted", "results": results.as_dict()})
    fold.results(folder)
    json.dumps(results.as_dict(), allow_nan=False)
    for number in range(len(results.clips)):
        groups(results, number)
        common_gap(_rates(results.of_clip(number)))
    figure_rows(results, A12)
    choice = choose(results, A12)
    assert basis(results) and headline(choice) and reasons(choice, results)
    assert assumptions(choice, results)


def test_keys_of_results_with_every_value(document: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps(document))
    use_results(tmp_path)
    said = []
    with in_time():
        for text in some(json_mutants(document), 800):
            put(tmp_path / NAME, text)
            said.append(refusal(lambda: use_results(tmp_path)))
    assert sum(each is not None for each in said) > len(said) / 2


def mutants(text: bytes, count: int, seed: int) -> list[bytes]:
    """The text with a few bytes changed, cut, doubled or moved, or a part of it by a value."""
    chance = random.Random(seed)
    values = [value.encode() for value in (*JSON_VALUES, *TOML_VALUES)]
    found = []
    for _ in range(count):
        data = bytearray(text)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(data) + 1)
            end = min(len(data), at + chance.choice((1, 1, 4, 40)))
            match chance.randrange(4):
                case 0:
                    data[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
                case 1:
                    data[at:end] = b""
                case 2:
                    data[at:at] = data[at:end] * chance.choice((1, 9))
                case _:
                    data[at:end] = chance.choice(values)
        found.append(bytes(data))
    return found


def test_damaged_presets(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with in_time():
        for data in mutants(PRESET.encode(), 400, seed=7):
            put(path, data)
            refusal(lambda: load_preset(load_preset(path).style and path).to_toml())


def test_damaged_results(document: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps(document, indent=1).encode()
    with in_time():
        for data in mutants(text, 400, seed=7):
            put(tmp_path / NAME, data)
            refusal(lambda: use_results(tmp_path))

"""``render bench`` from the command line: table, chart, JSON, and mistakes."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from render.cli.app import run
from render.cli.signals import Interrupted

Capture = pytest.CaptureFixture[str]
Command = Callable[..., int]
QUICK = ("--network", "res1,res0-w4", "--size", "64x96", "--iterations", "4", "--engine", "torch")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    return lambda *words: run(["bench", *words])


def test_a_bench_is_a_table_a_chart_and_json(
    bench: Command, capsys: Capture, tmp_path: Path
) -> None:
    files = ("a.png", "a.svg", "a.json")
    assert bench(*QUICK, "--fps", "15,30", *(w for f in files for w in ("-o", f))) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].split()[:3] == ["NETWORK", "SIZE", "ENGINE"]
    assert [line.split()[0] for line in lines[1:3]] == ["res1", "res0-w4"]
    assert lines[3:] == list(files)
    assert "random weights for res0-w4" in captured.err
    assert "15 fps leaves 66.7 ms here" in captured.err and "30 fps leaves" in captured.err
    with Image.open("a.png") as image:
        assert image.width > 800 and len(image.convert("RGB").getcolors(1 << 24)) > 20
    text = Path("a.svg").read_text()
    assert ET.fromstring(text).tag.endswith("svg")
    assert "res0-w4" in text and "15 fps" in text and "not a phone" in text
    data = json.loads(Path("a.json").read_text())
    assert data["schema"] == 1 and data["rounds"] == 3
    assert [one["network"] for one in data["contenders"]] == ["res1", "res0-w4"]
    assert all(len(one["ms"]) == 3 for one in data["contenders"])
    assert data["contenders"][0]["style"].startswith("composition-vii.res1")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(files)


def test_the_same_chart_is_the_same_file(bench: Command, tmp_path: Path) -> None:
    from fractions import Fraction

    from render.bench.chart import draw
    from tests.bench.test_measure import FakeMachine, result

    found = result(FakeMachine({"res3": 0.05, "res1": 0.1}))
    for name in ("a.svg", "b.svg"):
        draw(found, [Fraction(15)], tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_json_lines(bench: Command, capsys: Capture) -> None:
    assert bench(*QUICK, "--json") == 0
    first, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["event"] == "bench" and len(first["contenders"]) == 2
    assert last == {"schema": 1, "event": "done", "exit_status": 0}


def test_an_interrupted_bench_keeps_its_rounds(
    bench: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from render.bench import measure

    turn, count = measure.RealMachine.turn, 0

    def interrupted(self: Any, engine: Any) -> None:
        nonlocal count
        count += 1
        if count == 8:
            raise Interrupted(2)
        turn(self, engine)

    monkeypatch.setattr(measure.RealMachine, "turn", interrupted)
    words = (*QUICK[:4], "--iterations", "50", "--engine", "torch", "-o", "a.json")
    assert bench(*words) == 130
    captured = capsys.readouterr()
    assert "interrupted: 2 of 49 rounds" in captured.err
    assert json.loads(Path("a.json").read_text())["rounds"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--network", "rs3"), "did you mean"),
        (("--network", "res3,"), "an empty place"),
        (("--iterations", "1"), "--iterations '1': write a whole number from 2"),
        (("--iterations", "many"), "whole number"),
        (("--engine", "coreml"), "--engine 'coreml': not one of"),
        (("--device", "cuda", "--engine", "openvino"), "runs on the cpu"),
        (("--baseline", "res4"), "is not among the networks"),
        (("--fps", "source"), "no clip is here"),
        (("--size", "1x"), "write it as WIDTHxHEIGHT"),
        (("-o", "a.txt"), "a bench is written as .json"),
        (("-o", "folder.json"), "is a folder"),
    ],
)
def test_mistakes_are_told_before_any_work(
    words: tuple[str, ...], said: str, bench: Command, capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "folder.json").mkdir()
    assert bench(*words) in (1, 2)
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""
    assert len([e for e in captured.err.splitlines() if e.startswith("error:")]) == 1

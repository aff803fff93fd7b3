"""``render bench`` from the command line: tables, charts, JSON, and mistakes."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from render.bench.machine import RealMachine
from render.cli.app import run
from render.cli.signals import Interrupted
from render.networks.catalogue import find_style

pytestmark = pytest.mark.torch

Capture = pytest.CaptureFixture[str]
Command = Callable[..., int]
SMALL = ("--size", "64x96", "--engine", "torch")
QUICK = ("--network", "res1,res0-w4", "--iterations", "3", *SMALL)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    # A process each would take seconds: `tests/bench` has them.
    monkeypatch.setattr(RealMachine, "memory", lambda self, contender: 7_000_000)
    monkeypatch.chdir(tmp_path)
    return lambda *words: run(["bench", *words])


def outputs(*names: str) -> list[str]:
    return [word for name in names for word in ("-o", name)]


def test_a_bench_is_tables_charts_and_json(bench: Command, capsys: Capture, tmp_path: Path) -> None:
    files = ("a.png", "new/a.svg", "a.json")
    assert bench(*QUICK, "--fps", "15,30", *outputs(*files)) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].startswith("64x96, torch on cpu, ")
    header = "NETWORK  MEDIAN  MEAN  P95  MIN  MAX  RATIO  LOAD  FIRST"
    assert re.sub("  +", "  ", lines[2]) == header
    assert [line.split()[0] for line in lines[3:5]] == ["res1", "res0-w4"]
    assert lines[6].split()[-1] == "MB" and lines[7].split()[-1] == "7"
    assert "LEFT AT 15 FPS  AT P95" in lines[10] and "LEFT AT 30 FPS" in lines[10]
    assert lines[-3:] == list(files)
    assert "random weights (seed 0) for res0-w4" in captured.err
    assert "of 66.7 ms at 15 fps" in captured.err and "not a phone" in captured.err
    with Image.open("a.png") as image:
        assert image.width > 800
    assert "res0-w4" in " ".join(ET.parse("new/a.svg").getroot().itertext())
    data = json.loads(Path("a.json").read_text())
    assert (data["schema"], data["iterations"], data["rounds"]) == (1, 3, 2)
    one, other = data["contenders"]
    assert (one["network"], other["network"]) == ("res1", "res0-w4")
    assert one["style"].startswith("composition-vii.res1") and one["weights_seed"] is None
    assert other["style"] is None and other["weights_seed"] == 0
    assert [len(each["ms"]) for each in data["contenders"]] == [2, 2]
    there = [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()]
    assert sorted(there) == sorted(files)


def test_it_is_measured_with_memory(tmp_path: Path, capsys: Capture) -> None:
    words = ("--network", "res0-w4", "--iterations", "2", "--json", *SMALL)
    assert run(["bench", *words]) == 0
    memory = json.loads(capsys.readouterr().out.splitlines()[0])["contenders"][0]["memory"]
    assert 0 < memory < 10**9


def test_json_lines(bench: Command, capsys: Capture) -> None:
    assert bench(*QUICK, "--json", "-o", "a.png") == 0
    first, file, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["schema"] == 1 and first["event"] == "bench" and len(first["contenders"]) == 2
    assert file == {"schema": 1, "event": "bench-file", "path": "a.png"}
    assert last == {"schema": 1, "event": "done", "failed": 0, "exit_status": 0}


def test_a_file_that_cannot_be_written_costs_no_other(
    bench: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from render.bench.chart import draw

    def fill(*arguments: Any) -> None:
        (Path("a.png") / "in the way").mkdir(parents=True)
        draw(*arguments)

    monkeypatch.setattr("render.bench.chart.draw", fill)
    assert bench(*QUICK, "--json", *outputs("a.png", "a.json")) == 1
    _, failed, file, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (failed["event"], failed["step"]) == ("failed", "bench-file")
    assert "a.png: cannot be written" in failed["message"]
    assert file["path"] == "a.json" and Path("a.json").is_file()
    assert (last["failed"], last["exit_status"]) == (1, 1)


def test_sizes_and_engines_multiply(bench: Command, capsys: Capture) -> None:
    pytest.importorskip("openvino")
    words = ("--network", "res0-w4", "--size", "64x96,32x48", "--iterations", "2", "--json")
    assert bench(*words, "--engine", "torch,auto,openvino", "--baseline", "res0-w4") == 0
    (data, _) = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(one["size"], one["engine"]) for one in data["contenders"]] == [
        (size, engine) for size in ("64x96", "32x48") for engine in ("torch", "openvino")
    ]
    assert data["contenders"][0]["ratio"] == 1


def test_a_style_file_is_benched_as_its_own_network(
    bench: Command, capsys: Capture, tmp_path: Path
) -> None:
    own = tmp_path / "mine.safetensors"
    own.write_bytes(find_style("udnie", "res1").path.read_bytes())
    assert bench("--style", own.name, "--iterations", "2", "--json", *SMALL) == 0
    data = json.loads(capsys.readouterr().out.splitlines()[0])
    assert [(o["network"], o["style"]) for o in data["contenders"]] == [("res1", own.name)]
    words = ("--style", own.name, "--network", "res0-w4,res1", "--baseline", "res1")
    assert bench(*words, "--iterations", "2", "--json", *SMALL) == 0
    data = json.loads(capsys.readouterr().out.splitlines()[0])
    assert [(o["network"], o["style"]) for o in data["contenders"]] == [
        ("res0-w4", None),
        ("res1", own.name),
    ]
    assert data["baseline"] == 1


@pytest.mark.parametrize("number", [2, 15])
def test_an_interrupted_bench_keeps_its_rounds(
    number: int, bench: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, count = RealMachine.turn, 0

    def interrupted(self: Any, engine: Any) -> None:
        nonlocal count
        count += 1
        if count == 8:
            raise Interrupted(number)
        turn(self, engine)

    monkeypatch.setattr(RealMachine, "turn", interrupted)
    words = ("--network", "res1,res0-w4", "--iterations", "50", *SMALL, *outputs("a.json", "a.png"))
    assert bench(*words) == 128 + number
    captured = capsys.readouterr()
    assert "interrupted: 2 of 49 rounds" in captured.err
    assert captured.out.splitlines()[-2:] == ["a.json", "a.png"]
    data = json.loads(Path("a.json").read_text())
    assert data["rounds"] == 2 and data["complete"] is False and Path("a.png").exists()


def test_before_the_first_round_nothing_is_known(
    bench: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(self: Any, engine: Any) -> None:
        raise Interrupted(2)

    monkeypatch.setattr(RealMachine, "turn", interrupted)
    assert bench(*QUICK, "-o", "a.json") == 130
    captured = capsys.readouterr()
    assert "error: interrupted" in captured.err and captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_what_was_measured_is_said_even_if_it_cannot_be_drawn(
    bench: Command, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("render.bench.drawing.Drawing.save_png", full)
    assert bench(*QUICK, *outputs("a.png", "a.json")) == 1
    captured = capsys.readouterr()
    assert "error: a.png: cannot be written (No space left on device)" in captured.err
    assert "res0-w4" in captured.out
    assert Path("a.json").exists() and not Path("a.png").exists()


def test_files_that_exist_are_kept_unless_forced(bench: Command, capsys: Capture) -> None:
    Path("a.json").write_text("precious")
    assert bench(*QUICK, "-o", "a.json") == 1
    assert "a.json: exists already; --force overwrites it" in capsys.readouterr().err
    assert Path("a.json").read_text() == "precious"
    assert bench(*QUICK, "-o", "a.json", "--force") == 0
    assert json.loads(Path("a.json").read_text())["rounds"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--network", "rs3"), "did you mean"),
        (("--network", "res3,"), "an empty place"),
        (("--iterations", "1"), "--iterations '1': write a whole number from 2"),
        (("--iterations", "many"), "whole number"),
        (("--seed", "-1"), "--seed '-1': write a whole number from 0"),
        (("--engine", "coreml"), "--engine 'coreml': not one of"),
        (("--device", "cuda", "--engine", "openvino"), "runs on the cpu"),
        (("--style", "mona-lisa"), "style 'mona-lisa' is not known"),
        (("--style", "a.safetensors"), "a.safetensors"),
        (("--style", "own.safetensors", "--network", "res3"), "is for network res1; use --network"),
        (("--baseline", "res4"), "is not among the networks"),
        (("--baseline", "rs3"), "did you mean"),
        (("--fps", "source"), "no clip is here"),
        (("--size", "1x"), "write it as WIDTHxHEIGHT"),
        (("-o", "a.txt"), "a bench is written as .json, .png"),
        (("-o", "folder.json"), "is a folder"),
        (("-o", "file/a.json"), "file/a.json: cannot be written (Not a directory)"),
        (("-o", f"{'a' * 251}.png"), "cannot be written (File name too long)"),
    ],
)
def test_mistakes_are_told_before_any_work(
    words: tuple[str, ...],
    said: str,
    bench: Command,
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr(RealMachine, "memory", never)
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "file").write_text("")
    own = find_style("udnie", "res1").path
    (tmp_path / "own.safetensors").write_bytes(own.read_bytes())
    before = sorted(tmp_path.iterdir())
    assert bench(*words) in (1, 2)
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""
    assert len(re.findall("^error:", captured.err, re.M)) == 1
    assert sorted(tmp_path.iterdir()) == before

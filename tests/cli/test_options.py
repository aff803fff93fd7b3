"""The command line's words → a Request."""

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from render.engines.base import DeviceName, EngineName
from render.look import Look
from render.media.encoding import AudioMode, Encoder, Encoding
from render.presets.preset import Preset
from render.presets.preset_library import load_preset
from render.target import Fit, Orient, Rate, Size, Upscaling

from .conftest import Machine

Command = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_the_front_door(command: Command, machine: Machine) -> None:
    assert command("clip.mp4", "--fps", "15", "--size", "480x853") == 0
    request = machine.request
    assert request.clips == (Path("clip.mp4"),)
    assert request.looks == (Look("composition-vii", Preset().target()),)
    assert request.encoding == Preset().encoding()
    assert (request.engine, request.device) == (EngineName.AUTO, DeviceName.AUTO)
    assert (request.start, request.duration) == (Fraction(0), None)
    assert request.output is None and request.ffmpeg is None
    assert not request.force and not request.strict


def test_every_option_arrives(command: Command, machine: Machine) -> None:
    words = (
        "--fps 29.97 --size 100x200 --style udnie --network res1 --upscale none --upscaler nearest "
        "--strength 0.5 "
        "--orient as-given --fit contain --start 1:02:03.5 --duration 90 --crf 60 "
        "--encoder libsvtav1 --audio none --device cpu --engine torch -o out --force --strict "
        "--ffmpeg /opt/ffmpeg"
    )
    assert command("a.mp4", *words.split(), "b.mp4") == 0
    request = machine.request
    assert request.clips == (Path("a.mp4"), Path("b.mp4"))
    (look,) = request.looks
    target = look.target
    assert target.rate == Rate(Fraction(30000, 1001))
    assert (target.size, target.upscale) == (Size(100, 200), None)
    assert (target.network, target.upscaler) == ("res1", Upscaling.NEAREST)
    assert target.strength == 0.5
    assert look.style == "udnie"
    assert (request.orient, request.fit) == (Orient.AS_GIVEN, Fit.CONTAIN)
    assert (request.start, request.duration) == (Fraction("3723.5"), Fraction(90))
    assert request.encoding == Encoding(Encoder.AV1, 60, AudioMode.NONE)
    assert (request.engine, request.device) == (EngineName.TORCH, DeviceName.CPU)
    assert (request.output, request.ffmpeg) == (Path("out"), Path("/opt/ffmpeg"))
    assert request.force and request.strict


@pytest.mark.parametrize(
    ("words", "encoder", "crf"),
    [
        (["-o", "a.webm"], Encoder.VP9, 18),
        (["-o", "a.WEBM", "--crf", "60"], Encoder.VP9, 60),
        (["-o", "a.webm", "--encoder", "av1"], Encoder.AV1, 18),
        (["-o", "a.gif"], Encoder.GIF, 18),
        (["-o", "a.mov"], Encoder.X264, 18),
        (["-o", "a.mov", "--encoder", "prores"], Encoder.PRORES_HQ, 18),
        (["-o", "a.mov", "--encoder", "prores-lt"], Encoder.PRORES_LT, 18),
        (["-o", "a.webm", "--preset", "draft"], Encoder.VP9, None),
        (["-o", "a.webm/"], Encoder.X264, 18),
        (["--encoder", "vp9"], Encoder.VP9, 18),
    ],
)
def test_the_file_chooses_its_encoder(
    words: list[str], encoder: Encoder, crf: int | None, command: Command, machine: Machine
) -> None:
    assert command("a.mp4", *words) == 0
    found = machine.request.coding
    assert found.encoder is encoder
    assert found.crf == (load_preset("draft").crf if crf is None else crf)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "a.gif", "--crf", "20"], "--crf 20: gif has no such quality"),
        (["--encoder", "prores", "--crf", "20"], "--crf 20: prores_ks has no such quality"),
        (["--encoder", "vp9", "--crf", "64"], "from 0 to 63"),
        (["--encoder", "prores-4444"], "did you mean"),
    ],
)
def test_an_encoder_that_cannot_be_meant(
    words: list[str], said: str, command: Command, machine: Machine, capsys: Capture
) -> None:
    assert command("a.mp4", *words) == 2
    assert said in capsys.readouterr().err
    assert not machine.requests


def test_a_preset_holds_but_for_single_options(command: Command, machine: Machine) -> None:
    assert command("a.mp4", "--preset", "draft", "--fps", "12") == 0
    draft = load_preset("draft")
    assert machine.request.looks == (draft.with_options(fps=12).look(),)
    assert machine.request.encoding == draft.encoding()


def test_lists_become_the_product(command: Command, machine: Machine) -> None:
    assert command("a.mp4", "--fps", "10,15", "--size", "480x853, 360x640", "--style", "a,b") == 0
    looks = [
        (str(look.target.rate), str(look.target.size), look.style) for look in machine.request.looks
    ]
    assert len(looks) == 8
    assert set(looks) == set(product(("10", "15"), ("480x853", "360x640"), "ab"))


def test_strength_is_swept_too(command: Command, machine: Machine) -> None:
    assert command("a.mp4", "--strength", "0.5,1") == 0
    assert [look.target.strength for look in machine.request.looks] == [0.5, 1]


def test_what_is_listed_twice_is_rendered_once(command: Command, machine: Machine) -> None:
    assert command("a.mp4", "--fps", "15,15.0", "--style", "a,a", "--strength", "1,1.0") == 0
    assert len(machine.request.looks) == 1


def test_a_style_file_brings_its_network(command: Command, machine: Machine) -> None:
    assert command("a.mp4", "--style", "mine.safetensors") == 0
    assert networks(machine) == [None]
    assert command("a.mp4", "--style", "mine.safetensors", "--network", "res1") == 0
    assert networks(machine) == ["res1"]
    assert command("a.mp4", "--style", "mine.safetensors,udnie") == 0
    assert networks(machine) == [None, "res3"]
    assert command("a.mp4", "--style", "mine.safetensors,udnie", "--network", "res1") == 0
    assert networks(machine) == ["res1", "res1"]


def networks(machine: Machine) -> list[str | None]:
    return [look.target.network for look in machine.request.looks]


def test_the_environment_names_an_ffmpeg(
    command: Command, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDER_FFMPEG", "/opt/ffmpeg")
    command("a.mp4")
    assert machine.request.ffmpeg == Path("/opt/ffmpeg")
    command("a.mp4", "--ffmpeg", "mine")
    assert machine.request.ffmpeg == Path("mine")


def test_clips_with_difficult_names(command: Command, machine: Machine) -> None:
    assert command("./doctor", "presets", "@list", "two words.mp4", "--", "-dash.mp4") == 0
    names = [str(p) for p in machine.request.clips]
    assert names == ["doctor", "presets", "@list", "two words.mp4", "-dash.mp4"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12.5", "12.5"), ("0:30", "30"), ("75:30", "4530"), ("1:02:03.25", "3723.25"), ("90", "90")],
)
def test_times(command: Command, machine: Machine, text: str, seconds: str) -> None:
    assert command("a.mp4", "--start", text) == 0
    assert machine.request.start == Fraction(seconds)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "no clip given. Usage: render CLIP"),
        ("a.mp4 --fsp 15", "Unknown option: --fsp. Did you mean --fps?"),
        ("a.mp4 --fps", "--fps requires an argument"),
        ("a.mp4 --fps -5", "--fps: '-5': write a number"),
        ("a.mp4 --fps 10,,15", "an empty place in the list"),
        ("a.mp4 --fps 30..10:5", "--fps '30..10:5': goes from high to low; write 10..30"),
        ("a.mp4 --fps 10..30:0", "--fps '10..30:0': a step of 0 goes nowhere"),
        ("a.mp4 --fps 10..x", "--fps '10..x': 'x': write a number"),
        ("a.mp4 --fps 10..source", "'source' is no number; name it beside the range"),
        ("a.mp4 --fps ..30", "--fps '..30': a range is written as 10..30:5"),
        ("a.mp4 --fps 10..20..30", "a range is written as 10..30:5"),
        ("a.mp4 --fps 1..240:0.001", "--fps '1..240:0.001': is 239001 values, at most 1000"),
        ("a.mp4 --fps 1..100:1 --strength 0..1:0.01", "10100 targets for each clip (100 of --fps"),
        ("a.mp4 --fps 200..400:100", "--fps '200..400:100': 400: must be over 0 and at most 240"),
        ("a.mp4 --strength 0.4..1", "--strength '0.4..1': by how much? Write 0.4..1:0.2"),
        ("a.mp4 --strength 0.4..1.2:0.4", "--strength: 1.2 is not a number from 0 to 1"),
        ("a.mp4 --size 360x640..720x720", "360x640 and 720x720 differ in shape"),
        ("a.mp4 --size 720x1280..360x640", "goes from high to low; write 360x640..720x1280"),
        ("a.mp4 --size 360x640..720x1280:1", "'1' is no count of sizes from 2 up"),
        ("a.mp4 --size 360x640..720", "'720': write it as WIDTHxHEIGHT"),
        ("a.mp4 --network res1..res3", "--network: 'res1..res3' is not known"),
        ("a.mp4 --cells no.toml", "no.toml: there is no such cells file"),
        ("a.mp4 --size 480", "--size: '480': write it as WIDTHxHEIGHT"),
        ("a.mp4 --crf high", "--crf: 'high' is not a number from 0 to 51"),
        ("a.mp4 --strength 1.5", "--strength: '1.5' is not a number from 0 to 1"),
        ("a.mp4 --strength nan", "--strength: 'nan' is not a number from 0 to 1"),
        ("a.mp4 --strength -0.5", "--strength: '-0.5' is not a number from 0 to 1"),
        ("a.mp4 --fit covr", "'covr' is not one of cover, contain, stretch; did you mean `cover`?"),
        ("a.mp4 --engine tensorrt", "--engine 'tensorrt': not one of auto, torch, openvino"),
        ("a.mp4 --device cudaa", "did you mean cuda?"),
        ("a.mp4 --start 1:75", "--start '1:75': write seconds (12.5) or [HH:]MM:SS"),
        ("a.mp4 --start -3", "--start '-3': write seconds"),
        ("a.mp4 --duration 0", "--duration 0: must be over 0"),
        ("a.mp4 --preset a12-liv", "did you mean `a12-live`?"),
        ("a.mp4 --preset no.toml", "no.toml: there is no such preset file"),
        ("docter", "did you mean `render doctor`?"),
        ("presets extra", "extra: no such command or preset"),
        ("presets draft", "did you mean `render presets show draft`?"),
        ("presets show", "no preset given. Usage: render presets show NAME"),
        ("presets show draf", "did you mean `draft`?"),
        ("presets show draft a12-live", "unexpected: a12-live"),
        ("help docter", "docter: no such command"),
    ],
)
def test_wrong_usage_is_one_line_and_2(
    command: Command, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    assert command(*words.split()) == 2
    captured = capsys.readouterr()
    first = captured.err.splitlines()[0]
    assert first.startswith("error: ") and said in first
    assert len(captured.err.splitlines()) <= 2
    assert captured.out == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("a.mp4 --verbos", "Unknown option: --verbos. Did you mean --verbose?"),
        ("a.mp4 --license CC0", "Unknown option: --license."),
        ("train a.png --license CC0", "Unknown option: --license. Did you mean --licence?"),
        ("a.mp4 --out=x", "Unknown option: --out. Did you mean --output?"),
    ],
)
def test_only_what_is_near_is_suggested(
    command: Command, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    assert command(*words.split()) == 2
    assert capsys.readouterr().err.splitlines()[0] == f"error: {said}"


@pytest.mark.parametrize("words", ["", "bench", "presets show"])
def test_help_is_a_word_too(
    command: Command, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    assert command("help", *words.split()) == 0
    shown = capsys.readouterr().out
    assert command(*words.split(), "--help") == 0
    assert capsys.readouterr().out == shown
    assert f"Usage: {' '.join(['render', *words.split()])} " in shown


def test_a_preset_in_words(
    command: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert command("presets", "show", "a12-live") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "a12-live" and "15 frames a second" in lines[3]
    assert any("at 1080x1920, bilinear" in line for line in lines)
    assert lines[-1] == "Use: render clip.mp4 --preset a12-live"
    own = tmp_path / "mine.toml"
    own.write_text(Preset(fps="source", evidence={"why": ["a", "b"]}).to_toml())
    assert command("presets", "show", str(own)) == 0
    shown = capsys.readouterr().out
    assert "the clip's own" in shown and "Evidence" in shown and "why" in shown
    assert command("presets", "show", "draft", "--json") == 0
    first, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["preset"]["fps"] == "10" and last["exit_status"] == 0

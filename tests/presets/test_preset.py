"""Presets: what is shipped, what merges, and what every mistake is told."""

import json
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from render.defaults import DEFAULTS
from render.errors import PresetError, UsageError
from render.media.encoding import AudioMode, Encoder, Encoding
from render.presets.preset import MAX_BYTES, Preset, list_presets, load_preset
from render.resources import presets_dir
from render.target import Rate, Size, Target, Upscaling


def write(folder: Path, text: str | bytes, name: str = "a12.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path | str) -> str:
    with pytest.raises(PresetError) as caught:
        load_preset(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_defaults_are_the_phone_s() -> None:
    preset = Preset()
    assert preset.target() == Target(
        Rate(Fraction(15)), Size(480, 853), "res3", Size(1080, 1920), Upscaling.BILINEAR
    )
    assert preset.encoding() == Encoding(Encoder.X264, 18, AudioMode.KEEP)
    assert preset.style == "composition-vii"


def test_every_default_is_the_one_that_help_shows() -> None:
    shown = {key: getattr(DEFAULTS, key) for key in DEFAULTS.__slots__}
    assert {key: Preset().as_dict()[key] for key in shown} == shown


def test_shipped_presets_load_and_say_whose_they_are() -> None:
    presets = list_presets()
    assert {"a12-live", "draft", "full-quality", "quick"} <= {p.name for p in presets}
    for preset in presets:
        assert load_preset(preset.name) == preset
        assert preset.description and preset.author
        assert preset.licence == "CC0-1.0"
        assert (presets_dir() / f"{preset.name}.toml").is_file()


def test_a12_live_is_what_the_phone_ran() -> None:
    preset = load_preset("a12-live")
    assert preset.target() == Preset().target()


@pytest.mark.parametrize("fps", ["15", "29.97", "30000/1001", "source", "12.5"])
def test_round_trip(tmp_path: Path, fps: str) -> None:
    preset = Preset().with_options(
        fps=fps,
        upscale="none",
        strength=1 / 3,
        description='quotes " and \\, ü, 🎨, \x7f',
        crf=3,
        name="x",
    )
    assert load_preset(write(tmp_path, preset.to_toml())) == preset
    assert tomllib.loads(preset.to_toml()) == json.loads(json.dumps(preset.as_dict()))


def test_numbers_may_be_written_as_numbers(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, "schema = 1\nfps = 29.97\ncrf = 0\nstrength = 0\n"))
    assert preset.target().strength == 0
    assert preset.fps == Rate(Fraction(30000, 1001))
    assert preset.crf == 0
    assert load_preset(write(tmp_path, "schema = 1\nfps = 24.0")).fps == Rate(Fraction(24))


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert load_preset(write(tmp_path, b"\xef\xbb\xbfschema = 1")) == Preset(schema=1)


def test_single_options_win() -> None:
    preset = load_preset("draft").with_options(fps="24", crf=None, upscale="1080x1920")
    assert preset.fps == Rate(Fraction(24))
    assert preset.crf == load_preset("draft").crf
    assert preset.upscale == Size(1080, 1920)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fps": "fast"}, "--fps: 'fast': write a number"),
        ({"size": "480"}, "--size: '480': write it as WIDTHxHEIGHT"),
        ({"size": "480x0"}, "--size: 480x0: each side must be 1 to"),
        ({"fps": "1/0"}, "--fps: '1/0': write a number"),
        ({"fps": "1/\u0660"}, "--fps: '1/\u0660': write a number"),  # a nought of another script
        ({"fps": 1e308}, "write a number"),
        ({"strength": 10**400}, "is not a number from 0 to 1"),
        ({"size": "1x99999999"}, "write it as WIDTHxHEIGHT"),
        ({"crf": "99"}, "--crf: 99 is not a number from 0 to 51"),
        ({"crf": "60", "encoder": "libsvtav2"}, "did you mean `libsvtav1`?"),
        ({"strength": "1.2"}, "--strength: '1.2' is not a number from 0 to 1"),
        ({"strength": "nan"}, "--strength: 'nan' is not a number from 0 to 1"),
        ({"strength": float("nan")}, "--strength: nan is not a number from 0 to 1"),
        ({"fitt": "cover"}, "--fitt: unknown key; did you mean --fit?"),
    ],
)
def test_wrong_options_name_the_option(options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Preset().with_options(**options)
    assert said in str(caught.value)


def test_crf_goes_as_far_as_the_encoder() -> None:
    assert Preset().with_options(encoder="libsvtav1", crf="63").crf == 63
    with pytest.raises(UsageError, match="from 0 to 51"):
        Preset().with_options(encoder="libsvtav1", crf=63).with_options(encoder="libx264")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema = 1\nfpss = 3", "a12.toml: `fpss`: unknown key; did you mean `fps`?"),
        ("schema = 1\nzzz = 3", "`zzz`: unknown key; known keys: schema, name,"),
        ("schema = 1\n[target]\nfps = 3", "`target`: unknown key"),
        ("schema = 1\nschema_version = 1", "`schema_version`: unknown key"),
        ("schema = 1\ncrf = 'high'", "`crf`: 'high' is not a number from 0 to 51"),
        ("schema = 1\ncrf = 52", "`crf`: 52 is not a number from 0 to 51"),
        ("schema = 1\ncrf = 1.5", "`crf`: 1.5 is not a number from 0 to 51"),
        ("schema = 1\ncrf = true", "`crf`: True is not a number"),
        ("schema = 1\nencoder = 'libsvtav1'\ncrf = 64", "from 0 to 63"),
        ("schema = 1\nstrength = -0.1", "`strength`: -0.1 is not a number from 0 to 1"),
        ("schema = 1\nstrength = true", "`strength`: True is not a number from 0 to 1"),
        ("schema = 1\nstrength = nan", "`strength`: nan is not a number from 0 to 1"),
        ("schema = 1\nfps = true", "`fps`: True is no frame rate"),
        ("schema = 1\nfps = 0", "`fps`: 0: must be over 0"),
        ("schema = 1\nfps = nan", "`fps`: 'nan': write a number"),
        ("schema = 1\nsize = 480", "`size`: 480 is no size"),
        ("schema = 1\nupscale = 'big'", "`upscale`: 'big': write it as WIDTHxHEIGHT"),
        ("schema = 1\nstyle = ''", "`style`: is empty"),
        ("schema = 1\nnetwork = 'res33'", "`network`: 'res33' is not known: did you mean res3"),
        ("schema = 1\nname = 3", "`name`: 3 is not text"),
        ("schema = 1\norient = 'autoo'", "'autoo' is not one of auto, as-given; did you mean"),
        ("schema = 1\na=1\nb=1\nc=1\nd=1\ne=1", "(and 2 more)"),
        ("schema = 2\nnew = 1", "written for a newer render: schema 2, this one reads 1; upgrade"),
        ("schema = 0", "`schema`: 0 is no version; write `schema = 1`"),
        ("schema = '1'", "`schema`: '1' is no version"),
        ("fps = 15", "`schema`: is missing; write `schema = 1`"),
        ("schema = 1\nfps 15\n", "is not valid TOML"),
        (b"schema = 1\nname = '\xff'", "is not UTF-8 text (at byte 19)"),
        ("schema = 1\nx = " + "[" * 20000, "nested too deeply"),
        ("#" * (MAX_BYTES + 1), "over 64 KiB"),
    ],
)
def test_mistakes_name_file_key_and_what_was_meant(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    message = refusal(write(tmp_path, text))
    assert said in message
    assert message.startswith(str(tmp_path / "a12.toml"))


def test_invalid_toml_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(write(tmp_path, "schema = 1\nfps 15\nsize = 3"))


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)
    assert "no such preset file" in refusal(str(tmp_path / "no.toml"))
    assert "no regular file" in refusal(Path("/dev/zero"))


def test_an_unknown_name_offers_the_nearest() -> None:
    message = refusal("a12-liv")
    assert "did you mean `a12-live`?" in message
    assert "draft" in message


def test_a_style_file_lies_beside_its_preset(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, "schema = 1\nstyle = 'mine.safetensors'"))
    assert preset.style == str(tmp_path / "mine.safetensors")
    assert preset.target().network is None, "the file says which network it is for"
    named = preset.with_options(network="res1")
    assert named.target().network == "res1"


def test_evidence_stays_with_a_preset(tmp_path: Path) -> None:
    """Whatever its keys are called."""
    evidence = {"device": "A12", "ms": 66.0, "an odd key": "x", "why": ["a", 'b "c"']}
    preset = Preset.model_validate({"fps": 15, "evidence": evidence})
    assert load_preset(write(tmp_path, preset.to_toml())).evidence == evidence
    assert "evidence" not in Preset().as_dict() and "[evidence]" not in Preset().to_toml()
    with pytest.raises(PresetError, match="`evidence`: `why` is no text, number or list of texts"):
        load_preset(write(tmp_path, "schema = 1\n[evidence]\nwhy = [1]\n"))

"""Profiles: what files may say, how they are found, and that what ships says where it is from."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.devices.profile import (
    Sure,
    list_profiles,
    load_profile,
    shipped_profiles,
)
from render.devices.shelf import keep
from render.errors import UsageError
from tests.devices.planted import measurement

GOOD = """\
schema = 1
name = "Test"
phones = ["Phone One"]
models = ["test1,1"]
[peak]
tera_operations = 5
kind = "published"
source = "a book"
says = "five"
[[figure]]
network = "res3"
or = ["res3-c0"]
size = "480x853"
ms = 66
kind = "published"
source = "a book"
says = "that"
[[bound]]
network = "res5"
size = "480x853"
at_least = 67
kind = "estimated"
source = "a book"
says = "that"
[separable]
faster = false
kind = "measured"
source = "a book"
says = "that"
[[other]]
network = "ResNet50"
size = "224x224"
giga_macs = 4.1
ms = 1.5
part = "any"
on_engine = true
year = 2023
grade = "A"
kind = "published"
source = "a book"
says = "that"
[[heat]]
part = "GPU"
keeps = 0.4
to = 0.5
minutes = 10
workload = "another"
kind = "published"
source = "a book"
says = "that"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "test.toml"
    path.write_text(GOOD)
    return path


def test_a_file_is_read(file: Path) -> None:
    found = load_profile(file)
    assert load_profile(str(file)) == found
    assert (found.name, found.phones, found.models) == ("Test", ("Phone One",), ("test1,1",))
    (figure,) = found.figures
    assert [n.name for n in figure.readings] == ["res3", "res3-c0"]
    assert (figure.ms, str(figure.size), figure.kind) == (66, "480x853", Sure.PUBLISHED)
    assert found.bounds[0].at_least == 67 and found.bounds[0].at_most is None
    assert found.peak is not None and found.peak.macs_ms == 2.5e9
    assert found.separable is not None and not found.separable.faster
    assert found.as_dict()["figure"][0]["network"] == "res3"
    assert hash(found) == hash(load_profile(file))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("schema = 1", "schema = 2"), "written for a newer render"),
        (("schema = 1", ""), "`schema`: is missing"),
        (('name = "Test"', ""), "`name`: Field required"),
        (('name = "Test"', 'name = ""'), "`name`"),
        (("phones =", "fones ="), "`fones`: unknown key; did you mean `phones`?"),
        (("ms = 66", "ms = 0"), "`figure.0.ms`"),
        (("ms = 66", "ms = -1"), "`figure.0.ms`"),
        (("ms = 66", "ms = nan"), "`figure.0.ms`"),
        (("ms = 66", "ms = inf"), "`figure.0.ms`"),
        (("ms = 66", "ms = '66'"), "`figure.0.ms`"),
        (("ms = 66", "ms = true"), "`figure.0.ms`"),
        (("ms = 66", ""), "`figure.0.ms`: Field required"),
        (('"res3"', '"rse3"'), "did you mean res3?"),
        (('or = ["res3-c0"]', 'or = ["no"]'), "'no' is not known"),
        (('or = ["res3-c0"]', 'or = "res3-c0"'), "`figure.0.or`"),
        (('"480x853"', '"big"'), "write it as WIDTHxHEIGHT"),
        (('kind = "published"', 'kind = "guessed"'), "`peak.kind`"),
        (('source = "a book"', 'source = ""'), "`peak.source`"),
        (('says = "five"', ""), "`peak.says`: Field required"),
        (("tera_operations = 5", "tera_operations = 0"), "`peak.tera_operations`"),
        (("at_least = 67", ""), "`at_least` or `at_most`"),
        (("at_least = 67", "at_least = 67\nat_most = 68"), "`at_least` or `at_most`"),
        (("faster = false", "faster = 'no'"), "`separable.faster`"),
        (('name = "Test"', 'name = "Test"\nmeasurements = []'), "come by `render devices import`"),
        (("[peak]", "[peak"), "is not valid TOML"),
        (("tera_operations = 5", "tera_operations = 5\nbits = 4"), "`peak.bits`"),
        (("giga_macs = 4.1", "giga_macs = 0"), "`other.0.giga_macs`"),
        (('part = "any"', 'part = "abacus"'), "`other.0.part`"),
        (('grade = "A"', 'grade = "D"'), "`other.0.grade`"),
        (("year = 2023", "year = 23"), "`other.0.year`"),
        (("keeps = 0.4", "keeps = 1.4"), "`heat.0.keeps`"),
        (("keeps = 0.4", "keeps = 0.6"), "`to` is less than `keeps`"),
        (('workload = "another"', ""), "`heat.0.workload`: Field required"),
        (('name = "Test"', 'name = "Test"\nlike = "A12"'), "`like`: is said where"),
    ],
)
def test_mistakes_are_one_line(file: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in GOOD
    file.write_text(GOOD.replace(*change, 1))
    with pytest.raises(UsageError) as error:
        load_profile(file)
    assert said in str(error.value) and str(error.value).startswith(str(file))
    assert "\n" not in str(error.value)


def test_a_file_that_is_too_long_or_missing(file: Path) -> None:
    with pytest.raises(UsageError, match="there is no such device profile file"):
        load_profile("nothing.toml")
    file.write_text(GOOD + "#" * (64 * 1024))
    with pytest.raises(UsageError, match="over 64 KiB"):
        load_profile(file)


@pytest.mark.parametrize(
    "name", ["A12", "a12", " A12 ", "iPhone XS", "iphone xs max", "iPhone11,8", "A12 Bionic",
             "Apple A12 Bionic"],
)  # fmt: skip
def test_a_device_has_many_names(name: str) -> None:
    assert load_profile(name).name == "A12"


@pytest.mark.parametrize(
    ("name", "said"),
    [("A21", "did you mean A"), ("A17", "did you mean A17 Pro?"), ("", "known: A12"),
     ("iphone xz", "did you mean iPhone XS?"),
     ("toaster", "there is no device 'toaster' (known: A12,")],
)  # fmt: skip
def test_an_unknown_device(name: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        load_profile(name)
    assert said in str(error.value)


def test_what_ships_says_where_it_is_from() -> None:
    found = shipped_profiles()
    assert [p.name for p in found] == [
        "A12", "A13", "A14", "A15", "A16", "A17 Pro", "A18", "A18 Pro", "A19", "A19 Pro",
    ]  # fmt: skip
    models = [model for p in found for model in p.models]
    assert len(set(models)) == len(models)
    names = [name.casefold() for p in found for name in p.names]
    assert len(set(names)) == len(names), "each name is one device's"
    for p in found:
        said = [*p.figures, *p.bounds, *filter(None, (p.peak, p.separable))]
        said += [*p.others, *p.ratios, *p.heat]
        assert said, f"{p.name} says nothing"
        for one in said:
            assert one.kind is not Sure.MEASURED, "nobody here has measured"
            assert "https://" in one.source or "live video filters" in one.source
        assert p.chip and p.phones and p.models and p.year and p.engine
        for ratio in p.ratios:
            assert ratio.than in {other.name for other in found}
    half = {p.name: p.peak.tera_halves for p in found if p.peak}
    assert half["A17 Pro"] == 17.5 and half["A16"] == 17


def test_what_the_a12s_time_is_doubted_for() -> None:
    (figure,) = load_profile("A12").figures
    assert "probably the neural engine's" in figure.doubt and "smaller than res3" in figure.doubt


def test_imported_measurements_are_merged(tmp_path: Path) -> None:
    keep(tmp_path, "A12", [measurement("res3", "480x853", 60)])
    keep(tmp_path, "My phone", [measurement("res3", "480x853", 50, name="Mine")])
    found = {p.name: p for p in list_profiles(tmp_path)}
    assert [m.median_ms for m in found["A12"].measurements] == [60]
    assert not found["A13"].measurements
    own = found["My phone"]
    assert own.measurements[0].median_ms == 50 and own.models == ("test1,1",)
    assert load_profile("mine", tmp_path) == own == load_profile("TEST1,1", tmp_path)
    assert load_profile("A12").measurements == ()
    assert not list_profiles(tmp_path / "none")[0].measurements

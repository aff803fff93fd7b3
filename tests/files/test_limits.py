"""What a parser is not given: seen past strings and comments, however they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.errors import PresetError
from render.files.json import parse_json
from render.files.limits import DEPTH, DIGITS, KEY, PARTS, short
from render.files.toml import read_toml

MANY_PARTS = "a" + ".a" * 3000 + " = 1"
MANY_DIGITS = "b = " + "9" * 5000

# Each ends outside of any string or comment.
BEFORE = [
    'x = """a""\\""b"""',
    'x = """a\\"""""',
    'x = """""a"""""',
    'x = "\\\\"',
    'x = "\\""',
    "x = 'a\\'",
    "x = '''a\\'''",
    "x = '''''a'''''",
    "x = '\"'",
    'x = "\'"',
    '"#" = 1',
    "# \"\"\" '''",
    'x = "#" # "',
    "x = ''",
    'x = """\n"""',
]
INSIDE = ["[[[[", "a.b.c", "9" * 50, "{{{{", '\\"', "#", "'"]


def read(text: str, folder: Path) -> object:
    path = folder / "a.toml"
    path.write_text(text, encoding="utf-8")
    return read_toml(path, "a.toml", "preset", 1 << 20, PresetError)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize(("hidden", "said"), [(MANY_PARTS, "parts"), (MANY_DIGITS, "digits")])
def test_no_string_hides_what_follows(before: str, hidden: str, said: str, tmp_path: Path) -> None:
    read(before, tmp_path)  # it is right by itself
    for after in ("", '\n# """', "\n# '''"):
        with pytest.raises(PresetError, match=said):
            read(f"{before}\n{hidden}{after}", tmp_path)


def test_strings_and_comments_may_hold_anything(tmp_path: Path) -> None:
    long = "a." * 100 + "9" * 100 + "[" * 100 + "#" + "{" * 100
    text = f'a = "{long}\\""\nb = """\n{long}"""\nc = \'{long}\'\nd = \'\'\'{long}\'\'\'\n# {long}'
    found = read(text, tmp_path)
    assert found == {"a": f'{long}"', "b": long, "c": long, "d": long}
    assert parse_json(f'["{long}\\\\", "\\"{long}"]') == [f"{long}\\", f'"{long}']


def test_as_much_as_is_allowed(tmp_path: Path) -> None:
    key, digits = "k" * KEY, "9" * DIGITS
    assert read(f"{key} = {digits}", tmp_path) == {key: int(digits)}
    assert read(".".join("a" * PARTS) + " = 1", tmp_path)
    assert read("a = [1.5, 2.25, 1_000]\n[t.'x.y'.\"z\"]\n", tmp_path)
    deep = "[" * DEPTH + "]" * DEPTH
    assert parse_json(deep) is not None
    for text in (f"[{deep}]", f'{{"a": {deep}}}'):
        with pytest.raises(ValueError, match="too deeply"):
            parse_json(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": {"b": [1, 1e400]}}', "`a.b.1`: inf is too large a number"),
        ('{"a": 1e41}', "`a`: 1e+41 is too large a number"),
        ('{"a": ["x\\u0000"]}', "`a.0`: holds a NUL"),
        ('{"a": "\\ud800"}', "`a`: holds what is no character"),
        ('{"a": {"b": 1, "b": 2}}', "`b` is there twice"),
        ('{"' + "k" * 300 + '": 1}', "a key of over 200 characters"),
        ('{"a": NaN}', "NaN is no number of JSON"),
        ("[" + "[]," * 200_000 + "0]", "over 100,000 tables, lists or keys"),
    ],
)
def test_values_are_named(text: str, said: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_json(text)
    assert said in str(error.value)


def test_names_of_files_that_are_no_text_are_kept() -> None:
    assert parse_json('["\\udcff.mp4", "ü🎨"]') == ["\udcff.mp4", "ü🎨"]


def test_values_in_messages_are_short() -> None:
    assert short("a") == "'a'" and len(short("a" * 5000)) < 70
    assert short(10**5000) == "a number of thousands of digits"

"""What was probably meant: what begins so, what is spelled nearly so, or nothing."""

from __future__ import annotations

import pytest

from render.nearest import nearest

OPTIONS = ("--fps", "--size", "--rows", "--cols", "--cells", "--crf", "--output", "--upscaler")
DEVICES = ("A12", "A17 Pro", "A18", "iPhone XS", "iPhone XS Max", "iPhone 17 Pro", "iPhone17,3")


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("A17", DEVICES, "A17 Pro"),
        ("a17pro", DEVICES, "A17 Pro"),
        ("iphone xs", DEVICES, "iPhone XS"),
        ("iPhone XZ", DEVICES, "iPhone XS"),
        ("iPhone 17", DEVICES, "iPhone 17 Pro"),
        ("iPhone17", DEVICES, "iPhone17,3"),
        ("A21", DEVICES, "A12"),
        ("--fsp", OPTIONS, "--fps"),
        ("--out", OPTIONS, "--output"),
        ("--colums", OPTIONS, "--cols"),
        ("--scaler", OPTIONS, "--upscaler"),
        ("--license", (*OPTIONS, "--licence"), "--licence"),
        ("see", ("sea", "sky"), "sea"),
        ("--verbose", OPTIONS, None),
        ("--license", OPTIONS, None),
        ("--formats", (*OPTIONS, "--force"), None),
        ("--", OPTIONS, None),
        ("", DEVICES, None),
        ("x", (), None),
    ],
)
def test_nearest(word: str, known: tuple[str, ...], meant: str | None) -> None:
    assert nearest(word, known) == meant

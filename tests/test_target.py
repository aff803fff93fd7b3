"""What a target's size is called."""

from __future__ import annotations

import pytest

from render.target import Size, as_held


@pytest.mark.parametrize(
    ("size", "displayed", "words"),
    [
        ("480x853", "1080x1920", "480x853"),
        ("853x480", "1920x1080", "480x853"),
        ("480x853", "1920x1080", "480x853 as given"),
        ("853x480", "1080x1920", "853x480 as given"),
        ("853x480", "500x500", "853x480"),
        ("500x500", "1920x1080", "500x500"),
    ],
)
def test_sizes_are_called_as_the_phone_is_held(size: str, displayed: str, words: str) -> None:
    assert as_held(Size.parse(size), Size.parse(displayed)) == words

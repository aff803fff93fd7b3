"""The page, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.export.handoff.example_pictures import Apart, ExamplePicture, small
from render.export.handoff.folder import write_handoff
from render.export.handoff.index_page import build
from render.export.proof import Check
from render.media.frame import as_picture
from tests.export.handoff.conftest import MakeHandoff, shot


def test_the_page_in_a_browser(
    make_handoff: MakeHandoff,
    tmp_path: Path,
    browser: Any,
) -> None:
    handoff = make_handoff(
        title='a <b> & "c"',
        warnings=("the clip <i>is</i> damaged",),
        shots=(shot(scale=20), shot("photo.jpg", apart=0)),
    )
    out = write_handoff(handoff, tmp_path / "out #1?%41")
    context = browser.new_context(viewport={"width": 1200, "height": 900}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((out / "index.html").as_uri())
    assert page.locator("h1").inner_text() == 'a <b> & "c"'
    assert page.title() == 'a <b> & "c"'
    body = page.locator("body").inner_text()
    for words in (
        "Yes.", "61.0 dB", ">= 55", "Odd sides.", "A --size in multiples of 4.", "overflow",
        "the same in every pixel", "3 at most", "The clip <i>is</i> damaged.", "Somebody",
        "compiled by nobody",
    ):  # fmt: skip
        assert words.lower() in body.lower(), words
    shown = page.locator("img").evaluate_all("all => all.map(i => [i.naturalWidth, i.alt])")
    assert [width for width, _ in shown] == [36, 540, 540, 540, 36, 72, 72, 72]
    assert all(alt for _, alt in shown)
    links = page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(links) == 10
    for link in links:
        assert (out / link).exists()
    narrow = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    narrow.goto((out / "index.html").as_uri())
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 360
    narrow.context.close()
    context.close()
    assert complaints == []
    assert all(url.startswith(("file:", "data:")) for url in requests)


def test_nothing_from_outside_and_no_script(make_handoff: MakeHandoff) -> None:
    text = build(make_handoff(), 1, "0")
    assert "http://" not in text and "https://" not in text and "<script" not in text
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in text
    assert re.findall(r'(?:src|href)="(?!data:|\./)[^"]*', text) == []


def test_a_failed_check_is_no_yes(make_handoff: MakeHandoff) -> None:
    text = build(make_handoff(checks=(Check("PSNR", "31 dB", ">= 55", False),)), 1, "0")
    assert "<strong>No.</strong> It fails: PSNR" in text and "Yes." not in text


def test_a_single_pixel_is_seen_in_the_small_difference() -> None:
    import base64
    import io

    from PIL import Image

    picture = np.zeros((1920, 1080, 3), np.uint8)
    picture[1919, 1079, 0] = picture[0, 541, 1] = 8
    address = small(ExamplePicture("difference", "", as_picture(picture)))
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    found = np.asarray(Image.open(io.BytesIO(data)))
    assert found.shape == (960, 540, 3)
    assert found[959, 539].tolist() == [8, 0, 0] and found[0, 270].tolist() == [0, 8, 0]
    assert found.sum() == 16


@pytest.mark.parametrize(("apart", "words"), [(0, "the same in every pixel"), (55, "55 at most")])
def test_how_far_apart(apart: int, words: str) -> None:
    assert words in str(Apart.of(shot(apart=apart)))

"""The hand-off's page: one file, nothing from outside, pictures inside."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

import numpy as np

from render.export.lint import Risk
from render.export.verify import Check, Shot, Verified
from render.media.frame import Picture, as_picture
from render.preset import Preset

UNCHECKED = (
    "Not checked: the order of a device's sums, overflow in its neural engine, its rounding to 8 "
    "bits. Nothing ran on a Mac or a phone; the app was not compiled."
)
_TIMES = 8
_WIDE = 480  # pixels of a picture on the page


def build(
    title: str,
    about: str,
    verified: Verified,
    risks: Sequence[Risk],
    facts: Mapping[str, str],
    preset: Preset,
) -> str:
    """The page's text."""
    parts = {
        "title": html.escape(title),
        "about": html.escape(about),
        "verdict": html.escape(_verdict(verified)),
        "checks": _checks(verified.checks),
        "unchecked": html.escape(UNCHECKED),
        "shots": "".join(_shot(shot) for shot in verified.shots),
        "risks": _risks(risks),
        "facts": _facts(facts),
        "preset": html.escape(preset.to_toml()),
    }
    template = resources.files(__package__).joinpath("page.html").read_text("utf-8")
    pieces = template.split("@@")
    return "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def difference(shot: Shot) -> Picture:
    """What differs between the preview and the model, times eight, on black."""
    apart = np.abs(shot.exported.astype(np.int16) - shot.preview.astype(np.int16))
    return as_picture(np.minimum(apart * _TIMES, 255).astype(np.uint8))


def _verdict(verified: Verified) -> str:
    if not verified.passed:
        return f"No: {verified.failed}."
    return (
        f"Yes: on {len(verified.shots)} pictures it is at least {verified.psnr:.1f} dB from the "
        f"preview's own network, {verified.mean:.3f} of 255 on average, {verified.largest:.2f} at "
        "most."
    )


def _checks(checks: Iterable[Check]) -> str:
    rows = [
        f'<tr><td class="{"ok" if c.passed else "failed"}">{"ok" if c.passed else "failed"}</td>'
        f"<td>{html.escape(c.name)}</td><td>{html.escape(c.value)}</td>"
        f"<td>{html.escape(c.limit)}</td></tr>"
        for c in checks
    ]
    head = "<tr><th></th><th>check</th><th>found</th><th>allowed</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _shot(shot: Shot) -> str:
    pictures = (
        ("what the camera gives", shot.source, False),
        ("what the preview shows", shot.preview, False),
        ("what the model returns", shot.exported, False),
        (f"their difference, times {_TIMES}", difference(shot), True),
    )
    figures = "".join(
        f'<figure><img alt="{html.escape(f"{words}, {shot.name}")}" '
        f'src="{_address(picture, exact=exact)}">'
        f"<figcaption>{html.escape(words)}</figcaption></figure>"
        for words, picture, exact in pictures
    )
    return f'<p class="muted">{html.escape(shot.name)}</p><div class="shots">{figures}</div>'


def _address(picture: Picture, *, exact: bool) -> str:
    """Its own bytes; ``exact`` keeps what is small and dim."""
    from PIL import Image, ImageFilter

    image = Image.fromarray(picture)
    if image.width > _WIDE:
        if exact:
            image = image.filter(ImageFilter.MaxFilter(3))  # a single pixel stays to be seen
        image = image.resize(
            (_WIDE, round(image.height * _WIDE / image.width)), Image.Resampling.BOX
        )
    held = io.BytesIO()
    if exact:
        image.save(held, "PNG")
    else:
        image.save(held, "JPEG", quality=90)
    kind = "png" if exact else "jpeg"
    return f"data:image/{kind};base64," + base64.b64encode(held.getvalue()).decode()


def _risks(risks: Sequence[Risk]) -> str:
    if not risks:
        return "<p>None that is known.</p>"
    items = "".join(f"<li>{html.escape(risk.what)}. {html.escape(risk.do)}.</li>" for risk in risks)
    return f"<ul>{items}</ul>"


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in facts.items()
    )
    return f"<dl>{rows}</dl>"

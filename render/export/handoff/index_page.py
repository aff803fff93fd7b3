"""``index.html``: one file, nothing from outside, no script; pictures inside, large beside."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from importlib import resources
from urllib.parse import quote

from render.export.handoff.example_pictures import Apart, shown, small
from render.export.handoff.handoff import Handoff
from render.export.handoff.report_json import not_checked
from render.export.proof import Check, Shot

NAME = "index.html"


def build(handoff: Handoff, bytes_: int, sha256: str) -> str:
    """The page's text; the model has so many bytes and that digest."""
    parts = {
        "title": html.escape(handoff.title),
        "about": html.escape(_about(handoff, bytes_)),
        "style": _part("page.css"),
        "verdict": _verdict(handoff),
        "checks": _checks(handoff.checks),
        "unchecked": _list(not_checked(handoff)),
        "shots": "".join(_shot(number, one) for number, one in enumerate(handoff.shots, 1)),
        "risks": "".join(_risks(handoff)) or "<p>None that is known.</p>",
        "warnings": _warnings(handoff.warnings),
        "facts": _facts(handoff, sha256),
        "preset": html.escape(handoff.travelling_preset.to_toml()),
    }
    # In one pass: what is put in is not looked at again.
    pieces = _part("page.html").split("@@")
    return "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def _about(handoff: Handoff, bytes_: int) -> str:
    described = handoff.description.rstrip(". ")
    size = f"{bytes_ / 1e6:.1f} MB, for iOS {handoff.ios} and later"
    return f"{described}. {size}" if described else size


def _verdict(handoff: Handoff) -> str:
    failed = [check for check in handoff.checks if not check.passed]
    if failed:
        names = html.escape(", ".join(check.name for check in failed))
        return f'<p class="verdict bad"><strong>No.</strong> It fails: {names}.</p>'
    count = len(handoff.shots)
    on = f"{count} picture{'' if count == 1 else 's'}"
    return (
        f'<p class="verdict good"><strong>Yes.</strong> What was saved was read again, computed on '
        f"{on} and held against the preview’s own network; it passes all {len(handoff.checks)} "
        "checks.</p>"
    )


def _checks(checks: Iterable[Check]) -> str:
    rows = "".join(
        f'<tr class="{"ok" if check.passed else "failed"}"><td>{_mark(check)}</td>'
        f"<th>{html.escape(check.name)}</th><td>{html.escape(check.value)}</td>"
        f"<td>{html.escape(check.limit)}</td></tr>"
        for check in checks
    )
    head = "<tr><th></th><th>Check</th><th>Found</th><th>Allowed</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _mark(check: Check) -> str:
    return "passed" if check.passed else "FAILED"


def _shot(number: int, shot: Shot) -> str:
    wide, high = shot.preview.shape[1], shot.preview.shape[0]
    figures = []
    for one in shown(shot):
        size = f"{one.picture.shape[1]}×{one.picture.shape[0]}"
        words, name = html.escape(one.words), html.escape(shot.name)
        figures.append(
            f'<figure><a href="./{quote(one.file(number))}"><img alt="{words}, {name}" '
            f'src="{small(one)}"></a><figcaption><strong>{words}</strong> {size}</figcaption>'
            "</figure>"
        )
    return (
        f"<h3>{html.escape(shot.name)} <small>{html.escape(str(Apart.of(shot)))}</small></h3>"
        f'<div class="shots" style="--shape: {wide} / {high}">{"".join(figures)}</div>'
    )


def _risks(handoff: Handoff) -> Iterator[str]:
    if handoff.risks:
        yield '<ul class="risks">'
        for risk in handoff.risks:
            yield (
                f'<li><em class="{html.escape(risk.severity)}">{html.escape(risk.severity)}</em> '
                f"<strong>{_sentence(risk.what)}</strong> {_sentence(risk.do)}"
                f"{f' <small>{_sentence(risk.source)}</small>' if risk.source else ''}</li>"
            )
        yield "</ul>"


def _sentence(text: str) -> str:
    """As it is where it begins with an option's name."""
    begun = text if text.startswith("-") else text[:1].upper() + text[1:]
    return html.escape(begun.rstrip(".") + ".")


def _warnings(warnings: Iterable[str]) -> str:
    listed = _list(warnings)
    return f'<section><h2>Warnings</h2><ul class="plain">{listed}</ul></section>' if listed else ""


def _list(lines: Iterable[str]) -> str:
    return "".join(f"<li>{_sentence(line)}</li>" for line in lines)


def _facts(handoff: Handoff, sha256: str) -> str:
    around = f", {handoff.context} pixels of them around what it paints" if handoff.context else ""
    facts = {
        "Model": handoff.model.name,
        "Takes": f"{handoff.input_size} RGB{around}",
        "Paints": str(handoff.painted),
        "Returns": f"{handoff.output_size} RGB",
        "Pictures a second": f"{float(handoff.fps):g}",
        "Network": handoff.network,
        "Author": handoff.author,
        "Licence": handoff.licence,
        "SHA-256": sha256,
        "Made": f"{handoff.made} with "
        + ", ".join(f"{name} {version}" for name, version in handoff.versions.items()),
    }
    return "".join(
        f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in facts.items() if value
    )


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")

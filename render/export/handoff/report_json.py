"""``report.json``: a hand-off for programs. Keys are only ever added to a schema."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from render.export.canonical import digest, size_of
from render.export.handoff.example_pictures import Apart, shown
from render.export.handoff.handoff import Handoff
from render.target import Size

SCHEMA = 1
KIND = "render-handoff"
NAME = "report.json"

_NOT_HERE = (
    "the order in which a device sums, which moves results by about as much as half precision does",
    "overflow in a device's neural engine: numbers over 65504 inside come out black or white",
    "a device's own rounding of the returned picture to 8 bits, half a level at most",
)
_NOT_ON_A_MAC = ("a phone's own order of sums, and overflow in its neural engine",)
_NEVER = ("the app and its package: their Swift was read by a parser and compiled by nobody",)


def not_checked(handoff: Handoff) -> tuple[str, ...]:
    """What the checks do not say: less where Core ML itself ran the model."""
    return (*(_NOT_ON_A_MAC if handoff.ran_on else _NOT_HERE), *_NEVER)


def report(handoff: Handoff, files: list[str]) -> dict[str, Any]:
    """JSON types. ``files`` are all of the folder but this one, from its top."""
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "title": handoff.title,
        "description": handoff.description,
        "author": handoff.author,
        "licence": handoff.licence,
        "made": handoff.made,
        "model": {
            "file": handoff.model.name,
            "bytes": size_of(handoff.model),
            "sha256": digest(handoff.model),
            "takes": _sides(handoff.input_size),
            "returns": _sides(handoff.output_size),
            "context": handoff.context,
            "ios": handoff.ios,
        },
        "target": {
            "network": handoff.network,
            "size": str(handoff.painted),
            "fps": str(handoff.fps),
            "fps_float": float(handoff.fps),
        },
        "passed": handoff.passed,
        "checks": [asdict(check) for check in handoff.checks],
        "risks": [asdict(risk) for risk in handoff.risks],
        "not_checked": list(not_checked(handoff)),
        "pictures": [_picture(handoff, number) for number in range(len(handoff.shots))],
        "warnings": list(handoff.warnings),
        "preset": handoff.travelling_preset.as_dict(),
        "versions": handoff.versions,
        "files": files,
    }


def _picture(handoff: Handoff, number: int) -> dict[str, Any]:
    shot = handoff.shots[number]
    apart = Apart.of(shot)
    return {
        "name": shot.name,
        # JSON has no word for what two equal pictures have.
        "psnr": round(apart.psnr, 3) if math.isfinite(apart.psnr) else None,
        "mean": round(apart.mean, 5),
        "largest": apart.largest,
        "files": {one.key: one.file(number + 1) for one in shown(shot)},
    }


def _sides(size: Size) -> dict[str, int]:
    return {"width": size.width, "height": size.height}

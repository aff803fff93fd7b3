"""``choice.json``: a choice for the report and for programs, versioned; and what a preset keeps of
it as its evidence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from render.choice.candidates import Candidate
from render.choice.choose import Choice
from render.choice.words import assumptions, headline, reasons
from render.errors import OutputError
from render.results.record import versions
from render.results.results import Results
from render.whole import whole

SCHEMA = 1
NAME = "choice.json"


def basis(results: Results) -> str:
    """A mark of the previews and figures that a choice is about: where it has changed, so may the
    choice."""
    parts = [[cell.id, cell.figures.basis if cell.figures else None] for cell in results.cells]
    return hashlib.sha256(json.dumps(sorted(parts)).encode()).hexdigest()[:16]


def as_dict(choice: Choice, results: Results) -> dict[str, Any]:
    """JSON types, ``schema`` first. Times are milliseconds; candidates are named by their number in
    ``candidates``."""
    number = {id(candidate): n for n, candidate in enumerate(choice.candidates)}

    def place(candidate: Candidate | None) -> int | None:
        return None if candidate is None else number[id(candidate)]

    def places(some: tuple[Candidate, ...]) -> list[int]:
        return [number[id(candidate)] for candidate in some]

    return {
        "schema": SCHEMA,
        "device": choice.profile.name,
        "chip": choice.profile.chip,
        "asked": asdict(choice.asked),
        "headline": headline(choice),
        "reasons": reasons(choice, results),
        "assumptions": [{"is": what, "change": how} for what, how in assumptions(choice, results)],
        "taken": place(choice.taken),
        "tied": places(choice.tied),
        "second": place(choice.second),
        "beyond": place(choice.beyond),
        "fitting": places(choice.fitting),
        "frontier": places(choice.frontier),
        "aside": places(choice.aside),
        "candidates": [_candidate(candidate) for candidate in choice.candidates],
        "clips": [{"name": clip.name, "sha256": _hash(Path(clip.path))} for clip in results.clips],
        "versions": versions(),
        "basis": basis(results),
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    aim, found = candidate.aim, candidate.estimate
    return {
        "fps": str(aim.fps),
        "fps_float": float(aim.fps),
        "size": str(aim.size),
        "network": aim.network,
        "upscale": None if aim.upscale is None else str(aim.upscale),
        "upscaler": aim.upscaler,
        "cells": list(candidate.cells),
        "jod": candidate.jod,
        "worst": candidate.worst,
        "ms": found.ms,
        "low": found.low,
        "high": found.high,
        "sure": None if found.sure is None else found.sure.value,
        "reason": found.reason,
        "floor": found.floor,
        "budget": candidate.budget,
        "load": candidate.load,
        "verdict": candidate.verdict.value,
    }


def save(data: dict[str, Any], folder: Path) -> Path:
    """Write ``choice.json``, whole or not at all; its path. Raises OutputError."""
    path = folder / NAME
    with whole(path, OutputError) as temporary:
        temporary.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="ascii")
    return path


def load_if_current(results: Results, folder: Path) -> dict[str, Any] | None:
    """The folder's choice, if it is about these results; None where there is none, or it cannot be
    read: the report does without."""
    try:
        data = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        return None
    return data if data.get("basis") == basis(results) else None


def evidence(data: dict[str, Any]) -> dict[str, Any]:
    """What a preset keeps of its choice: flat, so that people can read it."""
    taken = data["candidates"][data["taken"]]
    return {
        "device": data["device"],
        "ms": round(taken["ms"], 2),
        "ms_low": round(taken["low"], 2),
        "ms_high": round(taken["high"], 2),
        "ms_budget": round(taken["budget"], 2),
        "ms_kind": taken["sure"],
        "ms_source": taken["reason"],
        "jod": round(taken["jod"], 3),
        "jod_worst": round(taken["worst"], 3),
        "why": data["reasons"],
        "assumes": [each["is"] for each in data["assumptions"]],
        "clips": [f"{clip['name']} sha256:{clip['sha256']}" for clip in data["clips"]],
        "versions": [f"{name} {version}" for name, version in data["versions"].items()],
    }


def _hash(path: Path) -> str | None:
    """Of a clip, if it is still there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

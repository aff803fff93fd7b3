"""``choice.json``: a choice for the report and for programs, versioned; and what a preset keeps of
it as its evidence."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from render.choice.candidates import Candidate
from render.choice.certain import to_measure
from render.choice.ranking import Choice
from render.choice.reasons import assumptions, headline, reasons
from render.errors import OutputError, UsageError
from render.files.atomic import whole
from render.files.json import read_json
from render.files.small import opened
from render.results.results import Results
from render.versions import versions

SCHEMA = 1
NAME = "choice.json"
_MAX_BYTES = 16 << 20
_ANEW = "`render choose` writes it anew"


class _Section(BaseModel):
    model_config = ConfigDict(strict=True)


class _Candidate(_Section):
    cells: list[str]
    ms: float | None
    budget: float
    load: float | None
    verdict: str


class _Assumption(_Section):
    what: str = Field(alias="is")
    change: str


class _Certain(_Section):
    what: str
    command: str


class _Shown(_Section):
    """What the report's page takes for granted of a choice."""

    device: str
    headline: str
    reasons: list[str]
    assumptions: list[_Assumption]
    taken: int | None
    second: int | None
    beyond: int | None
    candidates: list[_Candidate]
    certain: _Certain | None = None
    """Choices of versions before had none."""

    def check_numbers(self) -> None:
        """Raise the IndexError of a candidate that there is not."""
        for number in (self.taken, self.second, self.beyond):
            if number is not None and not 0 <= number < len(self.candidates):
                raise IndexError(number)


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

    certain = to_measure(choice)
    return {
        "schema": SCHEMA,
        "device": choice.profile.name,
        "chip": choice.profile.chip,
        "like": choice.profile.like or None,
        "asked": asdict(choice.asked),
        "headline": headline(choice),
        "reasons": reasons(choice, results),
        "assumptions": [{"is": what, "change": how} for what, how in assumptions(choice, results)],
        "taken": place(choice.taken),
        "tied": places(choice.tied),
        "second": place(choice.second),
        "beyond": place(choice.beyond),
        "fallback": place(choice.fallback),
        "certain": None if certain is None else asdict(certain),
        "fitting": places(choice.fitting),
        "frontier": places(choice.frontier),
        "aside": places(choice.aside),
        "candidates": [_candidate(candidate) for candidate in choice.candidates],
        "clips": [{"name": clip.name, "sha256": _hash(clip.file)} for clip in results.clips],
        "versions": versions(),
        "basis": basis(results),
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    aim, found = candidate.aim, candidate.estimate
    return {
        "fps": str(aim.fps),
        "fps_float": float(aim.fps),
        "size": str(aim.size),
        "network": aim.network.name,
        "upscale": None if aim.upscale is None else str(aim.upscale),
        "upscaler": aim.upscaler.value,
        "cells": list(candidate.cells),
        "jod": candidate.jod,
        "worst": candidate.worst,
        "ms": found.ms,
        "low": found.low,
        "high": found.high,
        "sure": None if found.sure is None else found.sure.value,
        "reason": found.why,
        "caveat": found.caveat,
        "floor": found.floor,
        "where": None if found.where is None else found.where.value,
        "other": None if found.other is None else asdict(found.other),
        "doubtful": candidate.doubtful,
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
    """The folder's choice, if it is about these results; None where there is none, or it is about
    others. Raises UsageError when it cannot be read."""
    path = folder / NAME
    if not os.path.lexists(path):
        return None
    data = read_json(path, "file of a choice", _MAX_BYTES, UsageError, broken=f"{{why}}; {_ANEW}")
    if not isinstance(data, dict) or type(data.get("schema")) is not int:
        raise UsageError(f"{path}: is no choice of render's; {_ANEW}")
    if data["schema"] != SCHEMA or data.get("basis") != basis(results):
        return None
    try:
        _Shown.model_validate(data).check_numbers()
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise UsageError(f"{path}: `{where}`: {problem['msg']}; {_ANEW}") from None
    except IndexError:
        raise UsageError(f"{path}: takes what is none of its candidates; {_ANEW}") from None
    return data


def evidence(data: dict[str, Any]) -> dict[str, Any]:
    """What a preset keeps of its choice: flat, so that people can read it."""
    taken = data["candidates"][data["taken"]]
    quality = {
        key: round(taken[of], 3)
        for key, of in (("jod", "jod"), ("jod_worst", "worst"))
        if taken[of] is not None
    }
    assumed = {} if data.get("like") is None else {"device_assumed_like": data["like"]}
    return {
        "device": data["device"],
        **assumed,
        "ms": round(taken["ms"], 2),
        "ms_low": round(taken["low"], 2),
        "ms_high": round(taken["high"], 2),
        "ms_budget": round(taken["budget"], 2),
        "ms_kind": taken["sure"],
        "ms_source": taken["reason"],
        **quality,
        "why": data["reasons"],
        "assumes": [each["is"] for each in data["assumptions"]],
        "clips": [f"{clip['name']} sha256:{clip['sha256']}" for clip in data["clips"]],
        "versions": [f"{name} {version}" for name, version in data["versions"].items()],
    }


def _hash(path: Path) -> str | None:
    """Of a clip, if it is still there."""
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

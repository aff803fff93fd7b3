"""``render choose``: which target of a sweep to build for a device, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.errors import OutputError, UsageError

if TYPE_CHECKING:
    from render.choice.candidates import Candidate
    from render.choice.ranking import Choice, ChoiceTerms
    from render.devices.peak_share import Case
    from render.results.results import Results


_UNSURE = "?"
"""Behind a verdict that rests on an estimate which does not cover all that is known."""


def _help(text: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, allow_leading_hyphen=not names)


def choose(
    folder: Annotated[
        Path | None, Parameter(help="What a sweep wrote: previews and their results.json.")
    ] = None,
    /,
    *,
    on: Annotated[
        str | None,
        _help("The device (`render devices` lists them), or a profile of your own."),
        ShownAs("DEVICE|FILE.toml"),
    ] = None,
    like: Annotated[
        str | None,
        _help(
            "Take that device's evidence for the one of --on: an assumption, and marked as one "
            "wherever it stands."
        ),
        ShownAs("DEVICE|FILE.toml"),
    ] = None,
    max_ms: Annotated[
        str | None,
        _help("What a frame may take at most.", "--max-ms"),
        ShownAs("MS", "the time until the next frame"),
    ] = None,
    min_jod: Annotated[
        str | None,
        _help("Take the cheapest that is this good, instead of the best that fits.", "--min-jod"),
        ShownAs("0..10"),
    ] = None,
    surely: Annotated[
        bool, Parameter(help="Only what fits with the whole interval of its estimate.")
    ] = False,
    without: Annotated[
        str | None,
        _help("Networks, sizes or rates that are out of the question, whatever their JOD."),
        ShownAs("NAME|WxH|N[,…]"),
    ] = None,
    drafts: Annotated[
        bool, Parameter(help="Choose among previews of --precision int8 too.")
    ] = False,
    every: Annotated[
        bool, Parameter(name="--all", help="List every target, not only the frontier.")
    ] = False,
    save: Annotated[
        str | None,
        _help("Write the one to take as a preset, NAME.toml, with the evidence inside."),
        ShownAs("NAME"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite a preset that exists.")] = False,
    json: Annotated[
        bool, Parameter(help="On stdout, one JSON object a line; the last is `done`.")
    ] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Say which target of a sweep to build for a device, why, and what the next better one takes.

    Writes choice.json beside the previews, and the panel of the report if there is one.

    Examples:
      render choose sweep/ --on A12
      render choose sweep/ --on A12 --max-ms 66 --save live
      render choose sweep/ --on "iPhone XS" --min-jod 6.5
    """
    from render.choice import choice_file
    from render.choice.ranking import choose as chosen
    from render.cli.devices_folder import device
    from render.cli.output import labelled, put, say
    from render.cli.steps import Steps
    from render.results.results import load

    if folder is None:
        raise UsageError("no folder given. Usage: render choose DIR --on DEVICE")
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; name the one that the sweep wrote into")
    if on is None:
        raise UsageError("no device given: --on A12, say; `render devices` lists them")
    asked = asked_for(max_ms, min_jod, without, surely=surely, drafts=drafts)
    target = None if save is None else _preset_path(save, force=force)
    results = load(folder)
    choice = chosen(results, device(on, like), asked)
    data = choice_file.as_dict(choice, results)
    # What was chosen is said, whatever comes of the files.
    steps = Steps(json=json, debug=debug)
    written = steps.attempt("choice", lambda: choice_file.save(data, folder), None)
    if json:
        from render.cli.events_json import line

        said = {key: value for key, value in data.items() if key != "schema"}
        put(line("choice", path=None if written is None else str(written), **said))
    else:
        for text in lines(choice, data, every=every):
            put(text)
        if written is not None:
            put(str(written))
    steps.attempt("report", lambda: _refresh(results, folder), None)
    if target is not None:
        notes = steps.attempt("preset", lambda: _save(choice, data, results, target), None)
        if notes is not None:
            for note in notes:
                say(labelled("note", note, sys.stderr))
            put(line("preset", path=str(target), notes=notes) if json else str(target))
    status = min(steps.failed, 1)
    if json:
        put(line("done", failed=steps.failed, exit_status=status))
    return status


def asked_for(
    max_ms: str | None,
    min_jod: str | None,
    without: str | None,
    *,
    surely: bool,
    drafts: bool = False,
) -> ChoiceTerms:
    """The options' values. Raises UsageError."""
    from render.choice.ranking import ChoiceTerms

    out = () if without is None else tuple(word.strip() for word in without.split(","))
    return ChoiceTerms(
        _number("--max-ms", max_ms), _number("--min-jod", min_jod), surely, out, drafts
    )


def _refresh(results: Results, folder: Path) -> None:
    """The report anew, where there is one of ours. Raises OutputError."""
    from render.compare.report.page import NAME, is_ours, write_report

    report = folder / NAME
    if report.exists() and is_ours(report):
        write_report(results, folder)


def lines(choice: Choice, data: dict[str, Any], *, every: bool = False) -> list[str]:
    """What people read."""
    from render.cli.paragraph import paragraph
    from render.cli.table import table

    said = [*paragraph(data["headline"], rest="  ")]
    for reason in data["reasons"]:
        said += paragraph(reason, "  ")
    said.append("")
    shown = choice.candidates if every else choice.frontier
    ordered = sorted(shown, key=lambda c: (-(c.jod or 0), c.load or 0))
    title = "every target" if every else "the frontier: none costs less and loses less (--all)"
    said += paragraph(f"{title}; * is the one to take")
    two = any(c.estimate.other is not None for c in ordered)
    header = ["", "fps", "size", "network", "ms", "", "of", "busy", "JOD", "verdict"]
    header[6:6] = ["if not", ""] if two else []
    rows = [_row(candidate, choice, two=two) for candidate in ordered]
    more = 2 * two
    said += table(header, rows, right=(4, 6, 6 + more, 7 + more, 8 + more))
    for caveat in dict.fromkeys(c.estimate.caveat for c in ordered if c.estimate.caveat):
        said += paragraph(caveat, f"{_UNSURE} ")
    for where in dict.fromkeys(c.estimate.where for c in ordered):
        if where is not None:
            said += paragraph(f"ms, busy and verdict: {where.condition}", "  ")
    if any(c.estimate.other is not None and c.doubtful for c in ordered):
        said += paragraph("not sure to fit in both cases", f"{_UNSURE} ")
    if certain := data["certain"]:
        said += ["", *paragraph(certain["what"], rest="  "), f"  {certain['command']}"]
    said += ["", "It rests on:"]
    for each in data["assumptions"]:
        said += paragraph(f"{each['is']}. To change: {each['change']}", "  ", "    ")
    return said


def _row(candidate: Candidate, choice: Choice, *, two: bool) -> list[str]:
    found, aim = candidate.estimate, candidate.aim
    known = found.ms is not None
    other = ["–", ""] if found.other is None else _times(found.other)
    return [
        "*" if candidate is choice.taken else "",
        f"{float(aim.fps):.4g}",
        str(aim.size),
        aim.network.name,
        f"{found.ms:.0f}" if known else "–",
        f"{found.low:.0f}..{found.high:.0f}" if known else "",
        *(other if two else []),
        f"{candidate.budget:.1f}",
        "–" if candidate.load is None else f"{candidate.load:.0%}",
        "–" if candidate.jod is None else f"{candidate.jod:.2f}",
        candidate.verdict.value + (f" {_UNSURE}" if candidate.doubtful else ""),
    ]


def _times(case: Case) -> list[str]:
    return [f"{case.ms:.0f}", f"{case.low:.0f}..{case.high:.0f}"]


def _number(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{option} {text!r}: is no number") from None


def _preset_path(name: str, *, force: bool) -> Path:
    from render.files.names import given, safe_part

    path = given(name if name.endswith(".toml") else f"{name}.toml", "--save")
    if safe_part(path.stem) != path.stem:
        raise UsageError(f"--save {name!r}: is no name for a preset; write one such as live")
    if path.exists() and not force:
        raise OutputError(f"{path}: exists already; --force overwrites it")
    return path


def _save(choice: Choice, data: dict[str, Any], results: Results, path: Path) -> tuple[str, ...]:
    """What there is to know of the preset."""
    from render.choice.as_preset import as_preset
    from render.presets.preset_file import write_preset

    return write_preset(as_preset(choice, data, results, path.stem), path)

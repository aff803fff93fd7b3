"""``README.md`` of a hand-off: for the developer who opens it, who may not know render."""

from __future__ import annotations

from importlib import resources

from render.export.handoff.handoff import Handoff


def readme(handoff: Handoff) -> str:
    """Its text. Names stand in code spans, so that none becomes markup."""
    context, style = "", ""
    if handoff.context:
        context = (
            f" It paints the {handoff.painted} in the middle: {handoff.context} pixels on every "
            "side are seen and not returned."
        )
    if handoff.style_name is not None:
        name = _code(handoff.style_name)
        style = f"| {name} | the style's weights, which the preset names |\n"
    parts = {
        "title": " ".join(handoff.title.replace("`", "'").split()),
        "model": _code(handoff.model.name),
        "preset": _code(handoff.preset_name),
        "preset_command": _code(f"render CLIP --preset {handoff.preset_name}"),
        "input": str(handoff.input_size),
        "output": str(handoff.output_size),
        "context": context,
        "fps": f"{float(handoff.fps):g}",
        "ios": handoff.least_ios,
        "suffix": handoff.model.suffix,
        "style": style,
    }
    text = resources.files(__package__).joinpath("readme.md").read_text("utf-8")
    pieces = text.split("@@")
    return "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def _code(name: str) -> str:
    """A code span of a table's cell, whatever the name holds."""
    plain = " ".join(name.split()).replace("|", "\\|")
    fence = "`"
    while fence in plain:
        fence += "`"
    pad = " " if "`" in plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"

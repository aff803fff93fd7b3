"""``render presets schema``: the format of presets, for editors and programs."""

from __future__ import annotations


def schema() -> int:
    """Print the format of presets as JSON Schema (draft 2020-12).

    Editors that know it say what a key may be while you write; the file comes with the docs, too.

    Examples:
      render presets schema > preset.schema.json
    """
    from render.cli.output import put
    from render.presets.json_schema import schema_text

    put(schema_text().removesuffix("\n"))
    return 0

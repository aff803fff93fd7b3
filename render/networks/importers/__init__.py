"""Networks from elsewhere made into ours, each checked by running both on the same picture."""

from __future__ import annotations

from render.networks.importers.model import Imported, Layout, Words, import_model

__all__ = ["Imported", "Layout", "Words", "import_model"]

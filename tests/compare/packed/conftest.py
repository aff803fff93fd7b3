"""Sweeps that are packed, and reports in a real browser."""

from tests.compare.report.conftest import opened, report

__all__ = ["opened", "report"]

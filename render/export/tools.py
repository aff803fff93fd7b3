"""coremltools, imported where it is needed and kept quiet."""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from render.distribution import installing
from render.errors import ExportError


def coremltools() -> Any:
    """The package. Raises ExportError in one line where it is not installed, or does not load."""
    with quiet():
        try:
            return importlib.import_module("coremltools")
        except ModuleNotFoundError as error:
            if error.name != "coremltools":
                raise ExportError(f"coremltools does not load: {error}") from error
            raise ExportError(f"coremltools is not installed: {installing('coreml')}") from None
        except ImportError as error:
            raise ExportError(f"coremltools does not load: {error}; reinstall it") from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without what coremltools tells of versions that it was not tested with, of a Mac's libraries
    that are not here, and of its passes."""
    loggers = [logging.getLogger(name) for name in ("coremltools", "torch.export", None)]
    before = [logger.level for logger in loggers]
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)

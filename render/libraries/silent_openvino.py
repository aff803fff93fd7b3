"""OpenVINO, imported so that it tells nobody.

Its converter reports every conversion to its makers over the network, from a thread that forks
(openvino-telemetry, https://github.com/openvinotoolkit/telemetry). Clips and styles are nobody's
business, and a fork beside other threads can hang for good: the process then never ends. Where that
package cannot be imported OpenVINO takes a stand-in of its own that does nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

_REPORTER = "openvino_telemetry"


def load() -> Any:
    """The module ``openvino``. A program that imported it before us has chosen for itself."""
    if "openvino" in sys.modules or _REPORTER in sys.modules:
        return importlib.import_module("openvino")
    # None makes an import of that name raise ImportError.
    sys.modules[_REPORTER] = None  # type: ignore[assignment]
    try:
        module = importlib.import_module("openvino")
        # Where it looks for its reporter; imported later, it would find it.
        importlib.import_module("openvino.tools.ovc")
    finally:
        del sys.modules[_REPORTER]
    return module

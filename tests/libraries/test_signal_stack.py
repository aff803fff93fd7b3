"""A signal after OpenVINO has gone is delivered, and does not crash."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.torch

SCRIPT = """
import os, signal, threading
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.engines.select import create
from render.networks.catalogue import find_style
from render.networks.weights import read_weights
from render.target import Size

network = read_weights(find_style("composition-vii", "res1").path)
choice = EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "test")
engines = [create(network, Size(64, 64), choice) for _ in range(2)]
# In another order than they came, and the last in another thread, as after a sweep.
engines.pop(0)
last = threading.Thread(target=engines.clear)
last.start()
last.join()
signal.signal(signal.SIGUSR1, lambda *_: print("delivered"))
os.kill(os.getpid(), signal.SIGUSR1)
"""


def test_a_signal_is_delivered_after_the_engines() -> None:
    pytest.importorskip("openvino")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, "delivered\n"), done.stderr

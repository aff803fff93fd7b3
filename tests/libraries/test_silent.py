"""Nothing is told to anybody: no engine opens a connection or forks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.torch

SCRIPT = """
import os, socket, sys, time
from multiprocessing import process

def no(*a, **k):
    sys.stderr.write("a connection or a fork\\n")
    sys.stderr.flush()
    os._exit(3)

socket.create_connection = no
socket.getaddrinfo = no
process.BaseProcess.start = no

import numpy as np
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.engines.select import create
from render.networks.weights import read_weights
from render.networks.catalogue import find_style
from render.target import Size

path, _ = find_style("composition-vii", "res1")
choice = EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "test")
engine = create(read_weights(path), Size(64, 64), choice)
engine.stylize(np.zeros((64, 64, 3), np.uint8))
time.sleep(0.5)
assert "openvino_telemetry" not in sys.modules
"""


def test_openvino_reports_to_nobody() -> None:
    pytest.importorskip("openvino")
    # CI turns its reports off by itself, and would hide what a user's machine does.
    keep = {k: v for k, v in os.environ.items() if k not in ("CI", "TF_BUILD", "JENKINS_URL")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=keep, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

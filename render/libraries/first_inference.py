"""The first inference of this process, made by one thread alone.

OpenVINO's binding makes some of its own objects in the first call. A second thread that makes its
first at that time waits for them with Python's lock held, which the first one needs: for ever.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

_ALONE = {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False}
_lock = threading.Lock()
_made = threading.Event()


def make_first_inference(ov: Any) -> None:
    """Before any network of ``ov`` (the module) is given to threads; a few milliseconds, once."""
    with _lock:
        if _made.is_set():
            return
        from openvino import opset8 as op

        number = op.parameter([1, 1], dtype=np.uint8, name="number")
        model = ov.Model([op.convert(number, "f32").output(0)], [number], "first")
        request = ov.Core().compile_model(model, "CPU", _ALONE).create_infer_request()
        request.infer([np.zeros((1, 1), np.uint8)], share_inputs=True)
        request.get_output_tensor(0).data.copy()
        _made.set()

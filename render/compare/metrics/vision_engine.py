"""Which engine a network that looks at pictures runs on."""

from __future__ import annotations

from render.compare.metrics.vision import Look, Vision
from render.compare.metrics.workshop import Workshop, cores


def ready(vision: Vision, shop: Workshop) -> Look:
    """To look, on the workshop's engine and device."""
    if shop.openvino:
        from render.compare.metrics.vision_openvino import OpenVINOVision

        return OpenVINOVision(vision, cores())
    from render.compare.metrics.vision_torch import TorchVision

    return TorchVision(vision, shop.choice.device)

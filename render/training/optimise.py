"""One step of training for one network: pictures in, losses out, weights moved."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from render.engines.refusals import out_of_memory
from render.networks.modules import StyleNetwork
from render.training.backbone import CONTENT_LAYER, Backbone
from render.training.batches import Batch
from render.training.losses import content_loss, smoothness_loss, stability_loss, style_loss
from render.training.motion import moved
from render.training.settings import TrainingSettings

_WARM_UP = 100


class Losses:
    """The weighted terms for one painting, the same for every network of it."""

    def __init__(
        self,
        settings: TrainingSettings,
        backbone: Backbone,
        targets: Mapping[str, Tensor],
        layer_weights: Mapping[str, float],
    ) -> None:
        self._settings = settings
        self._backbone = backbone
        self._targets = targets
        self._layer_weights = layer_weights
        self._layers = tuple(dict.fromkeys([*layer_weights, CONTENT_LAYER]))
        on_cuda = next(backbone.parameters()).device.type == "cuda"
        self._perceptual = _compiled(self._seen) if on_cuda else self._seen

    @torch.no_grad()
    def content(self, picture: Tensor) -> Tensor:
        """The features that every network's picture is to keep."""
        features: Tensor = self._backbone(picture, (CONTENT_LAYER,))[CONTENT_LAYER]
        return features

    def of(self, network: StyleNetwork, batch: Batch, content: Tensor) -> dict[str, Tensor]:
        """Each term with its weight. ``content`` is that of the batch."""
        s = self._settings
        stylized = network(batch.picture)
        terms = self._perceptual(stylized, content)
        if (second := batch.second) is not None:
            there, here = moved(stylized, second.grid), network(second.picture)
            terms["stability"] = s.stability * stability_loss(there, here, second.valid)
        if s.smooth > 0:
            terms["smooth"] = s.smooth * smoothness_loss(stylized, batch.picture)
        return terms

    def _seen(self, stylized: Tensor, content: Tensor) -> dict[str, Tensor]:
        s = self._settings
        ours = self._backbone(stylized, self._layers)
        style = torch.zeros((), device=stylized.device)
        for layer, weight in self._layer_weights.items():
            style = style + weight * style_loss(ours[layer], self._targets[layer])
        return {
            "content": s.content_weight * content_loss(ours[CONTENT_LAYER], content),
            "style": s.style_weight * style,
        }


def _compiled(function: Callable[..., dict[str, Tensor]]) -> Callable[..., dict[str, Tensor]]:
    """``function`` through torch.compile, which takes a fifth off a step on a data-centre GPU
    (its element-wise operations become one with the convolutions beside them); as it is where
    there is no compiler, as on Windows."""
    compiled = torch.compile(function, dynamic=False)
    chosen: list[Callable[..., dict[str, Tensor]]] = []

    def call(*arguments: Any) -> dict[str, Tensor]:
        if not chosen:
            try:
                result = compiled(*arguments)
            except Exception as error:
                if out_of_memory(error):
                    raise
                chosen.append(function)
            else:
                chosen.append(compiled)
                return result
        return chosen[0](*arguments)

    return call


class Trainee:
    """A network and its optimiser: Adam, a short warm-up, then a cosine down to nothing."""

    def __init__(self, network: StyleNetwork, settings: TrainingSettings) -> None:
        self.network = network.train()
        self._settings = settings
        self._cuda = next(network.parameters()).device.type == "cuda"
        self._adam = torch.optim.Adam(
            network.parameters(), lr=settings.learning_rate, fused=self._cuda
        )

    def step(self, step: int, losses: Losses, batch: Batch, content: Tensor) -> dict[str, Tensor]:
        """Move the weights for the ``step``-th time, from 1; the weighted losses before it, on the
        device, with their ``sum``."""
        for group in self._adam.param_groups:
            group["lr"] = self._settings.learning_rate * self._rate(step - 1)
        self._adam.zero_grad(set_to_none=True)
        kind = "cuda" if self._cuda else "cpu"
        with torch.backends.cudnn.flags(enabled=True, benchmark=True):
            # bfloat16 has single precision's range: no loss scaling, no overflow in VGG.
            with torch.autocast(kind, dtype=torch.bfloat16, enabled=self._cuda):
                terms = losses.of(self.network, batch, content)
                total = torch.stack([term.float() for term in terms.values()]).sum()
            total.backward()  # type: ignore[no-untyped-call]
        self._adam.step()
        return {**{name: t.detach() for name, t in terms.items()}, "sum": total.detach()}

    def state(self) -> dict[str, Any]:
        """A copy of all that the next step depends on."""
        state = {"network": self.network.state_dict(), "adam": self._adam.state_dict()}
        return {name: _copied(value) for name, value in state.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self.network.load_state_dict(state["network"])
        self._adam.load_state_dict(state["adam"])

    def _rate(self, step: int) -> float:
        steps = self._settings.steps
        warm = min(1.0, (step + 1) / min(_WARM_UP, steps))
        return warm * (0.5 + 0.5 * math.cos(math.pi * step / steps))


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value

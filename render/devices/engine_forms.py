"""Forms of network that a neural engine may not run: what is known, said the same everywhere.

Tables that others made by taking the engine's compiler apart go by the engine's generation: H11 is
the A12's, H12 the A13's, H13 the A14's. They list instance norm and reflect padding from H13 on.
That a form is listed does not say that Core ML runs it there: the only published times of style
networks with both, on an A19 Pro, are those of networks beside the engine.
"""

from __future__ import annotations

from collections.abc import Iterable

from render.networks.spec import NetworkSpec

LEFT_MS = (0.6, 1.8)
"""What it costs each time that the engine is left and entered again, whatever the work: as seen on
an A19 Pro with two graphs (``LEAVING``)."""
LEAVING = (
    "https://github.com/john-rocky/coreai-model-zoo/blob/main/knowledge/"
    "coreai-ane-partition-cost.md"
)
RULES = "https://github.com/apple/coreai-models, neural_engine_rules.md among its skills"
"""Apple's own rules for who writes networks for the engine."""
WIDE = 9
"""The side of a convolution from which on those rules would rather have two of 5x5."""
ROW_BYTES = 64
"""What rows of the last axis are padded to, by those rules."""
NATIVE_FROM = "A14"
_NATIVE_YEAR = 2020
NOT_BEFORE = f"not native on the neural engine before the {NATIVE_FROM} (its generation H13)"
_NOT_KNOWN = (
    "not known to stay on the neural engine: the one style network with published times on a later "
    "chip (A19 Pro) has both, and took as long as beside the engine"
)


def doubt(year: int | None) -> str:
    """What is known against late forms on a chip of this year."""
    return _NOT_KNOWN if (year or 0) >= _NATIVE_YEAR else NOT_BEFORE


def left(times: int) -> str:
    """What it costs to leave the engine so often."""
    once, always = (f"{n * LEFT_MS[0]:.3g} to {n * LEFT_MS[1]:.3g} ms" for n in (1, times))
    whole = f", {always} in all" if times > 1 else ""
    return f"each time the engine is left costs {once}{whole}"


def reflections(network: NetworkSpec) -> int:
    """How often its export reflects edges, so that zero padding stays outside of the picture."""
    return (network.context > 0) + (network.deep_context > 0)


def edges(network: NetworkSpec, year: int | None) -> str:
    """What its context costs on a chip of this year, if its engine does not reflect; else empty."""
    count = reflections(network)
    if not count or (year or 0) >= _NATIVE_YEAR:
        return ""
    return f"its edges are reflected {count} times, {NOT_BEFORE}: {left(count)}"


def new_to(network: NetworkSpec, known: Iterable[NetworkSpec]) -> tuple[str, ...]:
    """Late forms of ``network`` that none of ``known`` has."""
    there = {form for each in known for form in each.late_forms}
    return tuple(form for form in network.late_forms if form not in there)


def gone_from(network: NetworkSpec, known: Iterable[NetworkSpec]) -> tuple[str, ...]:
    """Late forms that all of ``known`` have, and ``network`` has not."""
    first, *others = known
    return tuple(
        form
        for form in first.late_forms
        if form not in network.late_forms and all(form in each.late_forms for each in others)
    )

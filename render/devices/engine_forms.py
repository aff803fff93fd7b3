"""Forms of network that a neural engine may not run: what is known, said the same everywhere.

Tables that others made by taking the engine's compiler apart go by the engine's generation: H11 is
the A12's, H12 the A13's, H13 the A14's. They list instance norm and reflect padding from H13 on.
That a form is listed does not say that Core ML runs it there: the only published times of style
networks with both, on an A19 Pro, are those of networks beside the engine.
"""

from __future__ import annotations

from collections.abc import Iterable

from render.networks.spec import NetworkSpec

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

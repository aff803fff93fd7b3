"""What is published of how a device slows down as it grows warm, for what runs a network there."""

from __future__ import annotations

from render.devices.others import ChipPart, Heat
from render.devices.peak_share import Where
from render.devices.profile import Profile
from render.errors import UsageError

_PARTS = {Where.ENGINE: ChipPart.NEURAL_ENGINE, Where.ELSEWHERE: ChipPart.GPU}


def heat_of(profile: Profile, where: Where | None) -> Heat:
    """That of the part that runs the network; of the whole chip where no part is told apart. A
    published time whose part is not known is taken to be the GPU's, which slows down most.

    Raises UsageError where nothing is published: no other phone's is taken for it.
    """
    wanted = _PARTS.get(where or Where.ELSEWHERE)
    for part in (wanted, ChipPart.ANY):
        for heat in profile.heat:
            if heat.part is part:
                return heat
    raise UsageError(
        f"--heat: nothing is published of how {profile.name} slows down as it grows warm; give "
        "--sustained MS@MINUTES"
    )

"""A device taken to be like another, of which more is known: an assumption, and marked as one."""

from __future__ import annotations

from render.devices.profile import Profile
from render.errors import UsageError

_EVIDENCE = ("figures", "bounds", "separable", "peak", "others", "ratios", "heat", "measurements")


def assumed_like(profile: Profile, other: Profile) -> Profile:
    """``profile`` with all evidence of ``other``, under a name that says so wherever it stands.

    Raises UsageError where that would hide what is known: for a device that was measured itself;
    and where there is nothing to take.
    """
    if other.name == profile.name:
        raise UsageError(f"{profile.name} is assumed to be like itself; name another device")
    if profile.measurements:
        raise UsageError(
            f"{profile.name} has timings of its own, which say more than those of {other.name}; "
            "leave the assumption out"
        )
    if not (other.figures or other.measurements or other.peak):
        raise UsageError(f"nothing is known of {other.name} that {profile.name} could be like")
    evidence = {name: getattr(other, name) for name in _EVIDENCE}
    about = f"Assumed to be like {other.name}: all evidence here is of that device."
    return profile.model_copy(
        update={
            **evidence,
            "name": f"{profile.name} (like {other.name})",
            "about": about,
            "like": other.name,
        }
    )

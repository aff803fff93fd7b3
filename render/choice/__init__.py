"""From previews to a decision: which target to build for a device, and why."""

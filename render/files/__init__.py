"""Files on disk: what they may be called."""

"""From a target to a model for the phone, and the proof that it is what the preview showed."""

"""Libraries that need a hand when they are loaded: quiet, and leaving our process as it was."""

"""A folder into which clips arrive, each rendered as soon as it is whole."""

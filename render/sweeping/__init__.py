"""All that the command does, as one stream of events."""

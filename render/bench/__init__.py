"""Networks against each other on this machine: the published experiment, repeatable."""

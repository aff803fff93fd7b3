"""A report in one file that can be sent: light copies of its videos, in a zip or in the page."""

"""The report page: one file beside the previews, which a browser opens from disk."""

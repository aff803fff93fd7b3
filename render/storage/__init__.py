"""Clips and outputs at URLs: `s3://`, `gs://`, `https://` and what else fsspec opens."""

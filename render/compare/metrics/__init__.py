"""Figures for every cell of a sweep, each metric in a module of its own; `measure` takes them."""

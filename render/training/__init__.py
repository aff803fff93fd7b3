"""Training a style from a painting. `loop.train` is the way in; nothing here prints."""

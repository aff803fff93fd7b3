"""The hand-off: a folder with the model, its proof, and an app that shows it live."""

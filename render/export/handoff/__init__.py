"""What an iOS developer gets: the model, the proof, and an app that shows it live."""

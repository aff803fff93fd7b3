"""Files: what they may be called, reading what people hand over, writing whole or not at all."""

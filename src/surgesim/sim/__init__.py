"""Floor 5: the simulation engines."""

"""Floor 9: the terminal."""

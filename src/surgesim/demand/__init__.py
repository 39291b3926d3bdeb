"""Floor 3: how many contacts come and when."""

"""Floor 4: a scenario and its demand as flat arrays, read by every engine."""

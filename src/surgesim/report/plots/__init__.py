"""Pictures: one file each, ``figure(facts, language) -> matplotlib.figure.Figure``."""

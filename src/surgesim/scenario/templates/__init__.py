"""Commented scenario files, printed by ``surgesim new``."""

"""Shelf of self-service channels: one file per kind, with KIND, SUMMARY and PRESET (a ``ChannelPreset``)."""

from surgesim.base.catalogue import Shelf

SHELF = Shelf("channels", __name__, "Self-service: who tries it, what it contains, who calls after all.", ("PRESET",))

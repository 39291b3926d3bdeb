"""Shelf of incident kinds: one file per kind, with KIND, SUMMARY and PRESET (an ``IncidentPreset``)."""

from surgesim.base.catalogue import Shelf

SHELF = Shelf("incidents", __name__, "What happened: defaults for propensity, reasons and rhythm.", ("PRESET",))

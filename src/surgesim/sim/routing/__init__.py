"""Shelf of routing policies: one file per kind, with KIND, SUMMARY, ``arrived`` and ``free`` (see ``surgesim.sim.view``)."""

from surgesim.base.catalogue import Shelf

SHELF = Shelf(
    "routing", __name__, "Who serves whom: which group takes a contact, which queue is served next.", ("arrived", "free")
)

"""Shelf of plan constraints: one file per kind; a new file is a new kind.

A kind says ``KIND``, ``SUMMARY``, ``TITLE`` and ``TITLE_JA`` (what it is called in print), ``BROKEN`` and ``BROKEN_JA`` (the
sentence it says where it makes a problem infeasible), in English and Japanese, and has two functions: ``declare(draft)`` adds
variables, cost terms and contributions to the shared lists, ``restrict(draft)`` adds the rules. All kinds declare before the
first one restricts, so that no kind needs to know another.
"""

from typing import Any

from surgesim.base.catalogue import Shelf

SHELF = Shelf(
    "constraints",
    __name__,
    "What a plan must respect: the law, contracts, seats, lines, promises.",
    ("KIND", "SUMMARY", "TITLE", "TITLE_JA", "BROKEN", "BROKEN_JA", "declare", "restrict"),
)


def shelf() -> dict[str, Any]:
    """Return every kind on the shelf, by name."""
    return {name: SHELF.load(name) for name in SHELF.kinds()}

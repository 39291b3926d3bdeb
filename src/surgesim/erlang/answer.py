"""What an engine without luck hands over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surgesim.result.flags import Flag
from surgesim.result.tables import Tables

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Answer:
    """Expectations, and what to know about them.

    Attributes
    ----------
    tables : Tables
        Counters, one replication.
    flags : tuple of Flag
        What to know before trusting a number.
    side : mapping of str to polars.DataFrame
        The workings.
    meta : mapping
        How the answer was reached.
    """

    tables: Tables
    flags: tuple[Flag, ...]
    side: "Mapping[str, pl.DataFrame]"
    meta: Mapping[str, Any]

"""Standby packages, measures, equipment and lines as plain numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class StandbyChoice:
    """A standby package.

    Attributes
    ----------
    name : str
        Name in the scenario.
    staff, heads, packages, lead_days, term_days : int
        Position of the staff it adds to; heads of one package; greatest number of packages; days from activation to
        the first shift, and of the shortest paid engagement.
    fee_jpy, activation_jpy : float
        Price of one package reserved, and of one activated.
    """

    name: str
    staff: int
    heads: int
    packages: int
    lead_days: int
    term_days: int
    fee_jpy: float
    activation_jpy: float


@dataclass(frozen=True, eq=False)
class MeasureChoice:
    """A measure that is taken.

    Attributes
    ----------
    name : str
        Name of its override.
    cost_jpy, day_cost_jpy, self_service_jpy : float
        Price of taking it; of each day on which it works; and of the content and tries of self-service that it brings.
    days : int
        Days of the horizon on which it works.
    """

    name: str
    cost_jpy: float
    day_cost_jpy: float
    self_service_jpy: float
    days: int


@dataclass(frozen=True, eq=False)
class EquipmentChoice:
    """Equipment of the seats that are added at a site.

    Attributes
    ----------
    lot, lots, lead_days : int
        Seats that one lot equips; greatest number of lots; days until use.
    cost_jpy : float
        Price of one lot.
    """

    lot: int
    lots: int
    lead_days: int
    cost_jpy: float


@dataclass(frozen=True, eq=False)
class TrunkChoice:
    """A trunk: lines that exist, and lots that can be added.

    Attributes
    ----------
    name : str
        Name in the scenario.
    index, lines, lots, lot, lead_days : int
        Index in the model; lines that exist; greatest number of added lots; lines per lot; days until use.
    line_cost_jpy : float
        Cost of an added line per day.
    queues : tuple of int
        Queues reached over it.
    """

    name: str
    index: int
    lines: int
    lots: int
    lot: int
    lead_days: int
    line_cost_jpy: float
    queues: tuple[int, ...]

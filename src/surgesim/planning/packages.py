"""Standby packages as plain numbers."""

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

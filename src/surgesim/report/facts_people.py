"""Facts about people before they get in touch. Part of ``facts``."""

from surgesim.scenario.fields import Closed


class People(Closed):
    """The people whom the incident concerns, expected numbers."""

    affected: float
    reached: float
    """People whom at least one announcement reaches."""
    share_of_needs: float
    """Share of the needs of the horizon that the announcements bring about."""

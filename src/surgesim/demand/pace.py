"""What the last counts say besides the level: days of a surge kept out of the usual, and how today runs so far."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import Problem
from surgesim.demand.baseline import Calendar, Profile, surge_days
from surgesim.demand.daily import Daily
from surgesim.demand.history import History

Floats = NDArray[np.float64]

PACE_TRUST, PACE_FADE = 0.15, 0.85
TAG_DAYS = 200


def tagged_days(totals: Floats, calendar: Calendar) -> NDArray[np.int64]:
    """Return the surge days among the last ``TAG_DAYS`` days; none where six weeks of counts are not known."""
    start = max(0, len(totals) - TAG_DAYS)
    recent = totals[start:]
    if (~np.isnan(recent)).sum() < 42:
        return np.zeros(0, dtype=np.int64)
    later = Calendar(calendar.first_day + timedelta(days=start), calendar.country)
    return start + np.flatnonzero(surge_days(recent, later))


def surge_notes(history: History, tagged: NDArray[np.int64]) -> list[Problem]:
    """Return a note that names the surge days by their rows."""
    if not len(tagged):
        return []
    rows = [int(row) for row in history.rows[tagged] if row]
    what = f"{len(tagged)} surge days between rows {min(rows)} and {max(rows)}"
    return [Problem(f"{what}; kept out of the usual level and profile", "history")]


def paced(daily: Daily, history: History, profile: Profile, today: date) -> Daily:
    """Scale the forecast by how today runs so far, the less the later the day ahead."""
    seen = ~np.isnan(history.counts[-1])
    edges = np.searchsorted(profile.edges_s, history.starts_s)
    share = np.diff(np.append(profile.cumulative[today.weekday()], 1.0))[edges]
    known = float(share[seen].sum())
    if known < 0.02:
        return daily
    expected = float(np.exp(daily.bands.centre[0]) * daily.factor[0] * known)
    pace = np.log((np.nansum(history.counts[-1]) + 0.5) / (expected + 0.5)) * known / (known + PACE_TRUST)
    centre = daily.bands.centre + pace * PACE_FADE ** np.arange(len(daily.bands.centre))
    return replace(daily, bands=replace(daily.bands, centre=centre))

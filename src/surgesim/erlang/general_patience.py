"""M/M/n+G and M/M/n/K+G: exponential service, any law of patience, exact by quadrature.

Sources: Baccelli and Hebuterne (1981), Zeltyn and Mandelbaum (2005); finite lines by Brandt and Brandt (1999).

The density of the virtual wait (see `surgesim.erlang.general_density`) is log-concave for every law. Panels of 20
Gauss-Legendre nodes are graded towards 0, towards every kink of the law, towards the top of the density and towards the
asked time, and all are halved until the sums stand still; the integral of the survival function inside a panel is
spectral.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from surgesim.base.laws import Array, Law
from surgesim.erlang.general_density import Desk, Profile, converged
from surgesim.erlang.kernel_single import below_over_edge
from surgesim.erlang.waits import Waits, assemble


def _moments(profile: Profile) -> Array:
    weights = (
        profile.survival, profile.gone, profile.waited, profile.survival * profile.u, profile.waited_gone, profile.u
    )  # fmt: skip
    return np.array([float((profile.mass * weight).sum()) for weight in weights])


def _odds(below: float, above: float) -> tuple[float, float]:
    wait = float(np.exp(-np.logaddexp(0.0, below - above)))
    return wait, float(np.exp(-np.logaddexp(0.0, above - below)))


_SHARES = ("wait", "abandoned", "handled", "asa_all", "asa_handled", "asa_abandoned", "virtual", "blocked", "accepted")


def _row(desk: Desk, balk: float, below: float) -> tuple[float, ...]:
    if desk.places == 0.0:
        blocked, accepted = _odds(below, 0.0)
        return *(0.0, 0.0, 1.0), *[0.0] * 4, blocked, accepted
    (served, lost, waited, waited_served, waited_lost, virtual), above = converged(desk, (), _moments)
    wait, none = _odds(below, above)
    stay = 1.0 - balk
    handled, left = none + wait * stay * served, balk + stay * lost
    asa_handled = wait * stay * waited_served / handled
    asa_left = stay * waited_lost / left if left > 0.0 else 0.0
    blocked, accepted = 0.0, 1.0
    if np.isfinite(desk.places):
        _, full = converged(replace(desk, full=True), (), _moments)
        blocked, accepted = _odds(float(np.logaddexp(below, above)), full)
    return wait, wait * left, handled, wait * stay * waited, asa_handled, asa_left, wait * virtual, blocked, accepted


def _within_row(desk: Desk, balk: float, below: float, t: float) -> tuple[float, ...]:
    if desk.places == 0.0:
        return 1.0, 0.0, 0.0, 0.0
    gone = float(desk.law.cdf(t)) if np.isfinite(t) else 1.0

    def sums(profile: Profile) -> Array:
        sooner = np.where(profile.u <= t, profile.mass, 0.0)
        later = float(np.where(profile.u > t, profile.mass, 0.0).sum())
        return np.array([(sooner * profile.survival).sum(), (sooner * profile.gone).sum() + gone * later, later])

    (good, left, beyond), above = converged(desk, (t,), sums)
    wait, none = _odds(below, above)
    stay = 1.0 - balk
    later = stay * float(desk.law.sf(t)) * wait * beyond if beyond > 0.0 else 0.0
    return none + wait * stay * good, wait * (balk + stay * left), wait * beyond, later


def general_waits(given: dict[str, Array], law: Law) -> Waits:
    """Return the measures for every point of ``given`` (columns of one shape) under one law of patience.

    Raises
    ------
    DomainError
        Unlimited lines and too many callers who never hang up.
    """
    shape = given["arrival_rate"].shape
    servers = np.ascontiguousarray(np.minimum(given["agents"], given["trunks"]))
    below = np.empty(shape)
    below_over_edge(given["arrival_rate"].ravel(), given["aht"].ravel(), servers.ravel(), below.reshape(-1))
    keys = ("arrival_rate", "aht", "agents", "balk", "trunks")
    points = [(*(float(given[key][place]) for key in keys), float(below[place])) for place in np.ndindex(shape)]
    rows = np.array([_row(_desk(point, law), point[3], point[5]) for point in points]).reshape(-1, len(_SHARES))
    shares: dict[str, Any] = {name: rows[:, k].reshape(shape) for k, name in enumerate(_SHARES)}
    shares["stable"] = np.ones(shape, dtype=np.bool_)

    def within(times: Array, full: bool) -> Array:
        columns = np.broadcast_arrays(times, *(given[key] for key in keys), below)
        out = np.empty((*columns[0].shape, 4))
        for place in np.ndindex(columns[0].shape):
            point = tuple(float(column[place]) for column in columns[1:])
            out[place] = _within_row(_desk(point, law), point[3], point[5], float(columns[0][place]))
        return out

    shares["queue"] = given["arrival_rate"] * shares["accepted"] * shares["asa_all"]
    return assemble(shares, given, within)


def _desk(point: tuple[float, ...], law: Law) -> Desk:
    rate, aht, agents, balk, trunks = point[:5]
    servers = min(agents, trunks)
    return Desk(rate * (1.0 - balk), servers / aht, law, trunks - servers)

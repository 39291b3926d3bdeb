"""Mean calls by interval and queue before anybody is blocked or gives up: what formulas and plans start from.

First attempts only: needs that self-service does not contain, those that it fails when they call after all, and callers
at a closed desk when they come back. Redials and follow-ups depend on how well the desk does and are not in here;
:func:`delayed` is the convolution that they need.
"""

from dataclasses import dataclass

import numpy as np

from surgesim.base.laws import Constant, Law
from surgesim.model.model import Floats, Integers, Model, QueueModel

_POINTS = 64


@dataclass(frozen=True, eq=False)
class Load:
    """Mean counts; every array has the shape (queues, intervals).

    Attributes
    ----------
    needs, contained, boomerang : ndarray
        Needs born, ended in self-service, and failed by it; by interval of birth.
    closed, lost_closed : ndarray
        Calls that meet a closed desk, and those of them that never come back.
    offered : ndarray
        First attempts that reach an open desk (deferred work: that arrive).
    talk_factor : ndarray
        Mean talk time of the offered relative to the standard of the queue; 1 where there is none.
    """

    needs: Floats
    contained: Floats
    boomerang: Floats
    closed: Floats
    lost_closed: Floats
    offered: Floats
    talk_factor: Floats

    def aht_s(self, model: Model) -> Floats:
        """Return the mean handling time of the offered at handling factor 1, seconds, shape (queues, intervals)."""
        talk = np.array([queue.talk.mean for queue in model.queues])[:, None]
        rest = np.array([queue.hold.mean + queue.after.mean for queue in model.queues])[:, None]
        return np.asarray(talk * self.talk_factor + rest)


def load(model: Model, mean: Floats | None = None) -> Load:
    """Return the mean load of a model.

    Parameters
    ----------
    model : Model
        Demand and rules.
    mean : ndarray, shape (streams, intervals), optional
        Expected needs; ``model.needs.mean`` where it is left out.
    """
    mean = model.needs.mean if mean is None else mean
    shape = (len(model.queues), model.clock.n_intervals)
    needs, contained, boomerang, calls, work = (np.zeros(shape) for _ in range(5))
    for stream, expected in enumerate(mean):
        reason = int(model.needs.reason[stream])
        queue, factor = int(model.reason_queue[reason]), float(model.talk_factor[stream])
        direct = np.array(expected, dtype=np.float64)
        needs[queue] += expected
        for channel in model.channels:
            tried = direct * channel.tries[reason] * available(model, channel.available_from_s)
            failed = tried * (1.0 - channel.containment[reason])
            late = delayed(failed, channel.boomerang_delay, model.clock.edges_s)
            direct -= tried
            contained[queue] += tried - failed
            boomerang[queue] += failed
            calls[queue] += late
            work[queue] += late * factor * channel.boomerang_factor
        calls[queue] += direct
        work[queue] += direct * factor
    desks = [_at_the_desk(rules, calls[place], work[place], model.clock.edges_s) for place, rules in enumerate(model.queues)]
    offered, heavy, closed, lost = (np.array(part) for part in zip(*desks, strict=True))
    talk_factor = np.divide(heavy, offered, out=np.ones(shape), where=offered > 1e-12)
    return Load(needs, contained, boomerang, closed, lost, offered, talk_factor)


def available(model: Model, from_s: float) -> Floats:
    """Return the share of each interval in which a channel is there."""
    edges = model.clock.edges_s
    return np.clip((edges[1:] - from_s) / np.diff(edges), 0.0, 1.0)


def delayed(mass: Floats, law: Law, edges_s: Floats) -> Floats:
    """Return when delayed contacts arrive: the convolution of a mean count with a law.

    Parameters
    ----------
    mass : ndarray, shape (intervals,)
        Mean count by interval, uniform inside each.
    law : Law
        Law of the delay.
    edges_s : ndarray, shape (intervals + 1,)
        Edges of the intervals, seconds.

    Returns
    -------
    ndarray, shape (intervals,)
        Mean count by interval of arrival; what comes after the horizon is cut off.
    """
    length = np.diff(edges_s)
    if not len(mass) or not np.any(mass):
        return np.zeros(len(mass))
    if np.ptp(length) < 1e-6:
        weight = np.diff(_passed(law, float(length[0]), edges_s - edges_s[0]))
        return np.asarray(_convolved(mass, weight))
    result = np.zeros(len(mass))
    for place in np.flatnonzero(mass):
        passed = _passed(law, float(length[place]), edges_s[place:] - edges_s[place])
        result[place:] += mass[place] * np.diff(passed)
    return result


def _convolved(mass: Floats, weight: Floats) -> Floats:
    from scipy.signal import fftconvolve

    if len(mass) < 512:
        return np.asarray(np.convolve(mass, weight)[: len(mass)], dtype=np.float64)
    return np.asarray(np.maximum(fftconvolve(mass, weight)[: len(mass)], 0.0), dtype=np.float64)


def _passed(law: Law, length: float, after: Floats) -> Floats:
    """Return the share that has arrived so long after the start of an interval of birth of this length."""
    if isinstance(law, Constant):
        return np.clip((after - law.value_s) / length, 0.0, 1.0)
    births = (np.arange(_POINTS) + 0.5) * (length / _POINTS)
    late = after[:, None] - births[None, :]
    return np.asarray(np.where(late >= 0.0, law.cdf(np.maximum(late, 0.0)), 0.0).mean(axis=1))


def _at_the_desk(rules: QueueModel, calls: Floats, work: Floats, edges: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return offered calls, the same weighted by talk time, calls at a closed desk, and those lost, by interval."""
    none = np.zeros(len(calls))
    if rules.deferred:
        return calls, work, none, none
    cuts = np.unique(np.concatenate([edges, rules.windows_s.ravel()]))
    interval = np.searchsorted(edges, cuts[:-1], side="right") - 1
    share = np.diff(cuts) / np.diff(edges)[interval]
    window = np.searchsorted(rules.windows_s.ravel(), cuts[:-1], side="right")
    pieces = np.stack([calls[interval] * share, work[interval] * share])
    lost = _come_back(rules, pieces, window, cuts)
    open_now = window % 2 == 1

    def by_interval(mass: Floats) -> Floats:
        return np.asarray(np.bincount(interval, mass, len(calls)), dtype=np.float64)

    return (
        by_interval(pieces[0] * open_now),
        by_interval(pieces[1] * open_now),
        by_interval(pieces[0] * ~open_now),
        by_interval(lost),
    )


def _come_back(rules: QueueModel, pieces: Floats, window: Integers, cuts: Floats) -> Floats:
    """Let callers at a closed desk come back, closed time by closed time; return who is lost, by piece of time."""
    lost = np.zeros(len(window))
    for gap in range(len(rules.windows_s) + 1):
        shut = window == 2 * gap
        if gap == len(rules.windows_s):
            lost[shut] = pieces[0, shut]
            break
        later = np.maximum(cuts - rules.windows_s[gap, 0], -1.0)
        arrived = np.where(later >= 0.0, rules.closing_spread.cdf(np.maximum(later, 0.0)), 0.0)
        arrived[cuts <= rules.windows_s[gap, 0]] = 0.0
        back = rules.closing_returns * float(arrived[-1])
        lost[shut] = pieces[0, shut] * (1.0 - back)
        pieces += np.outer(rules.closing_returns * pieces[:, shut].sum(axis=1), np.diff(arrived))
    return lost

"""Deferred work with the time that calls leave over: a deterministic queue, first come, first served."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgesim.model.model import Model
from surgesim.result.counters import WAIT_EDGES_S

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SAMPLES = 32


@dataclass(frozen=True, eq=False)
class Deferred:
    """What becomes of deferred work, by interval of arrival.

    Attributes
    ----------
    handled, on_time, answered_within, wait_s : ndarray, shape (intervals,)
        Contacts handled inside the horizon, handled by the deadline, begun within ``answer_within``; sum of waits.
    bins : ndarray, shape (intervals, bins)
        Wait histogram of the handled ones.
    """

    handled: Floats
    on_time: Floats
    answered_within: Floats
    wait_s: Floats
    bins: Floats


class Late:
    """Who serves deferred work, and in which order.

    Attributes
    ----------
    queues : list of int
        Queues of deferred work, the most important (smallest priority) first.
    serves : ndarray of bool, shape (groups, queues)
        Skills in deferred work.
    comes_first : ndarray of bool, shape (groups, queues)
        Where the routing has a group serve this deferred work before its calls.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        deferred = (q for q, queue in enumerate(model.queues) if queue.deferred)
        self.queues = sorted(deferred, key=lambda q: model.queues[q].priority)
        self.serves = np.zeros((len(model.groups), len(model.queues)), dtype=np.bool_)
        for group, skills in enumerate(model.skills):
            self.serves[group, [q for q in skills if q in self.queues]] = True
        self.comes_first = self.serves & (preference(model) <= 0) & _has_calls(model)[:, None]

    def seconds_each(self, talk_factor: Floats) -> Floats:
        """Return the handling time of each group, seconds, shape (groups, queues)."""
        talk = np.array([queue.talk.mean for queue in self.model.queues]) * talk_factor.mean(axis=1)
        rest = np.array([queue.hold.mean + queue.after.mean for queue in self.model.queues])
        return np.asarray(self.model.handling_factor[:, None] * np.maximum(talk + rest, 1e-9))

    def served(self, arrivals: Floats, talk_factor: Floats, left_s: Floats, by: Flags) -> tuple[Floats, Floats]:
        """Return the contacts served in each interval, and the agent-seconds that each group gives to them.

        Parameters
        ----------
        arrivals, talk_factor : ndarray, shape (queues, intervals)
            Contacts (calls are ignored), and their mean talk factor.
        left_s : ndarray, shape (groups, intervals)
            Agent-seconds to give.
        by : ndarray of bool, shape (groups, queues)
            Who serves what; groups with fewer skills are used first.

        Returns
        -------
        (ndarray, ndarray)
            Shapes (queues, intervals) and (groups, queues, intervals).
        """
        each = self.seconds_each(talk_factor)
        given = np.zeros((len(self.model.groups), *arrivals.shape))
        free, backlog = left_s.T.tolist(), dict.fromkeys(self.queues, 0.0)
        helpers = {q: sorted(np.flatnonzero(by[:, q]).tolist(), key=lambda g: len(self.model.skills[g])) for q in self.queues}
        for interval, left in enumerate(free):
            for q in self.queues:
                backlog[q] += float(arrivals[q, interval])
                for g in helpers[q]:
                    seconds = min(backlog[q] * float(each[g, q]), left[g])
                    given[g, q, interval] = seconds
                    left[g] -= seconds
                    backlog[q] = max(backlog[q] - seconds / float(each[g, q]), 0.0)
        return np.einsum("gqi,gq->qi", given, 1.0 / each), given


def preference(model: Model) -> Integers:
    """Return the rank at which each group serves each queue, shape (groups, queues), -1 without the skill.

    ``longest-wait`` serves calls (0) before deferred work (1); every other policy is taken to follow the order of
    skills, as ``priority-list`` does.
    """
    found = np.full((len(model.groups), len(model.queues)), -1, dtype=np.int64)
    by_kind = model.scenario.routing.policy == "longest-wait"
    for group, skills in enumerate(model.skills):
        for place, queue in enumerate(skills):
            found[group, queue] = int(model.queues[queue].deferred) if by_kind else place
    return found


def _has_calls(model: Model) -> Flags:
    return np.array([any(not model.queues[q].deferred for q in skills) for skills in model.skills])


def outcome(arrivals: Floats, done: Floats, edges: Floats, aht_s: float, deadline_s: float, answer_within_s: float) -> Deferred:
    """Return what becomes of one queue's contacts when they are served in the order in which they came.

    Each interval's arrivals are followed at evenly spaced ranks; a contact is finished when as many have been served
    as came before it, and never less than one handling time after it came.

    Parameters
    ----------
    arrivals, done : ndarray, shape (intervals,)
        Contacts that came, and that were finished, in each interval.
    edges : ndarray, shape (intervals + 1,)
        Edges of intervals, seconds.
    aht_s, deadline_s, answer_within_s : float
        Handling time, deadline and threshold, seconds.
    """
    share = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    before = np.concatenate([[0.0], np.cumsum(arrivals)])[:-1, None]
    rank = before + arrivals[:, None] * share
    came = edges[:-1, None] + np.diff(edges)[:, None] * share
    finished = np.interp(rank, np.concatenate([[0.0], np.cumsum(done)]), edges, right=np.inf)
    finished = np.maximum(finished, came + aht_s)
    each = np.broadcast_to(arrivals[:, None] / _SAMPLES, rank.shape)
    there = np.isfinite(finished) & (each > 0)
    wait = np.where(there, finished - aht_s - came, 0.0)
    bins = np.zeros((len(arrivals), len(WAIT_EDGES_S) - 1))
    place = np.searchsorted(np.array(WAIT_EDGES_S), wait, side="right") - 1
    np.add.at(bins, (np.arange(len(arrivals))[:, None], place), each * there)

    def count(condition: NDArray[np.bool_]) -> Floats:
        return np.asarray((each * (there & condition)).sum(axis=1))

    return Deferred(
        handled=count(there),
        on_time=count(finished - came <= deadline_s),
        answered_within=count(wait <= answer_within_s),
        wait_s=np.asarray((each * wait * there).sum(axis=1)),
        bins=bins,
    )

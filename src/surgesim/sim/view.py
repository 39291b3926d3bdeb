"""What a routing policy sees, and what it answers.

A policy is a module with ``KIND``, ``SUMMARY`` and two functions::

    def arrived(view, queue, now, luck): ...   # a contact joins `queue`: the group that serves its head, or WAIT
    def free(view, group, now, luck): ...      # an agent of `group` is free: the queue to serve, or IDLE

``arrived`` is asked when a group with the skill has an idle agent, ``free`` when an agent of the group is idle and a
contact waits in one of its queues; ``free`` is asked again until it answers IDLE. Queues are served in the order in
which people joined, groups by the agent who has been idle longest. A third function may be left out::

    def timer(view, queue, now, step): ...     # somebody waits: seconds from joining until the timer rings, or NEVER

It is asked with step 0, 1, 2 ... about everybody who joins a queue and is not served at once, until it answers NEVER,
at most ``MOST_TIMERS`` times. When a timer rings and somebody waits in its queue, ``arrived`` is asked about the head.
Timers of one moment ring queue by queue, after those who give up and before those who arrive. Answers that are not
possible raise PolicyError.

The functions must be plain: numbers, loops, the view, constants of the module. The reference calls them as they are,
the kernel compiles them. ``now`` is the time in seconds. ``luck`` is a uniform number that depends on nothing but the
seed, the replication and the question; it is drawn where the module says ``LUCK = True``, and 0.5 elsewhere.
"""

from typing import Any, NamedTuple, Protocol

WAIT = -1
"""Answer of ``arrived``: let the contact wait."""
IDLE = -1
"""Answer of ``free``: let the agent stay idle."""
NEVER = float("inf")
"""Answer of ``timer``: no timer, and none after it."""
MOST_TIMERS = 8


class GroupView(Protocol):
    """A group, as a policy sees it.

    Attributes
    ----------
    idle, busy, on_duty : int
        Agents waiting for work, at work, and planned.
    idle_since : float
        Since when the agent idle longest has been idle, seconds; infinite where nobody is idle.
    breadth : int
        Number of queues that the group serves.
    """

    idle: int
    busy: int
    on_duty: int
    idle_since: float
    breadth: int


class QueueView(Protocol):
    """A queue, as a policy sees it.

    Attributes
    ----------
    waiting : int
        Contacts waiting.
    oldest : float
        When its head joined, seconds; infinite where nobody waits.
    priority : int
        Rank from the scenario, smaller is served first.
    ageing : float
        Seconds of waiting in which the head moves up by one rank; infinite where it does not.
    deferred : int
        1 for deferred work, 0 for calls.
    deadline : float
        Deadline of deferred work, seconds; infinite for calls.
    """

    waiting: int
    oldest: float
    priority: int
    ageing: float
    deferred: int
    deadline: float


class View(NamedTuple):
    """The state of the centre, and the settings of the policy.

    Attributes
    ----------
    groups : sequence of GroupView
        Groups, in the order of the scenario.
    queues : sequence of QueueView
        Queues, in the order of the scenario.
    rank : ndarray of int, shape (groups, queues)
        Place of a queue in the skills of a group, 0 is the preferred one; -1 where the group has not the skill.
    settings : ndarray of float
        What ``prepare`` of the policy made of its settings; empty where it has none.
    served : ndarray of int, shape (groups, queues)
        Contacts of each queue that each group has taken so far.
    """

    groups: Any
    queues: Any
    rank: Any
    settings: Any
    served: Any

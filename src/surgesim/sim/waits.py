"""The wait that callers are told: a pure function of the state, the same in both engines."""

from surgesim.sim.compiled import compiled


@compiled
def announced_wait(waiting: int, aht_s: float, agents: int) -> float:
    """Return the announced wait of the last of so many people, seconds.

    People waiting times mean handling time over agents on duty: the mean wait at an exponential desk where everybody
    stays, once all agents are busy (Armony, Shimkin, Whitt 2009, "The impact of delay announcements in many-server
    queues with abandonment"); infinite where nobody is on duty. Agents who also serve other queues count in full.
    """
    return waiting * aht_s / agents if agents > 0 else float("inf")

"""The additive columns that every engine fills. Rates are made from them in ``measures``, never stored.

A contact is booked in the interval in which it arrived, so every row balances by itself:
offered = handled + abandoned + blocked + balked + deflected + unreached + inside.
"""

COUNTS: tuple[str, ...] = (
    "needs",  # needs born whose reason this queue answers
    "contained",  # needs that ended in self-service
    "boomerang",  # needs that self-service failed and that called after all
    "closed",  # calls that met a closed desk (not offered)
    "lost_closed",  # calls at a closed desk that never came back
    "offered",  # contacts that reached the number, every attempt counted
    "first",  # offered contacts that are the first attempt of their need
    "redial",  # offered contacts that are a further attempt
    "follow_up",  # offered contacts that follow a handled one: repeats, second claims, cases
    "escalated",  # offered contacts that the first tier handed to this queue
    "blocked",  # offered contacts that met a busy tone
    "balked",  # offered contacts that left at an announced wait
    "deflected",  # offered contacts that left for an announcement in the menu, a link or a callback
    "handled",  # offered contacts that an agent finished or will finish
    "abandoned",  # offered contacts that gave up waiting
    "inside",  # offered contacts still waiting when the horizon ended
    "short_abandoned",  # abandoned within the queue's short_abandon
    "answered_within",  # handled whose wait was within the queue's answer_within
    "on_time",  # handled whose handling ended within the deadline (deferred work; calls: same as handled)
    "given_up",  # needs whose last attempt failed: they will not try again
    "callback",  # offered contacts that are callbacks, every try, or further tries of outbound calls
    "unreached",  # offered callbacks and outbound calls that nobody answered
    "links",  # deflected that took a link to self-service
    "link_contained",  # of those, needs that ended there
    "promised",  # callbacks promised, by the interval of the promise, in the queue that holds them
    "promise_kept",  # of those, talks begun within the time promised
    "menu_ended",  # deflected whom an announcement in the menu helped
    "moved",  # offered contacts that come from another queue: switched, at the wrong desk, or sent back from it
    "switched",  # contacts not answered here that turned to another queue
    "misrouted",  # moved that are here by mistake
    "posts",  # contacts after which somebody posted about a bad outcome
    "spread",  # needs that posts brought
)
"""Counts of contacts or needs, by interval of arrival and queue."""

SUMS: tuple[str, ...] = (
    "wait_handled_s",  # waits of handled contacts
    "wait_abandoned_s",  # waits of abandoned contacts
    "talk_s",
    "hold_s",
    "after_s",
    "transfer_s",  # waiting for the second tier with the customer, and handing over, both agents
)
"""Sums of times, seconds, by interval of arrival and queue."""

QUEUE_COLUMNS: tuple[str, ...] = COUNTS + SUMS

GROUP_COLUMNS: tuple[str, ...] = (
    "handled",  # contacts begun
    "busy_s",  # agent-seconds at work
    "ready_s",  # agent-seconds on duty
    "paid_s",  # agent-seconds paid
    "novice_handled",  # contacts begun by novices
    "chat_s",  # chat-seconds in hand: an agent with three chats adds three seconds a second
    "chatting_s",  # agent-seconds with at least one chat in hand, a part of busy_s
)
"""By interval (in which the time passes) and group."""

GROUP_SUMS: tuple[str, ...] = ("busy_s", "ready_s", "chat_s", "chatting_s")
"""Times that engines book while they run."""

TRUNK_COLUMNS: tuple[str, ...] = ("busy_s", "line_s")
"""By interval (in which the time passes) and trunk: line-seconds in use, and in service."""

WAIT_EDGES_S: tuple[float, ...] = (
    0.0, 1e-9, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 300.0, 420.0,
    600.0, 900.0, 1200.0, 1800.0, 2700.0, 3600.0, 5400.0, 7200.0, 14400.0, 28800.0, 86400.0, 259200.0, float("inf"),
)  # fmt: skip
"""Edges of the wait histogram, seconds: bin k holds edge[k] <= wait < edge[k + 1]; the first bin is "no wait at all"."""

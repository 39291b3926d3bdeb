"""What callers meet before an agent: a menu, an announced wait, offers while they wait, the wrong desk."""

from typing import Annotated, Literal

from pydantic import Field

from surgesim.base.distributions import Constant
from surgesim.base.distributions import LawField as Law
from surgesim.base.units import Duration, Factor, PositiveDuration, Share
from surgesim.scenario.fields import Closed, Name


class Redial(Closed):
    """What people do who met a busy tone or gave up waiting."""

    probability: Share
    """Probability of another attempt after a busy tone or after giving up."""
    delay: Law
    """Time until the next attempt."""
    attempts: Annotated[int, Field(ge=1, le=60)] = 3
    """Greatest number of attempts of one need, the first one included."""
    patience_factor: Factor = 1.0
    """Patience of each attempt relative to the one before (0.8x: people wait less every time)."""


class Closing(Closed):
    """What people do who call while the desk is closed and hear the message."""

    returns: Share
    """Share that calls again when the desk opens; the others are lost."""
    spread: Law
    """Time after opening at which they call again."""


class Menu(Closed):
    """A menu by voice before the queue (IVR). It holds the line."""

    time: Law
    """Time in the menu, from the ring until the caller joins the queue."""
    ends: Share = 0.0
    """Share of callers whom an announcement in the menu helps: they hang up at its end."""


class Balking(Closed):
    """Callers are told how long they will wait, and those for whom it is too long hang up at once.

    Announced is (people waiting in this queue, the caller included) x mean handling time / agents on duty who can
    serve it; nothing while one of them is idle.
    """

    accepts: Law
    """Longest announced wait that a caller accepts: the share that hangs up is this law at the announced wait."""
    above: Duration = 0.0
    """Only waits longer than this are announced."""


class Asked(Closed):
    """Whom an offer is made to."""

    accepts: Share
    """Share of those asked who accept."""
    after: Duration = 0.0
    """Asked after so long in the queue; 0s: at joining, unless an agent answers at once."""
    above: Duration = 0.0
    """Only callers are asked whose announced wait, at joining, is longer than this."""


class Link(Asked):
    """A link to self-service by SMS: whoever takes it hangs up, and calls again if it does not help."""

    kind: Literal["link"]
    """This kind."""
    containment: Share
    """Share of those who take the link whose need ends there."""
    boomerang_delay: Law
    """Time until somebody whom it failed calls after all."""
    boomerang_factor: Factor = 1.0
    """Talk time of such a call relative to the standard."""


class Dialled(Closed):
    """People whom agents call: who does not answer is called again."""

    reached: Share = 1.0
    """Share of tries in which the person answers the telephone."""
    tries: Annotated[int, Field(ge=1, le=10)] = 1
    """Greatest number of tries; after the last one in vain the need is given up."""
    retry: Law = Constant(1800.0)
    """Time from a try in vain to the next one."""
    ring: Law = Constant(30.0)
    """Time of the agent that a try in vain takes; a callback takes a line as well."""


class Outbound(Dialled):
    """Whoever comes up in the queue is dialled by an agent: promotion, reminders, safety calls.

    Who is to be called comes from a list (`demand` of kind `list`), or as a follow-up of other contacts. Calls go out as
    the routing policy fills idle time with deferred work, and take no line of a trunk.
    """


class Callback(Asked, Dialled):
    """A promise to call back: whoever accepts hangs up, and agents call from a queue of deferred work."""

    kind: Literal["callback"]
    """This kind."""
    queue: Name
    """Queue of deferred work that holds the callbacks; its handling time is that of the talk."""
    within: PositiveDuration
    """What is promised: from the promise to the talk."""
    keeps_place: bool = False
    """Whether a callback has waited since the call joined its queue. Policies then see its queue as one of calls, so that
    `longest-wait` serves it in its turn; otherwise callbacks are done when no call waits, unless the policy says else."""


Offer = Annotated[Link | Callback, Field(discriminator="kind")]
"""An offer made to callers who wait."""


class Switch(Closed):
    """A way out for those who were not answered: another queue, often another channel (chat, mail, form)."""

    to: Name
    """Queue that they turn to."""
    share: Share
    """Share of callers who do, after a busy tone, after giving up or after hearing of too long a wait."""
    delay: Law
    """Time until they get in touch there."""


class Misroute(Closed):
    """Callers who try the wrong desk, which tells them where to call."""

    to: Name
    """Queue of the wrong desk."""
    at_arrival: Share = 0.0
    """Share of first calls that reach the wrong desk in place of this one."""
    at_closed: Share = 0.0
    """Share of calls at this desk while it is closed that try the wrong desk at once."""
    talk: Law
    """Talk time at the wrong desk."""
    sent_back: Share = 1.0
    """Share of those handled there who then call this desk; the others are lost."""
    delay: Law = Constant(0.0)
    """Time until they do; 0s: the call is put through."""

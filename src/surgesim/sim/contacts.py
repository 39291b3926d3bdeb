"""Contacts: one attempt of a need each, their numbers, and what became of them.

A contact is known by its need and its attempt number, which never repeat::

    attempt = (chain << 6) | k        k = 1, 2, ... counts the attempts of one chain of redials
    chain   = 0                       the need itself
    chain   = parent x fan + j + 1    the j-th follow-up of the contact handled at the end of the parent chain

``fan`` is one more than the greatest number of follow-ups of a queue. A chain ends with its first handled contact, so
it has at most one follow-up of each kind; the last place, ``j = fan - 1``, is that of an escalation. Generations end
at 8. A call at a closed desk that comes back keeps its attempt number; marks about closed desks take the number of
closed doors it met into bits 54 and up, marks about offers the place of the offer.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from surgesim.base.laws import Law
from surgesim.model.callers import OfferModel

if TYPE_CHECKING:
    from surgesim.sim.desk import Agent

ATTEMPT_BITS = 6
ATTEMPT_MASK = (1 << ATTEMPT_BITS) - 1
RETURN_SHIFT = 54
MOST_GENERATIONS = 8
MOST_ATTEMPTS = 60
"""Most attempts of one chain, callbacks and calls after a link among them."""

# The mode of a contact in the kernel: closed doors met, tries of a callback, the offer it took (counted from 1), flags.
DOOR_MASK = (1 << 10) - 1
TRY_SHIFT, TRY_MASK = 10, 15
OFFER_SHIFT, OFFER_MASK = 14, (1 << 9) - 1
OFFERED = OFFER_MASK << OFFER_SHIFT
CALLED_BACK, MOVED, ASTRAY, IN_MENU, POSTED, UNBORN = (1 << bit for bit in range(23, 29))
KEPT = ASTRAY | POSTED
"""What a contact that was not answered leaves to the next attempt."""


class Outcome(IntEnum):
    """What became of a contact."""

    HANDLED = 0
    ABANDONED = 1
    BLOCKED = 2
    INSIDE = 3
    CLOSED = 4
    LOST_CLOSED = 5
    BALKED = 6
    DEFLECTED = 7
    UNREACHED = 8


def follow_up_attempt(attempt: int, place: int, fan: int) -> int:
    """Return the attempt number of the follow-up at ``place`` of a handled contact, 0 beyond the last generation."""
    chain = attempt >> ATTEMPT_BITS
    generation, ancestor = 0, chain
    while ancestor > 0:
        ancestor = (ancestor - 1) // fan
        generation += 1
    if generation >= MOST_GENERATIONS:
        return 0
    return ((chain * fan + place + 1) << ATTEMPT_BITS) | 1


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """A callback, or an outbound call: by which offer, since when, and which try to reach the person this is."""

    offer: OfferModel
    since_s: float
    number: int = 1

    @property
    def asked_for(self) -> bool:
        """Whether somebody was promised the call; an outbound one was not."""
        return self.offer.within_s >= 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """The first agent of a warm escalation, the contact he has talked to, and what is left for him to do."""

    agent: "Agent"
    contact: "Contact"
    after_s: float
    handover: Law


@dataclass(slots=True, eq=False)
class Contact:
    """One attempt, as the reference engine follows it.

    Attributes
    ----------
    need, attempt, stream, queue : int
        Who, which attempt, from which source, for which queue.
    factor : float
        Talk time relative to the standard.
    returns : int
        Closed doors met before.
    arrival_s : float
        When it arrives.
    interval : int
        Interval of its arrival.
    outcome : Outcome
        What became of it so far.
    joined_s : float
        When it joined the queue, or when its call did for a callback that keeps its place; nan where it never did.
    start_s, talk_end_s, end_s, wait_s : float
        When service, talk and after-contact work started or ended, and the wait; nan where they never did.
    group : int
        Who served it, -1 where nobody did.
    opened_s : float
        When the case was opened of which this is a later stage; nan for everything else.
    promise : Promise or None
        Of a callback: what was promised.
    moved : bool
        Whether it comes from another queue.
    posted : bool
        Whether somebody has posted about the need.
    unborn : bool
        Whether it is a need that a post will bring.
    home : int
        Queue that a caller meant who is at the wrong desk; -1 for everybody else.
    holding : Holding or None
        The first agent, while he waits with the contact for the second tier.
    """

    need: int
    attempt: int
    stream: int
    queue: int
    factor: float
    arrival_s: float
    returns: int = 0
    interval: int = -1
    outcome: Outcome = Outcome.INSIDE
    joined_s: float = float("nan")
    start_s: float = float("nan")
    talk_end_s: float = float("nan")
    end_s: float = float("nan")
    wait_s: float = float("nan")
    group: int = -1
    opened_s: float = float("nan")
    promise: Promise | None = None
    moved: bool = False
    home: int = -1
    posted: bool = False
    unborn: bool = False
    holding: Holding | None = None

    @property
    def opening_s(self) -> float:
        """When the case of a stage was opened: the promise of a callback, the first stage's arrival, else its own."""
        if self.promise is not None:
            return self.promise.since_s
        return self.arrival_s if self.opened_s != self.opened_s else self.opened_s

    @property
    def number_in_chain(self) -> int:
        """Which attempt of its chain of redials this is, 1 for the first."""
        return self.attempt & ATTEMPT_MASK

    @property
    def chain(self) -> int:
        """Chain of redials; 0 is the need's own."""
        return self.attempt >> ATTEMPT_BITS

    @property
    def key(self) -> int:
        """Rank among contacts at the same moment: by need, then attempt."""
        return (self.need << 64) | self.attempt

    def handed(self, fan: int) -> bool:
        """Whether the first tier handed it on: it meets neither a menu nor the wrong desk."""
        return self.chain > 0 and self.chain % fan == 0

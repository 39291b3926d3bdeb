"""The reference engine, the side of the callers: closed doors, busy tones, patience, announced waits, offers, redials."""

from surgesim.base.streams import Purpose
from surgesim.model.callers import OfferModel
from surgesim.sim.contacts import MOST_ATTEMPTS, RETURN_SHIFT, Contact, Outcome, Promise
from surgesim.sim.desk import QueueDesk, Trunk
from surgesim.sim.reference_state import Replication
from surgesim.sim.spread import brought, new_need
from surgesim.sim.ticks import LONGEST_S, TICKS_PER_S, moment, on_grid
from surgesim.sim.waits import announced_wait


class Callers(Replication):
    """What people do before an agent answers, and after nobody did."""

    def born(self, place: int) -> None:
        """A need is born, and calls unless it tries self-service first."""
        births, model = self.births, self.model
        stream = int(births.stream[place])
        time = min(moment(float(births.time_s[place])), self.horizon - 1.0 / TICKS_PER_S)
        queue = int(model.reason_queue[model.needs.reason[stream]])
        contact = Contact(int(births.need[place]), 1, stream, queue, float(model.talk_factor[stream]), time)
        if self.calls_at_once(contact):
            self.send(contact)

    def calls_at_once(self, contact: Contact) -> bool:
        """A new need tries at most one self-service channel; if that fails it calls later, if none is tried at once."""
        books, need, reason = self.books, contact.need, int(self.model.needs.reason[contact.stream])
        interval = books.interval_of(contact.arrival_s)
        books.count(interval, contact.queue, "needs")
        for index, channel in enumerate(self.model.channels):
            if contact.arrival_s < channel.available_from_s:
                continue
            if self.luck.uniform(Purpose.CHANNEL, need, index) >= channel.tries[reason, interval]:
                continue
            if self.luck.uniform(Purpose.SELF_SERVICE, need, index) < channel.containment[reason, interval]:
                books.count(interval, contact.queue, "contained")
                return False
            books.count(interval, contact.queue, "boomerang")
            delay = self.luck.delay(channel.boomerang_delay, Purpose.SELF_SERVICE_TIME, need, index)
            later = again(contact, 1, contact.arrival_s + delay)
            later.factor *= channel.boomerang_factor
            self.send(later)
            return False
        return True

    def post(self, contact: Contact, share: float, now: float) -> None:
        """Somebody may post about a bad outcome, once; that brings new needs of other people."""
        social = self.model.social
        if social is None or contact.posted or contact.chain > 0:
            return
        if self.luck.uniform(Purpose.SPREAD, contact.need, 0) >= share:
            return
        contact.posted = True
        self.books.count(contact.interval, contact.queue, "posts")
        stream, luck = contact.stream, self.luck
        queue, factor = int(self.model.reason_queue[self.model.needs.reason[stream]]), float(self.model.talk_factor[stream])
        for number in range(brought(luck.uniform(Purpose.SPREAD_COUNT, contact.need, 0), social.log_ratio)):
            need = new_need(contact.need, number)
            time = now + luck.delay(social.delay, Purpose.SPREAD_DELAY, need, 0)
            self.send(Contact(need, 1, stream, queue, factor, time, unborn=True))

    def give_up_for_good(self, contact: Contact, now: float) -> None:
        """The last attempt of a need has failed."""
        self.books.count(contact.interval, contact.queue, "given_up")
        if self.model.social is not None:
            self.post(contact, self.model.social.given_up, now)

    def closed(self, contact: Contact, queue: QueueDesk) -> None:
        """A call at a closed desk hears a message; some call again when the desk opens, the others are lost."""
        attempt = contact.attempt + (contact.returns << RETURN_SHIFT)
        self.books.count(contact.interval, contact.queue, "closed")
        wrong = queue.model.callers.misroute
        may_stray = contact.home < 0 and contact.number_in_chain < MOST_ATTEMPTS
        if wrong and may_stray and self.luck.uniform(Purpose.MISROUTE_CLOSED, contact.need, attempt) < wrong.at_closed:
            contact.outcome = Outcome.CLOSED
            elsewhere = again(contact, contact.attempt + 1, contact.arrival_s)
            elsewhere.queue, elsewhere.home = wrong.to, contact.queue
            self.send(elsewhere)
            return
        opening = queue.next_opening(contact.arrival_s)
        if opening < self.horizon and self.luck.uniform(Purpose.CLOSED, contact.need, attempt) < queue.model.closing_returns:
            spread = self.luck.delay(queue.model.closing_spread, Purpose.CLOSED_DELAY, contact.need, attempt)
            if opening + spread < self.horizon:
                contact.outcome = Outcome.CLOSED
                later = again(contact, contact.attempt, opening + spread, contact.returns + 1)
                later.moved = contact.moved
                self.send(later)
                return
        contact.outcome = Outcome.LOST_CLOSED
        self.books.count(contact.interval, contact.queue, "lost_closed")
        self.give_up_for_good(contact, contact.arrival_s)

    def goes_astray(self, contact: Contact) -> None:
        """Some first calls reach the wrong desk."""
        wrong = self.model.queues[contact.queue].callers.misroute
        first = contact.number_in_chain == 1 and contact.returns == 0 and contact.promise is None
        if wrong is None or not first or contact.moved or contact.home >= 0 or contact.handed(self.fan):
            return
        if self.luck.uniform(Purpose.MISROUTE, contact.need, contact.attempt) < wrong.at_arrival:
            contact.queue, contact.home = wrong.to, contact.queue

    def sent_back(self, contact: Contact) -> None:
        """The wrong desk has told a caller where to call: that desk, or the need is lost."""
        wrong = self.model.queues[contact.home].callers.misroute
        lost = wrong is None or contact.number_in_chain >= MOST_ATTEMPTS
        if wrong is None or lost or self.luck.uniform(Purpose.SENT_BACK, contact.need, contact.attempt) >= wrong.sent_back:
            self.give_up_for_good(contact, contact.end_s)
            return
        delay = self.luck.delay(wrong.delay, Purpose.SENT_BACK_DELAY, contact.need, contact.attempt)
        self.send(moved(contact, contact.home, contact.end_s + delay))

    def menu_helps(self, contact: Contact, trunk: Trunk | None) -> bool:
        """At the end of the menu: whether its announcement has helped; then the caller hangs up."""
        share = self.model.queues[contact.queue].callers.menu_ends
        if self.luck.uniform(Purpose.MENU_END, contact.need, contact.attempt) >= share:
            return False
        contact.outcome = Outcome.DEFLECTED
        for column in ("deflected", "menu_ended"):
            self.books.count(contact.interval, contact.queue, column)
        if trunk is not None:
            trunk.release(contact.arrival_s, self.agenda.now)
        return True

    def blocked(self, contact: Contact) -> None:
        """A caller who meets a busy tone."""
        contact.outcome = Outcome.BLOCKED
        self.books.count(contact.interval, contact.queue, "blocked")
        if self.model.social is not None:
            self.post(contact, self.model.social.blocked, contact.arrival_s)
        self.redial(contact, contact.arrival_s)

    def patience(self, contact: Contact, queue: QueueDesk) -> float:
        """Return how long a caller waits; every attempt of a chain scales it again."""
        if contact.holding is not None:  # accompanied by the first agent
            return float("inf")
        law, scale = queue.model.patience, queue.model.patience_factor ** (contact.number_in_chain - 1)
        seconds = self.luck.seconds(law, Purpose.PATIENCE, contact.need, contact.attempt)
        never = seconds == float("inf") or on_grid(seconds * scale) >= LONGEST_S
        return float("inf") if never else on_grid(seconds * scale)

    def announced(self, queue: QueueDesk) -> float:
        """Return the wait that a caller hears who has just joined a queue, seconds."""
        able = self.able(queue.index)
        if any(group.idle for group in able):
            return 0.0
        return announced_wait(queue.waiting, queue.model.aht_s, sum(group.on_duty for group in able))

    def balks(self, contact: Contact, queue: QueueDesk, announced: float) -> bool:
        """Whether a caller hangs up who hears how long the wait will be."""
        rules = queue.model.callers
        if rules.accepts_wait is None or announced <= rules.announced_above_s:
            return False
        return announced > self.luck.seconds(rules.accepts_wait, Purpose.BALK, contact.need, contact.attempt)

    def accepted(self, contact: Contact, queue: QueueDesk, announced: float, patience: float) -> OfferModel | None:
        """Return the offer that a caller will accept first if no agent answers before; marks tell it at joining."""
        chosen: OfferModel | None = None
        for place, offer in enumerate(queue.model.callers.offers):
            asked = announced > offer.above_s and on_grid(offer.after_s) <= patience
            sooner = chosen is None or on_grid(offer.after_s) < on_grid(chosen.after_s)
            if not asked or not sooner or contact.number_in_chain + offer.tries > MOST_ATTEMPTS:
                continue
            if self.luck.uniform(Purpose.OFFER, contact.need, contact.attempt + (place << RETURN_SHIFT)) < offer.accepts:
                chosen = offer
        return chosen

    def gave_up(self, contact: Contact) -> None:
        """A caller whose patience is at its end."""
        self.books.abandoned(contact)
        if self.model.social is not None:
            self.post(contact, self.model.social.abandoned, self.agenda.now)
        self.redial(contact, self.agenda.now)

    def balked(self, contact: Contact) -> None:
        """A caller for whom the announced wait is too long."""
        contact.outcome = Outcome.BALKED
        self.books.count(contact.interval, contact.queue, "balked")
        if self.model.social is not None:
            self.post(contact, self.model.social.balked, self.agenda.now)
        self.redial(contact, self.agenda.now)

    def deflected(self, contact: Contact, offer: OfferModel) -> None:
        """A caller accepts an offer and hangs up: the link helps or it does not, the callback is promised."""
        now, contact.outcome = self.agenda.now, Outcome.DEFLECTED
        self.books.count(contact.interval, contact.queue, "deflected")
        if offer.queue >= 0:
            if now < self.horizon:
                self.books.count(self.books.interval_of(now), offer.queue, "promised")
            self.send(self.calling_back(contact, offer.queue, now, Promise(offer, now)))
            return
        self.books.count(contact.interval, contact.queue, "links")
        if self.luck.uniform(Purpose.OFFER_OUTCOME, contact.need, contact.attempt) < offer.containment:
            self.books.count(contact.interval, contact.queue, "link_contained")
            return
        delay = self.luck.delay(offer.delay, Purpose.OFFER_DELAY, contact.need, contact.attempt)
        later = again(contact, contact.attempt + 1, now + delay)
        later.factor *= offer.factor
        self.send(later)

    @staticmethod
    def calling_back(contact: Contact, queue: int, time: float, promise: Promise) -> Contact:
        """Return the next try to reach somebody."""
        later = again(contact, contact.attempt + 1, time)
        later.queue, later.promise, later.home = queue, promise, -1
        return later

    def unreached(self, contact: Contact, promise: Promise) -> None:
        """Nobody has answered a call of an agent: another try later, or the need is given up."""
        last = promise.number >= promise.offer.tries or contact.number_in_chain >= MOST_ATTEMPTS
        if last and not promise.asked_for:  # who has not been reached knows of nothing to post about
            self.books.count(contact.interval, contact.queue, "given_up")
            return
        if last:
            self.give_up_for_good(contact, contact.end_s)
            return
        delay = self.luck.delay(promise.offer.delay, Purpose.OFFER_DELAY, contact.need, contact.attempt)
        following = Promise(promise.offer, promise.since_s, promise.number + 1)
        self.send(self.calling_back(contact, contact.queue, contact.end_s + delay, following))

    def hang_up(self, contact: Contact, trunk: Trunk | None) -> None:
        """A caller leaves the queue without having spoken to anybody."""
        contact.wait_s = self.agenda.now - contact.joined_s
        if trunk is not None:
            trunk.release(contact.arrival_s, self.agenda.now)

    def redial(self, contact: Contact, now: float) -> None:
        """After a busy tone, or after giving up, some turn to another queue, and some try again after a while."""
        rules = self.model.queues[contact.queue]
        for to, upto, delay in rules.callers.switches if contact.number_in_chain < MOST_ATTEMPTS else ():
            if self.luck.uniform(Purpose.SWITCH, contact.need, contact.attempt) < upto:
                self.books.count(contact.interval, contact.queue, "switched")
                self.send(moved(contact, to, now + self.luck.delay(delay, Purpose.SWITCH_DELAY, contact.need, contact.attempt)))
                return
        wants = self.luck.uniform(Purpose.REDIAL, contact.need, contact.attempt) < rules.redial_probability
        if not wants or contact.number_in_chain >= rules.attempts:
            self.give_up_for_good(contact, now)
            return
        again_after = self.luck.delay(rules.redial_delay, Purpose.REDIAL_DELAY, contact.need, contact.attempt)
        self.send(again(contact, contact.attempt + 1, now + again_after))


def again(contact: Contact, attempt: int, time: float, returns: int = 0) -> Contact:
    """Return the next attempt of the same need, at the same desk."""
    return Contact(
        contact.need, attempt, contact.stream, contact.queue, contact.factor, time, returns, home=contact.home,
        posted=contact.posted,
    )  # fmt: skip


def moved(contact: Contact, queue: int, time: float) -> Contact:
    """Return the next attempt of the same need, in another queue."""
    later = again(contact, contact.attempt + 1, time)
    later.queue, later.moved, later.home = queue, True, -1
    return later

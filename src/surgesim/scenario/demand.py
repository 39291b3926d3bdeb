"""Where contacts come from: reasons, self-service, baseline, history, incident and announcements."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from surgesim.base.distributions import LawField as Law
from surgesim.base.units import Count, Day, Factor, Instant, PerYear, Rate, Share, TimeOfDay, Window, count, price
from surgesim.scenario.centre import Weekday
from surgesim.scenario.fields import Closed, FrozenMapping, Name, Table, Words


def _whole(mix: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(mix.values())
    if abs(total - 1.0) > 1e-9:
        raise ValueError(f"the shares add up to {total * 100:.6g}%, not 100%; change one of them")
    return mix


Mix = Annotated[Table[Share], Field(min_length=1), AfterValidator(_whole)]
"""Shares by name that add up to 100%."""

Weights = Annotated[Mapping[TimeOfDay, Factor], AfterValidator(FrozenMapping)]
"""Relative intensity from each time of day until the next one named, e.g. {"00:00": "0x", "09:00": "1.4x", "18:00": "0.5x"}."""

Season = Annotated[Mapping[Annotated[int, Field(ge=1, le=12)], Factor], AfterValidator(FrozenMapping)]
"""Factor by month of the year, e.g. {6: "1.2x", 11: "1.5x"}; months left out have factor 1."""


class SelfService(Closed):
    """How one reason behaves in a self-service channel, where it differs from the channel's own values."""

    tries: Share | None = None
    """Share of needs that try this channel first."""
    containment: Share | None = None
    """Share of tries that end there."""


class Channel(Closed):
    """A self-service channel. Values left out come from the kind's page (`surgesim list channels`)."""

    kind: Name
    """Kind, by name: faq, chatbot, form, email, ivr-message, sms-link, outbound-notice ..."""
    available_from: Instant | None = None
    """When the content is there; left out: from the beginning."""
    tries: Share | None = None
    """Share of needs that try this channel first."""
    containment: Share | None = None
    """Share of tries that end there (containment)."""
    boomerang_delay: Law | None = None
    """Time until somebody whom the channel failed calls after all."""
    boomerang_factor: Factor | None = None
    """Talk time of such a call relative to the standard."""
    tries_with_load: Annotated[float, Field(ge=-5, le=5)] | None = None
    """How the share that tries it moves with the load: change of its logit where a day brings e times the needs of a
    usual day (the median of the horizon). The kind of incident's own value where it is left out, 0 without an incident."""
    containment_with_load: Annotated[float, Field(ge=-5, le=5)] = 0.0
    """The same for the share of tries that end there."""
    unit_cost: Annotated[float, price("contact")] = 0.0
    """Cost of one try."""
    content_cost: Annotated[float, price()] = 0.0
    """Cost of its content, once."""
    reasons: Table[SelfService] = FrozenMapping()
    """Reasons that behave differently."""


class Reason(Closed):
    """Why people get in touch."""

    queue: Name
    """Queue that answers it."""
    talk_factor: Factor = 1.0
    """Talk time relative to the queue's standard."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""


class Rates(Closed):
    """Needs at a stated rate: the plain models of textbooks and papers."""

    kind: Literal["rates"]
    """This kind."""
    reasons: Mix
    """Shares of the reasons."""
    rate: Rate | None = None
    """One rate during the whole horizon."""
    by_time: Annotated[Mapping[TimeOfDay, Rate], AfterValidator(FrozenMapping)] | None = None
    """Rate from each time of day until the next one named, every day."""
    by_interval: tuple[Rate, ...] | None = None
    """One rate for each interval of the horizon, from the first one on."""
    day_noise: Share = 0.0
    """Coefficient of variation of a random factor (gamma law, mean 1) common to a whole day."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(value is not None for value in (self.rate, self.by_time, self.by_interval)) != 1:
            raise ValueError("say the rate in exactly one way: rate, by_time or by_interval")
        return self


class Baseline(Closed):
    """Business as usual: needs per day, by weekday, season and time of day."""

    kind: Literal["baseline"]
    """This kind."""
    reasons: Mix
    """Shares of the reasons."""
    per_day: Count
    """Mean needs on a day whose weekday and month factors are 1."""
    weekday: Annotated[Mapping[Weekday, Factor], AfterValidator(FrozenMapping)] = FrozenMapping()
    """Factor by weekday; `holiday` stands for public holidays. Days left out have factor 1."""
    month: Season = FrozenMapping()
    """Factor by month of the year (season of the product). Months left out have factor 1."""
    profile: Weights
    """Shape of the day."""
    day_noise: Share = 0.1
    """Coefficient of variation of a random factor (gamma law, mean 1) common to a whole day."""


class HistoryColumns(Closed):
    """Which columns of the history file to read."""

    start: str
    """Column with the date, or the date and time, at which the day or interval starts."""
    offered: str
    """Column with the number of contacts."""
    parts: Annotated[Mapping[str, Window], AfterValidator(FrozenMapping)] = FrozenMapping()
    """Columns that split the day, with the time each covers, e.g. {h09_13: "09:00-13:00"}."""


class History(Closed):
    """Needs forecast from past counts, with announcements that lift them."""

    kind: Literal["history"]
    """This kind."""
    reasons: Mix
    """Shares of the reasons."""
    file: str
    """CSV file, relative to the scenario."""
    columns: HistoryColumns
    """Which columns to read."""
    until: Day
    """Last day that is known; later rows of the file are never read for the forecast."""
    counts: Literal["answered", "offered", "needs"]
    """What the file counts. Answered counts are cut off by capacity; offered ones hold redials; needs hold neither."""
    contacts_per_need: Factor | None = None
    """Contacts that the file holds for one need (redials and repeats), for files that count offered contacts."""
    announcements: tuple[Instant, ...] = ()
    """Announcements in or just after the history that lift what follows."""
    exclude_regions: tuple[str, ...] = ()
    """Regions of the case library that the forecast must not look at (honest back-tests)."""

    @model_validator(mode="after")
    def _needs_known(self) -> Self:
        if (self.counts == "offered") != (self.contacts_per_need is not None):
            raise ValueError(
                "a file of offered contacts, and only such a file, needs contacts_per_need, e.g. 1.4x; write it or delete it"
            )
        return self


class CallList(Closed):
    """A list of people whom agents call: exactly so many, for a reason whose queue is `outbound`."""

    kind: Literal["list"]
    """This kind."""
    reason: Name
    """Reason to call them."""
    size: Annotated[int, count("people"), Field(le=1_000_000)]
    """People on the list."""
    start: Instant
    """When the list is released, to within one interval."""
    release: Rate | None = None
    """Rate at which its people are released from then on; left out: all at once."""


DemandSource = Annotated[Rates | Baseline | History | CallList, Field(discriminator="kind")]

Medium = Literal["press", "television", "web", "email", "sms", "letter", "owned_social", "retailer"]


class Announcement(Closed):
    """One announcement: whom it reaches, how many of them get in touch, and when."""

    at: Instant
    """When it goes out."""
    title: Words = ""
    """Name to print; the key is printed where it is empty."""
    medium: Medium
    """How it goes out; sets the delay law where none is given."""
    reach: Share
    """Share of the affected people that it reaches."""
    propensity: Share | None = None
    """Share of the people reached who get in touch; the incident's own value where it is left out."""
    recontact: Share = 0.0
    """Share of those reached before who get in touch again."""
    delay: Law | None = None
    """Time from the announcement to the need; the medium's own law where it is left out."""
    throttle: Rate | None = None
    """Greatest rate at which messages go out (SMS, letters); left out: all at once."""
    unit_cost: Annotated[float, price("contact")] = 0.0
    """Cost of one message."""


class Segment(Closed):
    """A part of the affected people that hears or reacts differently."""

    share: Share
    """Share of the affected people."""
    propensity: Factor = 1.0
    """Propensity relative to the incident's own."""
    reach: Table[Factor] = FrozenMapping()
    """Reach of an announcement in this segment relative to its own reach, by announcement; 1x where it is left out."""
    reasons: Mix | None = None
    """Shares of the reasons; the incident's own mix where it is left out."""


class Incident(Closed):
    """What happened, whom it affects, and what is announced."""

    kind: Name
    """Kind, by name (`surgesim list incidents`): recall, data-leak, disaster, food-recall ..."""
    affected: Annotated[int, count("people")]
    """People affected."""
    announcements: Annotated[Table[Announcement], Field(min_length=1)]
    """Announcements, by name."""
    reasons: Mix | None = None
    """Shares of the reasons; the kind's own mix where it is left out."""
    propensity: Share | None = None
    """Share of the people reached who get in touch; the kind's own value where it is left out."""
    segments: Table[Segment] = FrozenMapping()
    """Parts of the affected people that hear or react differently; their shares add up to 100%."""
    severity: Factor = 1.0
    """Scales propensity (1.5x: half as many again get in touch)."""
    talk_with_severity: Annotated[float, Field(ge=-3, le=3)] = 0.0
    """Talk time of the incident's contacts scales with severity to this power (0.2: 1.5x severity, 8 % longer)."""
    patience_with_severity: Annotated[float, Field(ge=-3, le=3)] = 0.0
    """Patience in the queues of the incident's reasons scales with severity to this power."""
    severity_noise: Share = 0.2
    """Coefficient of variation of the size of the whole incident: nobody knows the propensity beforehand."""
    rhythm: Weights | None = None
    """When people get in touch during the day; the kind's own rhythm where it is left out."""
    per_year: PerYear | None = None
    """Incidents of this kind expected in a year ("0.2/year"); left out: the scenario says what happens, not how often."""
    month: Season = FrozenMapping()
    """How likely such an incident is by month of the year (products fail when they are used), one month relative to
    another; months left out have factor 1. Changes no run of the scenario: `surgesim.demand.hazard` draws dates from it."""

    @model_validator(mode="after")
    def _some_month(self) -> Self:
        if len(self.month) == 12 and not any(self.month.values()):
            raise ValueError("month gives every month a factor of 0x; give at least one more")
        return self

    @model_validator(mode="after")
    def _segments_whole(self) -> Self:
        if self.segments:
            _whole({name: segment.share for name, segment in self.segments.items()})
        return self


class Actuals(Closed):
    """What really happened in the horizon, to stand beside the forecast. Never read by the forecast."""

    file: str
    """CSV file, relative to the scenario."""
    columns: HistoryColumns
    """Which columns to read."""
    counts: Literal["answered", "offered", "needs"]
    """What the file counts."""


__all__ = [
    "Actuals", "Announcement", "Baseline", "CallList", "Channel", "DemandSource", "History", "HistoryColumns",
    "Incident", "Medium", "Mix", "Rates", "Reason", "Season", "Segment", "SelfService", "Weights",
]  # fmt: skip

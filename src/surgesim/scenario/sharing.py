"""One number over several sites: who takes which call, and what happens when a site is lost."""

import math
from typing import Literal, Self

from pydantic import model_validator

from surgesim.base.units import Duration, Share
from surgesim.scenario.fields import Closed, Table


class Sharing(Closed):
    """How the calls of one queue are shared among sites, call by call, before anybody answers.

    ``percentage``: each site takes its share; its callers wait for its agents only. The share of a lost site goes to
    the others for as long as it is lost. ``overflow``: the same, but who has waited for ``after`` may be answered at
    any site; needs the policy overflow-after. ``siloed``: each site has its own callers and nobody helps, not even in
    an outage. Without all this the sites are pooled: one queue for all.

    A plan staffs each site for its share, and keeps a promise over all sites together. The shares are part of the question: a
    site that takes some must be open from the first day on. To let a plan choose between one number and silos, or between
    the shares with and without a new site, make the change a measure (``levers.measures``).
    """

    rule: Literal["percentage", "overflow", "siloed"]
    """Who helps whom."""
    shares: Table[Share]
    """Share of each site; they make 100%."""
    by: Literal["counters", "luck"] = "counters"
    """Whether shares are kept by turns that never drift apart, or each call draws its site."""
    after: Duration | None = None
    """Wait after which other sites help; for the rule overflow only."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = math.fsum(self.shares.values())
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"the shares of the sites make {100.0 * total:g}%; write shares that make 100%")
        if (self.after is not None) != (self.rule == "overflow"):
            mend = "write after, e.g. 30s" if self.after is None else "delete after, or write rule: overflow"
            raise ValueError(f"only the rule overflow has a time after which others help; {mend}")
        return self

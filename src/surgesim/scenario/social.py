"""Posts about bad experiences, and the people whom they make call."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from surgesim.base.units import Duration, PositiveDuration, Share
from surgesim.scenario.fields import Closed


class Social(Closed):
    """Posts after bad outcomes bring new needs of other people, with the same reason.

    Somebody posts at most once about a need, the first time that an outcome is bad enough; the shares say how many would
    post about each. A gain below 1 is required: the greatest share times the needs that a post brings.
    """

    blocked: Share = 0.0
    """Share that posts about a busy tone."""
    abandoned: Share = 0.0
    """Share that posts after giving up waiting."""
    balked: Share = 0.0
    """Share that posts about too long an announced wait."""
    given_up: Share = 0.0
    """Share that posts when it gives up for good."""
    late: Share = 0.0
    """Share that posts about an answer after `late_after`, or after the deadline of deferred work."""
    late_after: Duration = 600.0
    """Wait from which on an answered call is late."""
    brings: Annotated[float, Field(gt=0.0, le=30.0)]
    """Mean number of needs that one post brings; geometric, as most posts bring nobody and a few bring many."""
    half_life: PositiveDuration
    """Half of the needs that a post brings are born within this time."""

    @property
    def gain(self) -> float:
        """Expected needs that one need brings where every outcome is as bad as can be."""
        return self.brings * max(self.blocked, self.abandoned, self.balked, self.given_up, self.late)

    @model_validator(mode="after")
    def _dies_out(self) -> Self:
        if self.gain >= 1.0:
            raise ValueError(
                f"100 needs would bring {100 * self.gain:.4g} more where every outcome is bad, and so on without end; "
                "lower brings or the shares until greatest share x brings is below 1"
            )
        return self

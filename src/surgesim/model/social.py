"""Posts after bad outcomes, as engines read them."""

import math
from dataclasses import dataclass

from surgesim.base.laws import Exponential, Law
from surgesim.scenario.social import Social


@dataclass(frozen=True, eq=False)
class SocialModel:
    """Who posts, and what a post brings.

    Attributes
    ----------
    blocked, abandoned, balked, given_up, late : float
        Shares that post about an outcome.
    late_after_s : float
        Wait from which on an answered call is late, seconds.
    log_ratio : float
        Logarithm of m / (1 + m) for a mean of m needs a post: P(at least k) = exp(k log_ratio).
    delay : Law
        Time from the post to a need that it brings, seconds.
    """

    blocked: float
    abandoned: float
    balked: float
    given_up: float
    late: float
    late_after_s: float
    log_ratio: float
    delay: Law


def social_of(social: Social | None) -> SocialModel | None:
    """Return the rules for posts, None where nobody posts."""
    if social is None:
        return None
    shares = (social.blocked, social.abandoned, social.balked, social.given_up, social.late)
    ratio = math.log(social.brings / (1.0 + social.brings))
    return SocialModel(*shares, social.late_after, ratio, Exponential(social.half_life / math.log(2.0)))

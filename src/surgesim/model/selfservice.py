"""Self-service channels of the model: who tries them and what they contain, by reason and by how busy the day is."""

import numpy as np
from numpy.typing import NDArray

from surgesim.base.clock import Clock
from surgesim.base.distributions import parse_distribution
from surgesim.demand.channels import SHELF
from surgesim.demand.needs import Needs
from surgesim.demand.sources import preset_of
from surgesim.model.model import Floats, SelfServiceChannel
from surgesim.scenario.demand import Channel
from surgesim.scenario.scenario import Scenario


def channel_of(scenario: Scenario, clock: Clock, name: str, needs: Needs) -> SelfServiceChannel:
    """Return one self-service channel of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    clock : Clock
        Intervals.
    name : str
        Name of the channel.
    needs : Needs
        Expected needs, which say how busy each day is.
    """
    channel = scenario.channels[name]
    preset = SHELF.load(channel.kind).PRESET
    delay, factor = channel.boomerang_delay, channel.boomerang_factor
    load = np.log(busyness(needs))
    tries, containment = (_by_reason(scenario, channel, field, getattr(preset, field)) for field in ("tries", "containment"))
    return SelfServiceChannel(
        name=name,
        available_from_s=0.0 if channel.available_from is None else max(clock.seconds(channel.available_from), 0.0),
        tries=shifted(np.where(_called(scenario), 0.0, tries), _tries_with_load(scenario, channel) * load),
        containment=shifted(containment, channel.containment_with_load * load),
        boomerang_delay=parse_distribution(preset.boomerang_delay) if delay is None else delay,
        boomerang_factor=preset.boomerang_factor if factor is None else factor,
    )


def _called(scenario: Scenario) -> NDArray[np.bool_]:
    """Return for which reasons agents call people, who then try nothing before, shape (reasons,)."""
    return np.array([scenario.queues[reason.queue].outbound is not None for reason in scenario.reasons.values()], dtype=np.bool_)


def busyness(needs: Needs) -> Floats:
    """Return the expected needs of the day of each interval relative to the median day, shape (intervals,).

    A horizon with no needs on half of its days has no usual day: all of its days count as usual.
    """
    by_day = np.bincount(needs.day, needs.mean.sum(axis=0))
    usual = float(np.median(by_day))
    if usual <= 0.0:
        return np.ones(len(needs.day))
    return np.asarray(np.maximum(by_day / usual, 1e-6)[needs.day])


def shifted(share: Floats, logit: Floats) -> Floats:
    """Return shares whose logit is moved, shape (reasons, intervals); 0 and 1 stay what they are.

    Parameters
    ----------
    share : ndarray, shape (reasons,)
        Shares on a usual day.
    logit : ndarray, shape (intervals,)
        Change of the logit.
    """
    odds = share[:, None] * np.exp(logit)
    return np.asarray(np.where(logit == 0.0, share[:, None], odds / (odds + 1.0 - share[:, None])))


def _tries_with_load(scenario: Scenario, channel: Channel) -> float:
    """Return the channel's own value, else the one of the kind of incident."""
    if channel.tries_with_load is not None or scenario.incident is None:
        return channel.tries_with_load or 0.0
    return preset_of(scenario.incident).tries_with_load


def _by_reason(scenario: Scenario, channel: Channel, field: str, default: float) -> Floats:
    """Return a share by reason: the reason's own, else the channel's, else the kind's."""
    general = getattr(channel, field)
    general = default if general is None else general
    own = {reason: getattr(entry, field) for reason, entry in channel.reasons.items()}
    return np.array([general if own.get(reason) is None else own[reason] for reason in scenario.reasons])

"""What self-service takes off the desk: contacts, minutes, seats and yen avoided by each channel, net of boomerang.

Every channel is compared with the same scenario without it: people whom it served would have tried the next channel, or
called. Expectations are exact for the demand model (no redials, no queues, so a desk that is overrun hides nothing);
with replications, the simulation says on common marks what the channel does to calls, waits and service.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from surgesim.base.progress import Progress, silent
from surgesim.model.load import Load, load
from surgesim.model.model import Floats, Model
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import polars as pl

ALL = "all channels"
SERVICE_LEVEL = 0.8
"""Service level for which seats are counted in queues that promise none."""
PAIRED = ("offered", "redial", "abandonment", "service_level", "occupancy")


@dataclass(frozen=True, eq=False)
class Deflection:
    """What self-service takes off the desk.

    Attributes
    ----------
    table : polars.DataFrame
        One row for each channel, and one for all of them together: ``channel, tried, contained, boomerang,
        contacts_avoided, minutes_avoided, seats_avoided, saved_jpy, cost_jpy, net_jpy``. Contacts are first attempts that
        reach an open desk within the horizon; minutes are handling time of agents, longer calls after a failed try counted
        against the channel; seats are agents at the same moment in the busiest interval, for the promised service level
        (80 % where none is promised; Erlang A, Garnett, Mandelbaum and Reiman, 2002); ``saved_jpy`` is the wage of those minutes,
        null where no wage is known.
    simulated : polars.DataFrame or None
        Paired differences, without the channel less with it: ``channel, queue, measure, difference, low, high``.
    """

    table: "pl.DataFrame"
    simulated: "pl.DataFrame | None"


def deflection(scenario: Scenario, replications: int = 0, seed: int = 1, progress: Progress = silent) -> Deflection:
    """Return what the self-service channels of a scenario take off the desk.

    Parameters
    ----------
    scenario : Scenario
        What is asked; a scenario without channels gives an empty table.
    replications, seed : int
        Replications of the paired simulation; 0 leaves it out.
    progress : callable, optional
        Called with what is being done, runs done, and all of them.
    """
    import polars as pl

    from surgesim.model.build import build

    model = build(scenario)
    variants = dict(_without(model))
    rows = [_row(model, name, other) for name, other in variants.items()]
    table = pl.DataFrame(rows, schema=_SCHEMA)
    return Deflection(table, _simulated(model, variants, replications, seed, progress) if replications else None)


_SCHEMA = {
    "channel": str, "tried": float, "contained": float, "boomerang": float, "contacts_avoided": float, "minutes_avoided": float,
    "seats_avoided": int, "saved_jpy": float, "cost_jpy": float, "net_jpy": float,
}  # fmt: skip


def _without(model: Model) -> Iterator[tuple[str, Model]]:
    """Yield the model without each channel, then without all of them; one channel alone is said once."""
    for place, channel in enumerate(model.channels):
        yield channel.name, replace(model, channels=(*model.channels[:place], *model.channels[place + 1 :]))
    if len(model.channels) > 1:
        yield ALL, replace(model, channels=())


def _row(model: Model, name: str, without: Model) -> dict[str, object]:
    here, there = load(model), load(without)
    tried, contained = _use(model, name)
    # Queues wait for calls; deferred work has no seats at a moment of its own.
    minutes = ((there.offered * there.aht_s(model) - here.offered * here.aht_s(model)) / 60.0).sum(axis=1)
    prices = minute_prices(model.scenario)
    saved = None if any(price is None for price in prices) else float(minutes @ np.array(prices, dtype=np.float64))
    cost = sum(channel_cost(model, channel.name) for channel in model.channels if name in (ALL, channel.name))
    return {
        "channel": name, "tried": tried, "contained": contained, "boomerang": tried - contained,
        "contacts_avoided": float((there.offered - here.offered).sum()), "minutes_avoided": float(minutes.sum()),
        "seats_avoided": _seats(model, there) - _seats(model, here),
        "saved_jpy": saved, "cost_jpy": cost, "net_jpy": None if saved is None else saved - cost,
    }  # fmt: skip


def _use(model: Model, name: str) -> tuple[float, float]:
    """Return the expected needs that try a channel (or any), and those that it contains."""
    from surgesim.model.load import available

    tried = contained = 0.0
    for stream, mean in enumerate(model.needs.mean):
        reason, direct = int(model.needs.reason[stream]), np.array(mean)
        for channel in model.channels:
            tries = direct * channel.tries[reason] * available(model, channel.available_from_s)
            direct = direct - tries
            if name in (ALL, channel.name):
                tried += float(tries.sum())
                contained += float((tries * channel.containment[reason]).sum())
    return tried, contained


def channel_cost(model: Model, name: str) -> float:
    """Return what a channel costs: its content, and all tries that are expected in the horizon, yen."""
    channel = model.scenario.channels[name]
    return channel.content_cost + (channel.unit_cost * _use(model, name)[0] if channel.unit_cost else 0.0)


def minute_prices(scenario: Scenario) -> list[float | None]:
    """Return what a minute of handling costs by queue: the mean wage of those who may serve it, paid absence included.

    Wages stand in the levers; groups count by their heads on hand and hires. None where no wage is known.
    """
    return [_minute_price(scenario, queue) for queue in scenario.queues]


def _minute_price(scenario: Scenario, queue: str) -> float | None:
    staff = {} if scenario.levers is None else scenario.levers.staff
    known = [
        (lever.on_hand + lever.hires, lever.wage / (1.0 - scenario.groups[name].shrinkage) / 60.0)
        for name, lever in staff.items()
        if queue in scenario.groups[name].skills
    ]
    heads = sum(count for count, _ in known)
    return sum(count * price for count, price in known) / heads if heads else None


def _seats(model: Model, found: Load) -> int:
    """Return the agents at the same moment that the busiest interval needs, each queue served by its own."""
    agents = np.zeros(model.clock.n_intervals)
    aht, length = found.aht_s(model), np.diff(model.clock.edges_s)
    for place, queue in enumerate(model.queues):
        if not queue.deferred:
            agents += _agents(model, place, found.offered[place] / length, aht[place])
    return int(agents.max(initial=0.0))


def _agents(model: Model, place: int, rate: Floats, aht: Floats) -> Floats:
    from surgesim.erlang import agents_for

    queue = model.queues[place]
    promised = [
        target.bound for target in model.scenario.targets if target.queue == queue.name and target.measure == "service_level"
    ]
    busy = rate > 1e-9
    agents = np.zeros(len(rate))
    if busy.any():
        patience = queue.patience.mean
        agents[busy] = agents_for(
            target=min(max(promised, default=SERVICE_LEVEL), 0.999),
            within=queue.answer_within_s,
            arrival_rate=rate[busy],
            aht=aht[busy],
            patience=patience if np.isfinite(patience) else None,
        )
    return agents


def _simulated(model: Model, variants: dict[str, Model], replications: int, seed: int, progress: Progress) -> "pl.DataFrame":
    import polars as pl

    from surgesim.engines import run_model
    from surgesim.result.compare import compare

    progress("simulating with and without each channel", 0, 1 + len(variants))
    with_all = run_model(model, replications=replications, seed=seed)
    frames = []
    for done, (name, other) in enumerate(variants.items(), start=1):
        progress("simulating with and without each channel", done, 1 + len(variants))
        without = run_model(other, replications=replications, seed=seed)
        table = compare(with_all, without, by="queue", of=PAIRED).table
        frames.append(table.select(pl.lit(name).alias("channel"), "queue", "measure", "difference", "low", "high"))
    progress("simulating with and without each channel", 1 + len(variants), 1 + len(variants))
    return pl.concat(frames)

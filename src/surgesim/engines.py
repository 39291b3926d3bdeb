"""One question, many engines, one answer: every engine returns the same tables under the same names.

=============  ====================================================================  ===========
engine         what it does                                                          replications
=============  ====================================================================  ===========
``sim``        compiled simulation, contact by contact                               20 unless told
``reference``  the same rules in SimPy, slower, the peer of ``sim``                  20 unless told
``erlang``     formulas, interval by interval, with reasons where they fail          1
``fluid``      deterministic fluid: backlog and redials carried on, no luck          1
=============  ====================================================================  ===========
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import CatalogueError, InputError, Problem
from surgesim.base.progress import Progress, silent
from surgesim.base.text import suggestion
from surgesim.model.model import Model
from surgesim.result.flags import Flag, still_waiting
from surgesim.result.result import Result
from surgesim.result.tables import Tables
from surgesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from surgesim.sim.start import Start
    from surgesim.sim.stopping import StopRule

ENGINES = ("sim", "reference", "erlang", "fluid")
REPLICATIONS = 20
"""Replications of a simulation unless told: enough for an interval of a few points on a service level."""


@dataclass(frozen=True, eq=False)
class Capacity:
    """Staffing and lines in place of those of the scenario; what is left out stays.

    Attributes
    ----------
    agents : ndarray of int, shape (groups, intervals), optional
        Agents ready to answer.
    paid_s : ndarray, shape (groups, intervals), optional
        Paid time, seconds.
    lines : ndarray of int, shape (trunks, intervals), optional
        Lines in service.
    joined : ndarray, shape (groups, days + 1), optional
        Heads there before the horizon, and heads by their first day of work: they learn from then on.
    """

    agents: NDArray[np.int64] | None = None
    paid_s: NDArray[np.float64] | None = None
    lines: NDArray[np.int64] | None = None
    joined: NDArray[np.float64] | None = None

    def on(self, model: Model) -> Model:
        """Return the model with this capacity."""
        return model.with_capacity(agents=self.agents, paid_s=self.paid_s, lines=self.lines, joined=self.joined)


def run(
    scenario: Scenario,
    engine: str = "sim",
    replications: int = REPLICATIONS,
    seed: int = 1,
    progress: Progress = silent,
    capacity: Capacity | None = None,
    *,
    until: "tuple[Any, ...] | StopRule | None" = None,
    contacts_to: str | Path | None = None,
    policy: Any = None,
    start: "Start | None" = None,
    against: Result | None = None,
) -> Result:
    """Answer a scenario.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    engine : {"sim", "reference", "erlang", "fluid"}
        Who answers; formulas and the fluid ignore ``replications`` and ``seed``.
    replications, seed : int
        Independent replications; the same seed and number see the same marks, whatever the scenario.
    progress : callable, optional
        Called with what is being done, replications done, and all of them.
    capacity : Capacity, optional
        Staffing and lines in place of those of the scenario, e.g. of a plan.
    until : tuple or StopRule, optional
        ``("service_level", 0.01)``: replicate, from ``replications`` on, until the half-width of the 95 % interval of
        a measure is at most that, or until 1000 replications; a flag says where it was not reached.
    contacts_to : str or Path, optional
        Write the contact log there while simulating: a file ``....parquet``, or a folder with a file for each
        replication.
    policy : module or object, optional
        Routing policy in place of that of the scenario: anything with the functions of ``surgesim.sim.view``.
    start : Start, optional
        State to begin with in the middle of the horizon (``surgesim.sim.start``): who waits, who is being served.
    against : Result, optional
        Simulation of the same scenario: a preview (``fluid`` or ``erlang``) then says how far it is off, over the
        horizon in a flag and by day in ``result.side["preview_error"]``.

    Returns
    -------
    Result
        Counters that balance, with flags.

    Raises
    ------
    InputError
        Unknown engine, no replications, or a negative seed; all at once.
    ConservationError
        The books of the engine do not balance.

    Examples
    --------
    >>> from surgesim import load
    >>> run(load("shop.yaml"), replications=2, seed=1)
    Result('shop', sim, 2 replications, seed 1, 0 warnings)
    """
    check(engine, replications, seed)
    extras = Extras.of(until, contacts_to, policy, start)
    from surgesim.model.build import build

    model = build(scenario)
    found = run_model(model if capacity is None else capacity.on(model), engine, replications, seed, progress, extras)
    if against is None:
        return found
    from surgesim.result.preview import with_error

    return with_error(found, against)


@dataclass(frozen=True)
class Extras:
    """What only simulations can do: a stop rule, where the contact log goes, a policy of one's own, a state to start with."""

    until: "StopRule | None" = None
    contacts_to: str | Path | None = None
    policy: Any = None
    start: "Start | None" = None

    @classmethod
    def of(cls, until: "tuple[Any, ...] | StopRule | None", contacts_to: str | Path | None, policy: Any, start: Any) -> "Extras":
        """Return the extras of a call, its stop rule read."""
        from surgesim.sim.stopping import StopRule

        if until is None or isinstance(until, StopRule):
            return cls(until, contacts_to, policy, start)
        if not isinstance(until, tuple | list) or not 2 <= len(until) <= 4:
            raise InputError(Problem(f"{until!r} is no stop rule", "until", 'write ("service_level", 0.01)'))
        return cls(StopRule(*until), contacts_to, policy, start)


NO_EXTRAS = Extras()


def run_model(
    model: Model,
    engine: str = "sim",
    replications: int = REPLICATIONS,
    seed: int = 1,
    progress: Progress = silent,
    extras: Extras = NO_EXTRAS,
) -> Result:
    """Answer a model that is built already; see :func:`run`. For those who run one scenario with many plans."""
    check(engine, replications, seed)
    if engine in ("sim", "reference"):
        return _simulated(model, engine, replications, seed, progress, extras)
    if extras != NO_EXTRAS:
        what = f"the engine {engine} has no replications, contact log, routing policy or start"
        raise InputError(Problem(what, "engine", "leave out until, contacts_to, policy and start, or write sim"))
    if engine == "erlang":
        from surgesim.erlang.engine import run as answer
    else:
        from surgesim.erlang.fluid_engine import run as answer
    found = answer(model)
    progress(engine, 1, 1)
    return Result(model.scenario, engine, seed, 1, found.tables, found.flags, found.side, found.meta)


def _simulated(model: Model, engine: str, replications: int, seed: int, progress: Progress, extras: Extras) -> Result:
    from surgesim.sim.engine import run as simulate
    from surgesim.sim.engine import unit_for
    from surgesim.sim.policy import policy_from

    kind: Literal["sim", "reference"] = "sim" if engine == "sim" else "reference"
    own = extras.policy
    policy = None if own is None else policy_from(own, getattr(own, "KIND", "own"), {}, model)
    if kind == "sim":
        prepare(progress, (unit_for(model, policy, extras.start),))
    progress("simulating", 0, replications)
    tables = simulate(
        model,
        seed=seed,
        replications=replications,
        engine=kind,
        progress=lambda done, total: progress("simulating", done, total),
        until=extras.until,
        contacts_to=extras.contacts_to,
        policy=policy,
        start=extras.start,
    )
    missed = extras.until.missed(tables) if extras.until else None
    flags = (*flags_of(tables, tables.replications), *([missed] if missed else []))
    meta = {} if extras.start else known_luck(model)
    return Result(model.scenario, engine, seed, tables.replications, tables, flags, {}, meta)


def known_luck(model: Model) -> dict[str, Any]:
    """Return what is known about the luck of the demand before any is drawn: the moments of the needs of a replication.

    ``expected_needs`` of each day, over all sample paths where there are some, and ``needs_variance`` over the horizon.
    """
    needs = model.needs
    mean = needs.mean if needs.paths is None else needs.paths.mean(axis=0)
    by_day = np.bincount(model.clock.day_index, mean.sum(axis=0), model.clock.days)
    return {"expected_needs": by_day.tolist(), "needs_variance": needs.variance()}


UNITS = ("replicate", "recur")


def prepare(progress: Progress = silent, units: Iterable[str] = ("replicate",)) -> None:
    """Compile those units of the simulation engine that have not been compiled since surgesim was installed."""
    from surgesim.sim.cache import is_filled
    from surgesim.sim.engine import warm_up

    for unit in units:
        if not is_filled(unit):
            progress("compiling the simulation engine, once per installation (about 10 s)", 0, 0)
            warm_up(unit)


ONE_REPLICATION = Flag(
    "warning", "one_replication", "", "one replication shows no spread: there are no intervals",
    "run at least 10 replications", "反復が1回のため信頼区間を求められません",
)  # fmt: skip


def flags_of(tables: Tables, replications: int) -> tuple[Flag, ...]:
    """Return what to know about the counters of a simulation: no spread, contacts that still wait."""
    inside = tables.values("queues", ["inside"]).reshape(replications, -1, len(tables.axes.queues)).sum(axis=(0, 1))
    each = zip(tables.axes.queues, inside / replications, strict=True)
    waiting = [still_waiting(queue, float(left)) for queue, left in each if left > 0]
    return (*([ONE_REPLICATION] if replications == 1 else []), *waiting)


def check(engine: str, replications: int, seed: int) -> None:
    """Refuse an unknown engine, no replications, or a negative seed; all at once."""
    if engine not in ENGINES:
        raise CatalogueError(Problem(f"there is no engine {engine!r}", "engine", suggestion(engine, ENGINES)))
    problems = []
    if isinstance(replications, bool) or not isinstance(replications, int) or replications < 1:
        problems.append(Problem(f"{replications!r} replications", "replications", "write a whole number from 1 on"))
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        problems.append(Problem(f"{seed!r} is no seed", "seed", "write a whole number from 0 on"))
    if problems:
        raise InputError(problems)

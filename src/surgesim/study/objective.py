"""What a study compares points by: a measure, or wages, as sums of every replication."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.result.counters import GROUP_COLUMNS
from surgesim.result.measures import Measure, find
from surgesim.scenario.levers import HIGHER_IS_BETTER
from surgesim.scenario.scenario import Scenario
from surgesim.study.tally import Floats, Tally

WAGES = "wages_jpy"
"""Cost of paid hours at the wages of the scenario's levers."""
_MORE = (*sorted(HIGHER_IS_BETTER), "handled", "contain", "deflection")


@dataclass(frozen=True)
class Objective:
    """A measure of one queue or of all, or the wages.

    Attributes
    ----------
    name : str
        Name of the measure, or ``wages_jpy``.
    unit : str
        Its unit.
    queue : str or None
        Queue, None for all.
    measure : Measure or None
        Definition; None for wages.
    """

    name: str
    unit: str
    queue: str | None
    measure: Measure | None

    @classmethod
    def of(cls, name: str, queue: str | None, tally: Tally) -> "Objective":
        """Return the objective of a name.

        Raises
        ------
        InputError
            An unknown measure or queue, or a quantile of waits, which has no sums.
        """
        measure = None if name == WAGES else find(name)
        problems = []
        if measure is not None and measure.source == "waits":
            problems.append(Problem(f"{name} has no sums by replication", "of", "choose another measure, such as asa_s"))
        if queue is not None and queue not in tally.axes.queues:
            problems.append(Problem(f"there is no queue {queue!r}", "queue", f"write one of: {', '.join(tally.axes.queues)}"))
        if queue is not None and (measure is None or measure.source in ("groups", "trunks")):
            problems.append(Problem(f"{name} is not counted by queue", "queue", "leave the queue out"))
        if problems:
            raise InputError(problems)
        return cls(name, measure.unit if measure else "JPY", queue, measure)

    @property
    def higher(self) -> bool:
        """Whether more of it is better."""
        return self.name.startswith(_MORE)

    def sums(self, tally: Tally, scenario: Callable[[], Scenario]) -> tuple[Floats, Floats]:
        """Return numerator and denominator of each replication, shape (replications,) each."""
        if self.measure is not None:
            return tally.sums(self.measure, self.queue)
        wages = _wages(scenario(), tally)
        return wages, np.ones_like(wages)


def _wages(scenario: Scenario, tally: Tally) -> Floats:
    staff = scenario.levers.staff if scenario.levers else {}
    paid_h = tally.groups[..., GROUP_COLUMNS.index("paid_s")].sum(axis=1) / 3600.0
    paid = [place for place in range(paid_h.shape[1]) if paid_h[:, place].any()]
    names = [tally.axes.groups[place] for place in paid]
    unknown = [
        Problem(f"no wage is known of {name}", f"levers.staff.{name}", "write wage: 1_800 JPY/head/h")
        for name in names
        if name not in staff
    ]
    if unknown:
        raise InputError(unknown)
    return np.asarray(
        sum((paid_h[:, place] * staff[name].wage for place, name in zip(paid, names, strict=True)), np.zeros(len(paid_h)))
    )

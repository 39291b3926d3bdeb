"""From a scenario to what can be reserved and what each path of demand needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surgesim.base.errors import InputError, Problem
from surgesim.base.text import suggestion
from surgesim.model.build import build
from surgesim.model.model import Model
from surgesim.planning.problem import Floats, StaffChoice
from surgesim.planning.problem import Problem as Planned
from surgesim.planning.read import read
from surgesim.planning.reserve import Option, Reserve, best_units, path_costs, reserve
from surgesim.scenario.scenario import Scenario

OCCUPANCY = 0.85
"""Share of the time at work that handling may take, so that calls are answered soon."""


@dataclass(frozen=True, eq=False)
class Reserving:
    """What can be reserved for a scenario, and what the paths of its demand need.

    Attributes
    ----------
    options : tuple of Option
        Hires and standby packages.
    need : ndarray, shape (paths, days)
        Heads needed beyond those on hand, all queues together.
    """

    options: tuple[Option, ...]
    need: Floats

    def solve(self, short_jpy: float, weight: float = 0.0, tail: float = 0.9) -> Reserve:
        """Return the best reserve; see :func:`surgesim.planning.reserve.reserve`."""
        return reserve(self.options, self.need, short_jpy, weight, tail)

    def saving_jpy(self, name: str, short_jpy: float) -> float:
        """Return what one incident costs less on average where an option is at hand without its fee.

        Times ``incident.per_year`` it is the most that keeping the option ready may cost a year; a yearly fee divided
        by it is the break-even number of incidents a year.

        Parameters
        ----------
        name : str
            Of one of the options.
        short_jpy : float
            What one head short for one day costs.

        Raises
        ------
        InputError
            No option has this name.
        """
        names = [option.name for option in self.options]
        if name not in names:
            raise InputError(Problem(f"nothing that can be reserved is called {name!r}", name, suggestion(name, names)))
        free = [replace(option, fee_jpy=0.0) if option.name == name else option for option in self.options]
        others = [option for option in self.options if option.name != name]
        return self._mean_jpy(others, short_jpy) - self._mean_jpy(free, short_jpy)

    def _mean_jpy(self, options: Sequence[Option], short_jpy: float) -> float:
        units = best_units(options, self.need, short_jpy)
        return float(path_costs(options, self.need, units, short_jpy).mean())


def reserving(scenario: Scenario, paths: int = 200, seed: int = 1) -> Reserving:
    """Return what can be reserved for a scenario, and the heads that each path of demand needs by day.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    paths, seed : int
        Paths of demand, and their luck; another seed gives independent paths.

    Raises
    ------
    ScenarioError
        Nothing can be decided, or nothing is promised.

    Notes
    -----
    The work of a day over the time that one head can handle, as if everybody could do everything and redials cost
    nothing: good for how much to keep ready, not for who works when. That is the business of ``ss.plan``.
    """
    model = build(scenario)
    return reserving_of(model, read(scenario, model), paths, seed)


def reserving_of(model: Model, problem: Planned, paths: int, seed: int) -> Reserving:
    """Return the same of a problem that has been read."""
    hours = work_s(model, problem, paths, seed)
    crew = [staff for staff in problem.staff if staff.on_hand] or list(problem.staff)
    able_s = float(np.mean([(1.0 - staff.shrinkage) * longest_s(staff) / staff.handling_factor for staff in crew])) * OCCUPANCY
    there = sum(staff.on_hand * staff.days_per_week / 7.0 for staff in problem.staff)
    return Reserving(_options(problem), np.maximum(0.0, hours / able_s - there))


def work_s(model: Model, problem: Planned, paths: int, seed: int) -> Floats:
    """Return the work of each path and day, agent-seconds, shape (paths, days)."""
    aht = np.array([queue.aht_s for queue in model.queues])[model.reason_queue[model.needs.reason]]
    first = np.searchsorted(problem.day_of, np.arange(problem.days))
    return np.array([np.add.reduceat(aht @ model.needs.intensity(seed, r), first) for r in range(paths)])


def longest_s(staff: StaffChoice) -> float:
    """Return the paid time of the longest shift, seconds."""
    return max(shift.paid_s for shift in staff.shifts)


def _options(problem: Planned) -> tuple[Option, ...]:
    found = []
    for staff in problem.staff:
        most = int(staff.hires * (1.0 - staff.drop_out))
        training = staff.training_days * staff.wage_jpy_h * staff.day_s / 3600.0
        fee = (staff.hiring_cost_jpy + training) / (1.0 - staff.drop_out)
        day = staff.wage_jpy_h * longest_s(staff) / 3600.0
        if most:
            found.append(Option(f"hires {staff.group}", fee, day, 1, most, staff.wait_days))
    for package in problem.standby:
        staff = problem.staff[package.staff]
        day = staff.wage_jpy_h * longest_s(staff) / 3600.0
        fee = package.fee_jpy + package.activation_jpy
        found.append(Option(package.name, fee, day, package.heads, package.packages, package.lead_days))
    return tuple(found)

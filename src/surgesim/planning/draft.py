"""The optimisation model in the making: shared lists to which every kind of constraint adds."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from surgesim.planning.constraints import shelf
from surgesim.planning.problem import Problem
from surgesim.planning.surrogate import LineLoss, Surrogate

Term = Any
"""A Pyomo expression or a number."""
DEAR = 4_000.0
"""Price of one unit of relaxation where rules may be broken at a high price, relative to the middle price of the bill."""


@dataclass(frozen=True, eq=False)
class Cost:
    """One line of the bill: quantity times unit price."""

    item: str
    unit: str
    price_jpy: float
    quantity: Term


@dataclass(frozen=True, eq=False)
class Relaxation:
    """A rule that may be broken at a price, to say what would make the problem feasible.

    Attributes
    ----------
    kind : str
        Kind of constraint.
    amount : Term
        By how much it is broken.
    weight : float
        Weight among all relaxations.
    sentence, japanese : callable
        From the amount to one sentence that says what to relax.
    step : float
        The amount comes in steps of this size: whole heads, tenths of a point.
    """

    kind: str
    amount: Term
    weight: float
    sentence: Callable[[float], str]
    japanese: Callable[[float], str]
    step: float

    def enough(self, amount: float) -> float:
        """Return an amount rounded up to whole steps."""
        return self.step * math.ceil(amount / self.step - 1e-4)


@dataclass(frozen=True, eq=False)
class Cohort:
    """Heads who come together.

    Attributes
    ----------
    paid, first : int
        First day that is paid (training), and first day of work.
    heads : Term
        Heads, those who drop out left out.
    term_days : int
        Shortest paid engagement, from the first paid day.
    """

    paid: int
    first: int
    heads: Term
    term_days: int = 0


@dataclass(frozen=True, eq=False)
class Marginal:
    """A rule of which it is worth telling what one more unit costs or saves.

    Attributes
    ----------
    rules : sequence
        Pyomo constraints; all of them move.
    scale : float
        One unit: what is added to the lower bounds of the rules, or, below 0, taken from their upper bounds.
    sentence : callable
        From yen to one sentence.
    japanese : callable or None
        The same in Japanese.
    never : tuple of str
        What to say where there is no plan with one more unit, in English and Japanese.
    site : int
        Site that the rules are about; -1 where they are about none.
    """

    rules: Sequence[Any]
    scale: float
    sentence: Callable[[float], str]
    japanese: Callable[[float], str] | None = None
    never: tuple[str, str] = ("", "")
    site: int = -1


def printed(problem: Problem, kind: str, name: str) -> tuple[str, str]:
    """Return what a part is called in English and Japanese, fit for :func:`saying`."""
    en, ja = (title.replace("{", "{{").replace("}", "}}") for title in problem.called_in_both(kind, name))
    return en, ja


def saying(text: str) -> Callable[[float], str]:
    """Return what puts an amount into a sentence, e.g. ``saying("add {:,.0f} seats")``."""
    return text.format


class Draft:
    """A model in the making.

    Parameters
    ----------
    problem : Problem
        What can be decided.
    surrogate : Surrogate
        What is believed about service.
    elastic : frozenset of str
        Kinds of constraints that may be broken at a price.
    kinds : mapping from name to module, optional
        Kinds of constraints; the whole shelf where it is left out.
    dear : bool
        Whether rules are broken at a high price on top of the bill, instead of as little as possible at any cost.
    """

    def __init__(
        self,
        problem: Problem,
        surrogate: Surrogate,
        elastic: frozenset[str] = frozenset(),
        kinds: Mapping[str, Any] | None = None,
        dear: bool = False,
    ) -> None:
        from pyomo.environ import ConcreteModel, Expression

        self.problem = problem
        self.surrogate = surrogate
        self.elastic = elastic
        self.dear = dear
        self.loose = False
        """Whether kinds are left out, so that nothing may be taken from them beforehand."""
        self.kinds = dict(kinds) if kinds is not None else shelf()
        self.model = ConcreteModel(name="plan")
        self.model.total = Expression(expr=0.0)
        self.total = self.model.total
        """The whole bill, complete once every kind has restricted."""
        self.costs: list[Cost] = []
        self.aims: list[Term] = []
        """What is sought beside a small bill, in yen."""
        self.relaxations: list[Relaxation] = []
        self.marginals: list[Marginal] = []
        self.exact = np.zeros((len(problem.groups), problem.days), dtype=bool)
        """Where agents are counted as the simulator rounds them, by group and day."""
        self._staff_lists()
        self._capacity_lists()

    def _staff_lists(self) -> None:
        self.available: defaultdict[tuple[int, int], list[Term]] = defaultdict(list)
        """Heads who can work, by (staff, day)."""
        self.on_hand: dict[int, Term] = {}
        """Heads who are there from the first day on, by staff."""
        self.works: defaultdict[int, dict[tuple[int, int], Term]] = defaultdict(dict)
        """Heads by (shift, day), by staff."""
        self.worked: defaultdict[tuple[int, int], list[Term]] = defaultdict(list)
        """Heads who work, by (staff, day)."""
        self.duty: defaultdict[tuple[int, int], list[Term]] = defaultdict(list)
        """Heads on duty, by (staff, interval)."""

    def _capacity_lists(self) -> None:
        self.agents: dict[tuple[int, int], Term] = {}
        """Agents ready to answer, by (group, interval)."""
        self.seats: defaultdict[tuple[int, int], list[Term]] = defaultdict(list)
        """Seats, by (site, day)."""
        self.most_added: dict[tuple[int, int], int] = {}
        """Greatest number of added seats, by (site, day)."""
        self.opened: dict[tuple[int, int], Term] = {}
        """Whether a site that may grow is open, by (site, day)."""
        self.serving: defaultdict[tuple[int, int], list[Term]] = defaultdict(list)
        """Effective agents at work, by (branch of a queue, interval)."""
        self.line_losses: dict[tuple[int, int, int], tuple[LineLoss, Term]] = {}
        """Loss by busy tones, by (promise, period, trunk)."""
        self.lines: defaultdict[int, list[Term]] = defaultdict(list)
        """Lines from the lead time on, by trunk."""
        self.surplus: defaultdict[tuple[int, int], list[Term]] = defaultdict(list)
        """Terms of the surplus, by (promise, period)."""
        self.terms: defaultdict[int, list[int]] = defaultdict(list)
        """Shortest engagements of all who come, in days, by staff."""
        self.day_caps: defaultdict[int, list[int]] = defaultdict(list)
        """Greatest numbers of working days in any seven days, by staff."""
        self.engaged: defaultdict[int, list[Cohort]] = defaultdict(list)
        """Heads who come, by staff."""
        self.day_of_column: dict[int, int] = {}
        """Day of each variable that belongs to one, by identity: the others are decided for the whole horizon."""

    def dated(self, variables: Any, day: Callable[[Any], int]) -> None:
        """Note to which day variables belong, from their index."""
        self.day_of_column.update({id(var): int(day(index)) for index, var in variables.items()})

    def build(self) -> "Draft":
        """Let every kind declare, then restrict, and set the objective."""
        from pyomo.environ import Objective, quicksum

        for kind in self.kinds.values():
            kind.declare(self)
        for kind in self.kinds.values():
            kind.restrict(self)
        self.total.set_value(quicksum(term.price_jpy * term.quantity for term in self.costs))
        broken = quicksum(relaxation.weight * relaxation.amount for relaxation in self.relaxations)
        dear = DEAR * float(np.median([term.price_jpy for term in self.costs] or [1.0]))
        bill = self.total + dear * broken if self.dear else broken
        self.model.cost = Objective(expr=bill if self.elastic else self.total + quicksum(self.aims))
        return self

    def again(self, elastic: frozenset[str], dear: bool = False) -> "Draft":
        """Return the same model, built anew with other elastic kinds."""
        return Draft(self.problem, self.surrogate, elastic, self.kinds, dear).build()

    def block(self, kind: str) -> Any:
        """Return the part of the model that belongs to a kind."""
        from pyomo.environ import Block

        name = kind.replace("-", "_")
        if self.model.component(name) is None:
            self.model.add_component(name, Block())
        return self.model.component(name)

    def add_cost(self, item: str, unit: str, price_jpy: float, quantity: Term) -> None:
        """Add one line to the bill; what is free or cannot be bought is left out."""
        if price_jpy != 0.0 and not isinstance(quantity, int | float):
            self.costs.append(Cost(item, unit, price_jpy, quantity))

    def add_marginal(
        self,
        rules: Sequence[Any],
        scale: float,
        sentence: Callable[[float], str],
        japanese: Callable[[float], str] | None = None,
        never: tuple[str, str] = ("", ""),
        site: int = -1,
    ) -> None:
        """Note rules of which it is worth telling what one more unit costs or saves."""
        self.marginals.append(Marginal(rules, scale, sentence, japanese, never, site))

    def relax(
        self,
        kind: str,
        weight: float,
        sentence: Callable[[float], str],
        japanese: Callable[[float], str],
        most: float = math.inf,
        step: float = 1.0,
    ) -> Term:
        """Return 0, or the amount by which a rule may be broken where its kind is elastic."""
        from pyomo.environ import NonNegativeIntegers, NonNegativeReals, Var

        if kind not in self.elastic:
            return 0.0
        block = self.block(kind)
        if block.component("broken") is None:
            block.broken = Var(NonNegativeIntegers, dense=False, domain=NonNegativeReals)
        amount = block.broken[len(self.relaxations)]
        if most < math.inf:
            amount.setub(most)
        self.relaxations.append(Relaxation(kind, amount, weight, sentence, japanese, step))
        return amount

    def is_planned(self, group: int) -> bool:
        """Whether a group has a lever."""
        return any(staff.index == group for staff in self.problem.staff)

    def site_up(self, group: int, interval: int) -> float:
        """Return 1 where the site of a group works, 0 during an outage."""
        place = self.problem.group_site[group]
        return next((float(site.up[interval]) for site in self.problem.sites if site.index == place), 1.0)

    def body(self, terms: Sequence[Term]) -> Term:
        """Return the sum of terms with at least one variable in it: Pyomo refuses rules about plain numbers."""
        from pyomo.environ import Var, quicksum

        if any(not isinstance(term, int | float) for term in terms):
            return quicksum(terms)
        if self.model.component("nothing") is None:
            self.model.nothing = Var(bounds=(0.0, 0.0))
        return self.model.nothing + sum(terms)

    def cap_of(self, staff: int) -> int:
        """Return the working days of one head in any seven days."""
        return min(self.day_caps[staff], default=7)

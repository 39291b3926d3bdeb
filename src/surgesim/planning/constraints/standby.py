r"""Standby packages: reserved before, activated when they are needed, there after their lead time, paid for a term.

.. math::

    r_n \le R_n, \qquad \sum_o a_{n,o} \le r_n, \qquad
    A_{k(n),d} \mathrel{+}= H_n \sum_{o + \ell_n \le d} a_{n,o}, \qquad r_n, a_{n,o} \in \mathbb{Z}_{\ge 0}

with r the packages reserved (the fee is due whatever happens), a those activated on the evening before day o, H the
heads of one package and :math:`\ell` the lead time. The heads are paid as their group is, and at least for the
shortest term (see ``minimum-term``).
"""

from typing import Any

from surgesim.planning.draft import Cohort, Draft, printed, saying

KIND = "standby"
TITLE = "standby packages"
TITLE_JA = "待機プラン"
SUMMARY = "Standby packages are reserved for a fee, activated when needed, and there after their lead time."
BROKEN = "More standby packages would be needed than can be reserved."
BROKEN_JA = "確保できる待機プランが足りない。"


def declare(draft: Draft) -> None:
    """Add packages reserved and activated; contribute heads and cost."""
    from pyomo.environ import NonNegativeIntegers, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    days = {n: range(max(0, problem.days - package.lead_days)) for n, package in enumerate(problem.standby)}
    block.reserved = Var(range(len(problem.standby)), domain=NonNegativeIntegers)
    block.activated = Var([(n, o) for n in days for o in days[n]], domain=NonNegativeIntegers)
    for n, package in enumerate(problem.standby):
        k = package.staff
        draft.add_cost(f"reserving {package.name}", "packages", package.fee_jpy, 1.0 * block.reserved[n])
        used = quicksum(block.activated[n, o] for o in days[n])
        draft.add_cost(f"activating {package.name}", "packages", package.activation_jpy, used)
        for o in days[n]:
            heads = package.heads * block.activated[n, o]
            draft.engaged[k].append(Cohort(o + package.lead_days, o + package.lead_days, heads, package.term_days))
            for d in range(o + package.lead_days, problem.days):
                draft.available[k, d].append(heads)


def restrict(draft: Draft) -> None:
    """Activate no more than is reserved, and reserve no more than is offered."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)
    packages = range(len(problem.standby))

    def most(_: Any, n: int) -> Any:
        package = problem.standby[n]
        name, ja = printed(problem, "standby", package.name)
        text = f"reserve {{:,.0f}} more packages {name} (now at most {package.packages})"
        text_ja = f"待機プラン{ja}をあと{{:,.0f}}口確保する(現在は最大{package.packages}口)"
        return block.reserved[n] <= package.packages + draft.relax(KIND, float(package.heads), saying(text), saying(text_ja))

    block.most = Constraint(packages, rule=most)
    block.within = Constraint(
        packages,
        rule=lambda b, n: quicksum(var for (m, _), var in b.activated.items() if m == n) <= b.reserved[n],
    )
    for n in packages:
        name, ja = printed(problem, "standby", problem.standby[n].name)
        draft.add_marginal([block.most[n]], -1.0, saying(f"one more package {name} saves ¥{{:,.0f}}"),
                           saying(f"待機プラン{ja}をあと1つ確保できれば¥{{:,.0f}}安くなる"))  # fmt: skip

r"""Sites: seats can be added once a site is opened, and it opens after its lead time.

.. math::

    \sum_{d \ge \ell_j} o_{j,d} \le 1, \qquad y_{j,d} = \sum_{d' \le d} o_{j,d'}, \qquad o_{j,d} \in \{0, 1\}

Opening costs once, and every day from the opening on costs the day's price. Seats that exist need no opening.
"""

from surgesim.planning.draft import Draft

KIND = "sites"
TITLE = "opening of sites"
TITLE_JA = "拠点の開設"
SUMMARY = "A site opens after its lead time, once, and costs from then on."
BROKEN = "Opening a site costs more than the budget leaves."
BROKEN_JA = "拠点の開設費が予算を超える。"


def declare(draft: Draft) -> None:
    """Add the day of opening of each site that may grow; note on which days it is open."""
    from pyomo.environ import Binary, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    # a site that costs nothing to open is open from its lead time on: no binaries
    growing = [j for j, site in enumerate(problem.sites) if site.grows and site.opening_cost_jpy + site.day_cost_jpy > 0]
    keys = [(j, d) for j in growing for d in range(problem.sites[j].lead_days, problem.days)]
    block.opens = Var(keys, domain=Binary)
    for j in growing:
        site = problem.sites[j]
        for _, d in (key for key in keys if key[0] == j):
            draft.opened[j, d] = quicksum(block.opens[j, e] for e in range(site.lead_days, d + 1))
        opens = [(d, block.opens[j, d]) for i, d in keys if i == j]
        draft.add_cost(f"opening {site.name}", "sites", site.opening_cost_jpy, quicksum(var for _, var in opens))
        days = quicksum((problem.days - d) * var for d, var in opens)
        draft.add_cost(f"open days {site.name}", "days", site.day_cost_jpy, days)


def restrict(draft: Draft) -> None:
    """Let each site open at most once."""
    from pyomo.environ import Constraint, quicksum

    block = draft.block(KIND)
    sites = sorted({j for j, _ in block.opens})
    block.once = Constraint(sites, rule=lambda b, j: quicksum(b.opens[i, d] for i, d in block.opens if i == j) <= 1)

r"""Seats: agents at work at a site never exceed its seats; added seats are contracted by day.

.. math::

    \sum_{g \in j} a_{g,i} \le S_j + x_{j,d(i)}, \qquad x_{j,d} \le (\bar S_j - S_j)\, y_{j,d},
    \qquad x_{j,d} \in \mathbb{Z}_{\ge 0}

with a the agents ready, S the seats that exist, x the seats added and y whether the site is open. During an outage
nobody works there.
"""

from typing import Any

from surgesim.planning.draft import Draft, printed, saying

KIND = "seats"
TITLE = "seats"
TITLE_JA = "席"
SUMMARY = "Agents at work at a site never exceed its seats; added seats are contracted by day."
BROKEN = "The sites do not have enough seats."
BROKEN_JA = "拠点の席が足りない。"


def declare(draft: Draft) -> None:
    """Add seats by site and day."""
    from pyomo.environ import NonNegativeIntegers, Var, quicksum

    problem, block = draft.problem, draft.block(KIND)
    keys = [(j, d) for j, site in enumerate(problem.sites) if site.grows for d in range(site.lead_days, problem.days)]
    most = [site.most_seats - site.seats for site in problem.sites]
    block.added = Var(keys, domain=NonNegativeIntegers)
    draft.dated(block.added, lambda index: index[1])
    for j, site in enumerate(problem.sites):
        for d in range(problem.days):
            draft.seats[j, d].append(site.seats)
    for j, d in keys:
        draft.seats[j, d].append(block.added[j, d])
        draft.most_added[j, d] = most[j]
    for j, site in enumerate(problem.sites):
        days = quicksum(block.added[i, d] for i, d in keys if i == j)
        draft.add_cost(f"seats {site.name}", "seat-days", site.seat_cost_jpy, days)


def restrict(draft: Draft) -> None:
    """Keep agents within seats and added seats within open sites."""
    from pyomo.environ import Constraint, quicksum

    problem, block = draft.problem, draft.block(KIND)
    more = [
        draft.relax(
            KIND,
            1.0,
            saying(f"add {{:,.0f}} seats at {name}, there from the first day"),
            saying(f"{ja}の席を初日からあと{{:,.0f}}席増やす"),
        )
        for name, ja in (printed(problem, "sites", site.name) for site in problem.sites)
    ]
    block.open = Constraint(
        list(draft.most_added),
        rule=lambda b, j, d: b.added[j, d] <= draft.most_added[j, d] * draft.opened.get((j, d), 1.0),
    )
    site_of = {g: j for j, site in enumerate(problem.sites) for g in range(len(problem.groups))
               if problem.group_site[g] == site.index}  # fmt: skip
    used: dict[tuple[int, int], list[Any]] = {}
    for (g, i), agents in draft.agents.items():
        used.setdefault((site_of[g], i), []).append(agents)
    planned = {(site_of[staff.index], i) for staff in problem.staff for g, i in draft.agents if g == staff.index}
    keys = [key for key in used if key in planned]
    block.within = Constraint(
        keys,
        rule=lambda _, j, i: quicksum(used[j, i]) <= quicksum(draft.seats[j, int(problem.day_of[i])]) + more[j],
    )
    for j, site in enumerate(problem.sites):
        rules = [block.within[key] for key in keys if key[0] == j]
        if rules:
            name, ja = printed(problem, "sites", site.name)
            draft.add_marginal(rules, -1.0, saying(f"one more seat in {name} on every day saves ¥{{:,.0f}}"),
                               saying(f"{ja}の席が毎日あと1席あれば¥{{:,.0f}}安くなる"), site=j)  # fmt: skip

r"""Equipment: added seats need it; it is bought in lots, once, and there after its lead time.

.. math::

    x_{j,d} \le m_j b_j \; (d \ge \ell_j), \qquad x_{j,d} = 0 \; (d < \ell_j), \qquad
    b_j \le B_j, \quad b_j \in \mathbb{Z}_{\ge 0}

with x the seats added, m the seats that one lot equips, b the lots and :math:`\ell` the lead time.
"""

from typing import Any

from surgesim.planning.draft import Draft, printed, saying

KIND = "equipment"
TITLE = "equipment"
TITLE_JA = "設備"
SUMMARY = "Added seats need equipment, bought in lots and there after its lead time."
BROKEN = "There is not enough equipment for the seats that would be needed."
BROKEN_JA = "必要な席に対して設備が足りない。"


def declare(draft: Draft) -> None:
    """Add lots by site, and their cost."""
    from pyomo.environ import NonNegativeIntegers, Var

    problem, block = draft.problem, draft.block(KIND)
    block.lots = Var([j for j, site in enumerate(problem.sites) if site.equipment and site.grows], domain=NonNegativeIntegers)
    for j, lots in block.lots.items():
        site = problem.sites[j]
        assert site.equipment is not None
        draft.add_cost(f"equipment {site.name}", "lots", site.equipment.cost_jpy, 1.0 * lots)


def restrict(draft: Draft) -> None:
    """Keep added seats within the equipment, and the lots within those that can be bought."""
    from pyomo.environ import Constraint

    problem, block, added = draft.problem, draft.block(KIND), draft.block("seats").added
    gear = {j: site.equipment for j, site in enumerate(problem.sites) if site.equipment is not None}

    def most(_: Any, j: int) -> Any:
        name, ja = printed(problem, "sites", problem.sites[j].name)
        text = f"buy {{:,.0f}} more lots of equipment for {name} (now at most {gear[j].lots})"
        text_ja = f"{ja}の設備をあと{{:,.0f}}式購入する(現在は最大{gear[j].lots}式)"
        return block.lots[j] <= gear[j].lots + draft.relax(KIND, float(gear[j].lot), saying(text), saying(text_ja))

    def equipped(_: Any, j: int, d: int) -> Any:
        return added[j, d] <= (gear[j].lot * block.lots[j] if d >= gear[j].lead_days else 0.0)

    block.most = Constraint(list(block.lots), rule=most)
    block.equipped = Constraint([key for key in added if key[0] in gear], rule=equipped)
    for j in block.most:
        name, ja = printed(problem, "sites", problem.sites[j].name)
        draft.add_marginal([block.most[j]], -1.0, saying(f"one more lot of equipment for {name} saves ¥{{:,.0f}}"),
                           saying(f"{ja}の機器があと1組あれば¥{{:,.0f}}安くなる"))  # fmt: skip

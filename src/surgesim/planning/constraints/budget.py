r"""Budget: the whole bill stays within the budget.

.. math::

    \sum_c p_c q_c \le \text{budget}

over all lines c of the bill, with unit price p and quantity q.
"""

import math

import numpy as np

from surgesim.planning.draft import Draft
from surgesim.planning.solve import unit_of

KIND = "budget"
TITLE = "budget"
TITLE_JA = "予算"
SUMMARY = "The whole bill stays within the budget."
BROKEN = "The budget is too small for the promises."
BROKEN_JA = "予算が約束に対して足りない。"

USUAL = 65_536.0
"""A budget is from this to twice this in the units of its rule, which makes the rule like the others."""


def declare(draft: Draft) -> None:
    """Nothing to declare: the bill is shared."""


def restrict(draft: Draft) -> None:
    """Limit the bill."""
    from pyomo.environ import Constraint

    budget = draft.problem.budget_jpy
    if budget == float("inf"):
        return
    unit = unit_of(np.array([budget]), USUAL)
    more = draft.relax(
        KIND,
        1e-4 / unit,
        lambda yen: f"raise the budget by ¥{yen:,.0f} to ¥{math.ceil(budget + yen):,.0f}",
        lambda yen: f"予算を¥{yen:,.0f}増やして¥{math.ceil(budget + yen):,.0f}とする",
    )

    draft.block(KIND).within = Constraint(rule=lambda _: (draft.total - more) / unit <= budget / unit)

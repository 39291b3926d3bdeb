r"""Borrowed staff: each day that one of them works here costs their own desk service, at the price that it names.

.. math::

    C \mathrel{+}= \sum_k b_k \sum_{s,d} w_{k,s,d}

with b what the lender says a day without one of his people costs him (calls lost, work put off, penalties), on top of the
wage. Who is paid by the day but does not work is left to the lender, and costs him nothing.
"""

from surgesim.planning.draft import Draft

KIND = "borrowed"
TITLE = "borrowed staff"
TITLE_JA = "応援要員"
SUMMARY = "Borrowed staff cost their own desk service, each day that they work here."
BROKEN = "What borrowed staff cost their own desk leaves too little of the budget."
BROKEN_JA = "応援要員の派遣元の損失が予算を超える。"


def declare(draft: Draft) -> None:
    """Nothing to declare: heads by shift are shared."""


def restrict(draft: Draft) -> None:
    """Add what the lenders lose."""
    from pyomo.environ import quicksum

    for k, staff in enumerate(draft.problem.staff):
        days = quicksum(draft.works[k].values())
        draft.add_cost(f"service lost at the lender {staff.group}", "head-days", staff.lender_jpy_day, days)

r"""Measures: what is taken beside staff, seats and lines is paid once, by the day, and by the use of self-service.

.. math::

    C \mathrel{+}= \sum_{m \in M} c_m + c'_m D_m + s_m

over the measures M that are taken, with the price c of taking one, c' of each of its D days, and s of the content and the
tries of the self-service that it brings. Which ones are taken is decided before: every set of them has a plan of its own.
"""

from surgesim.planning.draft import Cost, Draft

KIND = "measures"
TITLE = "measures"
TITLE_JA = "対策"
SUMMARY = "Measures taken (self-service, opening hours, callbacks ...) are paid once, by the day, and by use."
BROKEN = "The measures taken leave too little of the budget."
BROKEN_JA = "採用する対策の費用が予算を圧迫する。"


def declare(draft: Draft) -> None:
    """Add the price of every measure that is taken."""
    for measure in draft.problem.measures:
        parts = (
            ("measures", measure.cost_jpy, 1.0), ("days", measure.day_cost_jpy, float(measure.days)),
            ("self-service", measure.self_service_jpy, 1.0),
        )  # fmt: skip
        for unit, price, quantity in parts:
            if price * quantity != 0.0:
                item = "self-service of" if unit == "self-service" else "days of" if unit == "days" else "measure"
                draft.costs.append(Cost(f"{item} {measure.name}", "measures" if unit != "days" else unit, price, quantity))


def restrict(draft: Draft) -> None:
    """Nothing to restrict: the question itself is changed by the measures."""

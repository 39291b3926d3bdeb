r"""Lines: added in lots after the lead time, kept to the end; busy tones cost surplus of the promises.

.. math::

    L_t = \bar\ell_t + m_t b_t,\ 0 \le b_t \le B_t,\ b_t \in \mathbb{Z}, \qquad
    z_{p,r,t} \ge \alpha_n + \beta_n L_t \ \forall n

with m the size of a lot, b the lots, and z the loss of promise p in period r by busy tones: the convex
piecewise-linear function through the losses at whole numbers of lots (Erlang B on the line load that the simulation
saw; A. K. Erlang, 1917).
"""

from surgesim.planning.draft import Draft, printed, saying

KIND = "lines"
TITLE = "lines"
TITLE_JA = "回線"
SUMMARY = "Lines come in lots after the lead time; busy tones count against the promises."
BROKEN = "The trunks do not have enough lines."
BROKEN_JA = "回線が足りない。"


def declare(draft: Draft) -> None:
    """Add lots by trunk, the lines they give, and the loss by busy tones."""
    from pyomo.environ import NonNegativeIntegers, NonNegativeReals, Var

    problem, block = draft.problem, draft.block(KIND)
    growing = [t for t, trunk in enumerate(problem.trunks) if trunk.lots > 0 and trunk.lead_days < problem.days]
    block.lots = Var(growing, domain=NonNegativeIntegers)
    for t, trunk in enumerate(problem.trunks):
        draft.lines[t].append(trunk.lines)
        if t in growing:
            draft.lines[t].append(trunk.lot * block.lots[t])
            days = (problem.days - trunk.lead_days) * trunk.lot * block.lots[t]
            draft.add_cost(f"lines {trunk.name}", "line-days", trunk.line_cost_jpy, days)
    losses = {(*key, loss.trunk): loss for key, several in draft.surrogate.losses.items() for loss in several}
    block.lost = Var(list(losses), domain=NonNegativeReals)
    for (p, r, t), var in block.lost.items():
        draft.surplus[p, r].append(-var)
        draft.line_losses[p, r, t] = (losses[p, r, t], var)


def restrict(draft: Draft) -> None:
    """Limit the lots, and hold each loss above its convex function."""
    from pyomo.environ import Constraint, ConstraintList, quicksum

    problem, block = draft.problem, draft.block(KIND)
    names = {t: printed(problem, "trunks", problem.trunks[t].name) for t in block.lots}
    more = {
        t: draft.relax(
            KIND,
            0.2,
            saying(f"allow {{:,.0f}} more lines on {name}"),
            saying(f"{ja}の回線をあと{{:,.0f}}本認める"),
            step=float(problem.trunks[t].lot),
        )
        for t, (name, ja) in names.items()
    }
    block.most = Constraint(
        list(block.lots),
        rule=lambda b, t: problem.trunks[t].lot * (b.lots[t] - problem.trunks[t].lots) <= more[t],
    )
    block.busy = ConstraintList()
    for (_, _, t), (loss, var) in draft.line_losses.items():
        lines = quicksum(draft.lines[t])
        for n in range(len(loss.lines) - 1):
            slope = (loss.loss[n + 1] - loss.loss[n]) / (loss.lines[n + 1] - loss.lines[n])
            block.busy.add(var >= float(loss.loss[n]) + float(slope) * (lines - float(loss.lines[n])))
        if len(loss.lines) == 1:
            block.busy.add(var >= float(loss.loss[0]))
    for t in block.most:
        name, ja = printed(problem, "trunks", problem.trunks[t].name)
        draft.add_marginal([block.most[t]], -1.0, saying(f"one more line on {name} saves ¥{{:,.0f}}"),
                           saying(f"{ja}の回線があと1本あれば¥{{:,.0f}}安くなる"))  # fmt: skip

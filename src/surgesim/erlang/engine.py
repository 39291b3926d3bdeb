"""A scenario answered by formulas: Erlang A with lines and redials, interval by interval.

Each interval is taken to be in a steady state of its own: no backlog comes in, none goes out, and the mean demand is
all that counts. Where that premise fails the interval is marked with the reason in words; see ``reasons``.
"""

from surgesim.erlang.answer import Answer
from surgesim.erlang.engine_counters import filled
from surgesim.erlang.engine_reasons import flags, workings
from surgesim.erlang.engine_state import Solver
from surgesim.model.model import Model
from surgesim.result.tables import Axes, from_arrays


def run(model: Model) -> Answer:
    """Return the answer of the formulas.

    Calls: Erlang A with finite lines (Palm 1957; exponential patience of the law's mean), after redials, follow-ups
    and returns at closed doors have been added by a fixed point over all intervals. Groups with several skills are cut
    into parts by load. Deferred work takes the time that calls leave over, first come, first served.

    Parameters
    ----------
    model : Model
        The scenario as arrays.

    Returns
    -------
    Answer
        The side table ``erlang`` holds load, agents, lines, Erlang C beside Erlang A, and the reasons by interval.
    """
    state = Solver(model).solve()
    arrays = filled(state)
    tables = from_arrays(
        Axes.of(model.scenario), arrays.queues[None], arrays.groups[None], arrays.trunks[None], arrays.waits[None]
    )
    table = workings(state)
    meta = {"rounds": state.rounds, "fixed_point_gap": state.gap}
    return Answer(tables, flags(state, table), {"erlang": table}, meta)

"""What becomes of those who arrive in an interval of :func:`surgesim.erlang.transient.transient`.

Who is answered within T: a person who arrives to ``j`` waiting is followed in the pure-death chain of those ahead
(first come first served, so later arrivals do not matter). While capacity does not change within T of the arrival, the
fate depends on the state found only, and the integral over the interval is exact: fate times the integrated law. Where
the wait may straddle a change of capacity, a Gauss-Kronrod rule (10 inside 21 nodes) over the arrival moment is halved
until the two rules differ by less than the tolerance.

What becomes of an interval's arrivals in the end: all who arrived up to an edge = those answered up to the edge + those
in queue at the edge who will be answered, and the latter is a backward equation. Differences over edges are exact.
"""

from functools import cache

import numpy as np

from surgesim.erlang import transient_kernel as kernel
from surgesim.erlang.transient_chain import Array, Chain, State
from surgesim.erlang.transient_moves import tagged_edge

COHORT = ("cohort_handled", "cohort_abandoned", "cohort_wait_s", "cohort_waiting")


def fates_of(chain: Chain, k: int, law: State, moment: float) -> Array:
    """Mass of arrivals under ``law`` answered, and gone, within the target."""
    n, trunks = int(chain.agents[k]), chain.trunks if chain.trunks >= 0 else np.iinfo(np.int64).max
    main, layers = kernel.resize(*law, n, *kernel.support(*law, n))
    width = layers.shape[1]
    field = _look_ahead(chain, k, moment, layers.shape[0] + 1, width)
    found = np.vstack([main[n:], layers])
    found = found * (n + np.arange(found.shape[0])[:, None] + np.arange(width) < trunks)
    answered, left = (field[f] for f in (0, 1))
    now = float(main[: min(n, trunks)].sum())
    stay = 1.0 - chain.balk
    return np.array([now + stay * float((answered * found).sum()), stay * float((left * found).sum())])


def _look_ahead(chain: Chain, k: int, moment: float, layers: int, width: int) -> Array:
    """Fields of :func:`transient_kernel.tagged_back` for someone who joins at ``moment`` in interval ``k``."""
    limit, last = moment + chain.within, k
    while last + 1 < chain.agents.size and chain.edges[last + 1] < limit:
        last += 1
    shapes, top = [], int(chain.agents[k]) + layers - 1
    for i in range(k, last + 1):
        top = max(top, int(chain.agents[i]))
        shapes.append(top - int(chain.agents[i]) + 1)
    field = np.zeros((2, shapes[-1], width))
    for i in range(last, k - 1, -1):
        begin = moment if i == k else float(chain.edges[i])
        end = limit if i == last else float(chain.edges[i + 1])
        n = int(chain.agents[i])
        field = kernel.tagged_back(field, n, float(chain.mu[i]), float(chain.theta[i]), max(end - begin, 0.0))
        if i > k:
            field = tagged_edge(field, n, int(chain.agents[i - 1]), shapes[i - 1 - k], width)
    return field


def cohorts(
    chain: Chain, at_start: list[State], at_end: list[State], started: list[float], columns: dict[str, Array]
) -> dict[str, Array]:
    """What becomes of those who arrive in each interval, capacity going on after the last edge as before it.

    ``at_start`` are the laws just after, ``at_end`` just before, a change of capacity; ``started`` the services that
    begin at the start of each interval because capacity rose.
    """
    size = chain.agents.size
    waiting = np.zeros((3, size + 1))  # of those in queue at each edge: to be answered, to leave, wait to come
    last, shape = int(chain.agents[-1]), at_end[-1][1].shape
    field = _for_ever(last, float(chain.mu[-1]), float(chain.theta[-1]), shape[0] + 1, shape[1])
    waiting[:, size] = _of_queue(field, at_end[-1], last)
    for k in range(size - 1, -1, -1):
        n, layers, length = int(chain.agents[k]), at_start[k][1], float(chain.edges[k + 1] - chain.edges[k])
        field = _fit(field, layers.shape[0] + 1, max(layers.shape[1], at_end[k][1].shape[1]))
        field = kernel.tagged_back(field, n, float(chain.mu[k]), float(chain.theta[k]), length)
        waiting[:, k] = _of_queue(field, at_start[k], n)
        if k > 0:
            count, width = at_end[k - 1][1].shape
            field = tagged_edge(field, n, int(chain.agents[k - 1]), count + 1, width)
    waiting[0, :size] += started
    sums = [np.concatenate([[0.0], np.cumsum(columns[name])]) for name in ("answered", "abandoned", "queue_s")]
    answered, left, wait = (np.diff(total + later) for total, later in zip(sums, waiting, strict=True))
    inside = columns["offered"] - columns["blocked"] - columns["balked"] - answered - left
    return dict(zip(COHORT, (answered, left, wait, inside), strict=True))


def _for_ever(n: int, mu: float, theta: float, layers: int, width: int) -> Array:
    """Limit of :func:`transient_kernel.tagged_back` over endless time; zero where a wait would never end."""
    field = np.zeros((3, layers, width + 1))
    field[0, :, 0] = 1.0  # column 0: answered, one place ahead of the head of the queue
    own = np.array([0.0, theta, 1.0])
    for e in range(layers):
        serve = (n + e) * mu
        for j in range(width):
            total = serve + (j + 1) * theta
            if total > 0.0:
                ahead = field[:, 0, j] if e == 0 else field[:, e - 1, j + 1]
                before = field[:, e, j] if j > 0 else 0.0
                field[:, e, j + 1] = (own + serve * ahead + j * theta * before) / total
    return np.ascontiguousarray(field[:, :, 1:])


def _fit(field: Array, layers: int, width: int) -> Array:
    """The same field on ``layers`` x ``width``; beyond the edge the last value (those states have next to no mass)."""
    grow = [(0, 0), (0, max(layers - field.shape[1], 0)), (0, max(width - field.shape[2], 0))]
    return np.ascontiguousarray(np.pad(field, grow, mode="edge")[:, :layers, :width])


def _of_queue(field: Array, law: State, n: int) -> Array:
    """Sum of the fields over everyone in queue: with ``q`` in queue they have 0 .. q - 1 ahead."""
    main, layers = law
    found = np.vstack([main[n:], layers])
    ahead = np.cumsum(field[:, : found.shape[0], : found.shape[1] - 1], axis=2)
    return np.asarray((ahead * found[:, 1:]).sum(axis=(1, 2)))


@cache
def kronrod() -> tuple[Array, Array, Array]:
    """Nodes on [-1, 1], weights of the 21-point Kronrod rule, and of the 10-point Gauss rule (0 at the other nodes)."""
    half, weights = np.array(KRONROD_NODES), np.array(KRONROD_WEIGHTS)
    coarse = np.zeros(21)
    coarse[1::2] = np.polynomial.legendre.leggauss(10)[1]
    return np.concatenate([-half, half[-2::-1]]), np.concatenate([weights, weights[-2::-1]]), coarse


# Positive nodes, from the outside in, and their weights: Kronrod (1965); Piessens and others, QUADPACK (1983).
KRONROD_NODES = (
    0.995657163025808080735527280689003,
    0.973906528517171720077964012084452,
    0.930157491355708226001207180059508,
    0.865063366688984510732096688423493,
    0.780817726586416897063717578345042,
    0.679409568299024406234327365114874,
    0.562757134668604683339000099272694,
    0.433395394129247190799265943165784,
    0.294392862701460198131126603103866,
    0.148874338981631210884826001129720,
    0.0,
)
KRONROD_WEIGHTS = (
    0.011694638867371874278064396062192,
    0.032558162307964727478818972459390,
    0.054755896574351996031381300244580,
    0.075039674810919952767043140916190,
    0.093125454583697605535065465083366,
    0.109387158802297641899210590325805,
    0.123491976262065851077958109831074,
    0.134709217311473325928054001771707,
    0.142775938577060080797094273138717,
    0.147739104901338491374841515972068,
    0.149445554002916905664936468389821,
)

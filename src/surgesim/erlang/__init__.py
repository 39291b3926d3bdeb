"""Queueing formulas: exact where an exact answer can be computed, with their domain enforced.

Rates are per second, times in seconds, shares in 0..1; arguments are keywords and broadcast.  A formula asked outside
its domain raises `surgesim.base.errors.DomainError` with all positions.

=====================  ==================================================================================
one queue              ``erlang_b`` M/G/n/n; ``erlang_c`` M/M/n; ``erlang_a`` M/M/n+M, with ``trunks``
                       M/M/n/K+M, with a law as ``patience`` M/M/n+G and M/M/n/K+G.  Answer: ``Waits``
inverses               ``agents_for`` (service level), ``least_agents`` (any measure), ``trunks_for``,
                       ``load_for``, ``rate_for`` (greatest arrival rate), ``seats_and_lines``
redials                ``redials`` (fixed point or exact), ``exact_redials`` (also people who call again)
several types          ``priority_waits`` (Cobham), ``priority_abandonment``, ``n_design``, ``skills``
other desks            ``chat_waits``, ``window_handle_s``, ``callbacks``, ``blend``, ``phase_waits``
over time              ``transient``, ``sinusoidal_load``, ``piecewise_load``, ``average_load``, ``load_lag``,
                       ``approximate``, ``approximate_agents``, ``agents_for_delay``, ``stabilised_agents``,
                       ``fluid``, ``diffusion``, ``overload_limit``
limits                 ``halfin_whitt``, ``halfin_whitt_inverse``, ``garnett``, ``garnett_inverse``,
                       ``square_root_agents``
estimation             ``kaplan_meier``, ``estimate_patience``, ``fit_service_time``, ``estimate_redials``
=====================  ==================================================================================

Fields of ``Waits`` (V: wait of a contact with endless patience; W = min(V, patience)):

=====================  ==================================================================================
wait_probability       P(V > 0), accepted contacts
blocking, accepted     found no line, found one; of offered
abandonment            abandoned / offered
answer_rate            handled / offered
asa_s, asa_handled_s   mean W of handled contacts
asa_all_s              mean W of accepted contacts
asa_abandoned_s        mean W of abandoned contacts
virtual_wait_s         mean V of accepted contacts
queue_length           mean number waiting
agents_busy            mean number of busy agents; ``occupancy`` = agents_busy / agents
trunks_busy            mean number of lines in use
handled_rate           handled contacts per second
stable                 False where a queue without abandonment grows for ever
=====================  ==================================================================================

Methods: ``service_level(within=, of=)`` with ``of`` "offered", "accepted", "handled" or
"offered_less_short_abandons"; ``wait_within(within=, of=)`` and ``wait_quantile(share, of=)`` with ``of`` "all" (W),
"virtual" (V) or "handled"; ``virtual_wait_beyond(within=)``; ``abandoned_within(within=)``.
"""

# Some functions share the name of their module: importing all here makes the package mean the functions, always.
from surgesim.erlang.approximations import (
    agents_for_delay,
    approximate,
    approximate_agents,
    effective_rate,
    stabilised_agents,
)
from surgesim.erlang.concurrency import Chats, chat_waits, window_handle_s
from surgesim.erlang.diffusion import Diffusion, diffusion, overload_limit
from surgesim.erlang.estimation import estimate_patience, fit_service_time, kaplan_meier
from surgesim.erlang.estimation_laws import fit_law, fit_laws
from surgesim.erlang.estimation_redials import estimate_redials
from surgesim.erlang.fluid import Fluid, fluid
from surgesim.erlang.infinite_server import average_load, load_lag, piecewise_load, sinusoidal_load
from surgesim.erlang.inverses import agents_for, least_agents
from surgesim.erlang.inverses_lines import load_for, rate_for, seats_and_lines, trunks_for
from surgesim.erlang.limits import (
    garnett,
    garnett_inverse,
    halfin_whitt,
    halfin_whitt_inverse,
    hazard,
    square_root_agents,
)
from surgesim.erlang.mixed_work import Blend, Callbacks, blend, callbacks
from surgesim.erlang.phases import PhaseWaits, erlang_phases, mixed_phases, phase_waits
from surgesim.erlang.priorities import n_design, priority_abandonment, priority_waits
from surgesim.erlang.redials import Redials, exact_redials, redials
from surgesim.erlang.single import erlang_a, erlang_b, erlang_c
from surgesim.erlang.skills import Skills, skills
from surgesim.erlang.transient import Transient, transient
from surgesim.erlang.waits import Waits

__all__ = [
    "Blend",
    "Callbacks",
    "Chats",
    "Diffusion",
    "Fluid",
    "PhaseWaits",
    "Redials",
    "Skills",
    "Transient",
    "Waits",
    "agents_for",
    "agents_for_delay",
    "approximate",
    "approximate_agents",
    "average_load",
    "blend",
    "callbacks",
    "chat_waits",
    "diffusion",
    "effective_rate",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_phases",
    "estimate_patience",
    "estimate_redials",
    "exact_redials",
    "fit_law",
    "fit_laws",
    "fit_service_time",
    "fluid",
    "garnett",
    "garnett_inverse",
    "halfin_whitt",
    "halfin_whitt_inverse",
    "hazard",
    "kaplan_meier",
    "least_agents",
    "load_for",
    "load_lag",
    "mixed_phases",
    "n_design",
    "overload_limit",
    "phase_waits",
    "piecewise_load",
    "priority_abandonment",
    "priority_waits",
    "rate_for",
    "redials",
    "seats_and_lines",
    "sinusoidal_load",
    "skills",
    "square_root_agents",
    "stabilised_agents",
    "transient",
    "trunks_for",
    "window_handle_s",
]

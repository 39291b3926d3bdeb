"""Reference cases of stationary models, answered by this package: model name -> inputs -> outputs (units of the case)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from adapters_time import law

from surgesim import erlang
from surgesim.base.distributions import Exponential, Law, Mixture

Case = dict[str, Any]
METRICS: dict[str, tuple[str, str]] = {  # case name -> (field of Waits, or definition of the service level)
    "p_ab": ("field", "abandonment"), "p_wait": ("field", "wait_probability"), "asa": ("field", "asa_all_s"),
    "asa_served": ("field", "asa_handled_s"), "occ": ("field", "occupancy"), "lq": ("field", "queue_length"),
    "p_block": ("field", "blocking"), "p_served": ("field", "answer_rate"), "w_ab": ("field", "asa_abandoned_s"),
    "e_v": ("field", "virtual_wait_s"), "sl_offered": ("level", "offered"), "sl": ("level", "offered"),
    "sl_all": ("level", "offered"),
    "sl_served": ("level", "handled"), "sl_excl": ("level", "offered_less_short_abandons"),
}  # fmt: skip


def number(inputs: Case, name: str, default: float = 0.0) -> float:
    return float(inputs.get(name, default))


def patience_of(theta: float) -> float:
    return 1 / theta if theta > 0 else np.inf


def measures(waits: erlang.Waits, tau: float) -> Case:
    """All names of the cases; shares of accepted contacts unless the name says otherwise."""
    accepted = waits.accepted
    return {
        "stable": bool(waits.stable), "p_block": waits.blocking, "p_wait": waits.wait_probability,
        "p_ab": waits.abandonment / accepted, "p_served": waits.answer_rate / accepted, "asa": waits.asa_all_s,
        "asa_served": waits.asa_handled_s, "w_ab": waits.asa_abandoned_s, "e_v": waits.virtual_wait_s,
        "lq": waits.queue_length, "occ": waits.occupancy, "trunks_busy": waits.trunks_busy,
        "throughput": waits.handled_rate, "p_v_gt": waits.virtual_wait_beyond(within=tau),
        "p_ab_within": waits.abandoned_within(within=tau), "sl_le": waits.wait_within(within=tau),
        "sl_all": waits.service_level(within=tau, of="accepted"), "sl_served": waits.service_level(within=tau, of="handled"),
        "sl_excl": waits.service_level(within=tau, of="offered_less_short_abandons"),
        "sl_offered": waits.service_level(within=tau), "sl": waits.service_level(within=tau),
    }  # fmt: skip


def erlang_b(inputs: Case) -> Case:
    load, trunks = number(inputs, "a"), number(inputs, "n")
    blocking = erlang.erlang_b(load=load, trunks=trunks)
    return {"blocking": blocking, "carried": load * (1 - blocking)}


def erlang_b_trunks(inputs: Case) -> Case:
    load, limit = number(inputs, "a"), number(inputs, "blocking")
    trunks = int(erlang.trunks_for(load=load, blocking=limit))
    at, before = erlang.erlang_b(load=load, trunks=[trunks, max(trunks - 1, 0)])
    return {"n": trunks, "blocking": at, "blocking_n_minus_1": before}


def erlang_b_load(inputs: Case) -> Case:
    return {"a": erlang.load_for(blocking=number(inputs, "blocking"), trunks=number(inputs, "n"))}


def desk(inputs: Case) -> Case:
    return {"arrival_rate": number(inputs, "lam"), "aht": 1 / number(inputs, "mu"), "agents": number(inputs, "n", 1)}


def erlang_c(inputs: Case) -> Case:
    waits = erlang.erlang_c(**desk(inputs), unstable="flag")
    found = measures(waits, number(inputs, "tau"))
    if found["stable"]:
        found["w_delayed"] = 1 / (number(inputs, "n") * number(inputs, "mu") - number(inputs, "lam"))
    return found


def least(inputs: Case, patience: float | None, metric: str, target: float) -> int:
    given = {key: value for key, value in desk(inputs).items() if key != "agents"}
    kind, name = METRICS[metric]
    if kind == "level":
        return int(erlang.agents_for(target=target, within=number(inputs, "tau"), of=name, patience=patience, **given))
    return int(erlang.least_agents(name, target, patience=patience, **given))


def erlang_c_agents(inputs: Case) -> Case:
    agents = max(least(inputs, None, name, number(inputs, name)) for name in ("sl", "asa", "p_wait", "occ") if name in inputs)
    return {"n": agents, **erlang_c({**inputs, "n": agents})}


def erlang_a(inputs: Case) -> Case:
    waits = erlang.erlang_a(**desk(inputs), patience=1 / number(inputs, "theta"), balk=number(inputs, "balk"))
    return measures(waits, number(inputs, "tau"))


def erlang_a_agents(inputs: Case) -> Case:
    agents = least(inputs, 1 / number(inputs, "theta"), inputs["metric"], number(inputs, "target"))
    return {"n": agents, **erlang_a({**inputs, "n": agents})}


def mmnk_m(inputs: Case) -> Case:
    waits = erlang.erlang_a(
        **desk(inputs), patience=patience_of(number(inputs, "theta")), trunks=number(inputs, "K"),
        balk=number(inputs, "balk"),
    )  # fmt: skip
    return measures(waits, number(inputs, "tau"))


def quadrature_law(spec: Case) -> Law:
    """The law of a case; exponential as a mixture of itself, so that the general method is what answers."""
    same = law(spec)
    return Mixture((0.5, 0.5), (same, same)) if isinstance(same, Exponential) else same


def mmn_g(inputs: Case) -> Case:
    spec = inputs["patience"]
    waits = erlang.erlang_a(**desk(inputs), patience=quadrature_law(spec), balk=number(spec, "balk"))
    return measures(waits, number(inputs, "tau"))


def redial(inputs: Case) -> Case:
    found = erlang.exact_redials(
        **desk(inputs), patience=patience_of(number(inputs, "theta")), redial_probability=number(inputs, "p_redial"),
        redial_delay=1 / number(inputs, "delta"), trunks=number(inputs, "K", np.inf),
        blocked_redial_probability=number(inputs, "p_block_redial"), within=number(inputs, "tau"),
        reconnect_probability=number(inputs, "q_reconnect"), reconnect_delay=1 / number(inputs, "delta2", 1.0),
        most_inside=inputs.get("xmax"), most_orbit=inputs.get("rmax"), most_reconnecting=inputs.get("cmax"),
    )  # fmt: skip
    return {
        "lam_total": found.total_rate, "e_orbit": found.redialling, "e_orbit2": found.reconnecting,
        "lq": found.queue_length, "occ": found.occupancy, "p_wait": found.wait_probability, "p_ab": found.abandonment,
        "p_block": found.blocking, "p_block_attempt": found.blocking, "throughput": found.handled_rate,
        "p_lost": found.lost, "attempts": found.attempts, "sl_attempt": found.service_level,
    }  # fmt: skip


def retrial(inputs: Case) -> Case:
    servers = number(inputs, "c", 1)
    return redial({**inputs, "n": servers, "K": servers, "theta": 0.0, "p_redial": 0.0, "p_block_redial": 1.0})


def n_design(inputs: Case) -> Case:
    pair = {name: [number(inputs, f"{name}{k}") for k in (1, 2)] for name in ("lam", "mu", "n", "th")}
    found = erlang.n_design(
        arrival_rate=pair["lam"], aht=1 / np.array(pair["mu"]), agents=pair["n"], patience=1 / np.array(pair["th"]),
        priority=inputs["priority"], reserve=inputs.get("reserve", 0), within=number(inputs, "tau"),
        most_waiting=inputs["qmax"],
    )  # fmt: skip
    columns = {
        "p_wait": found.wait_probability, "lq": found.queue_length, "p_ab": found.abandonment, "asa": found.asa_all_s,
        "occ": found.occupancy, "sl": found.service_level,
    }  # fmt: skip
    named = {f"{name}{k + 1}": column[k] for name, column in columns.items() for k in (0, 1)}
    return {**named, "frac1_pool2": found.group_rate[0, 1] / found.handled_rate[0]}


def multiskill(inputs: Case) -> Case:
    found = erlang.skills(
        arrival_rate=inputs["lams"], aht=1 / np.array(inputs["mus"]), agents=inputs["ns"],
        patience=1 / np.array(inputs["thetas"]), type_groups=inputs["type_groups"], group_types=inputs["group_types"],
        within=inputs.get("tau", 0.0), most_waiting=inputs["qmax"],
    )  # fmt: skip
    return {
        "occ": found.occupancy, "p_wait": found.wait_probability, "p_ab": found.abandonment, "asa": found.asa_all_s,
        "lq": found.queue_length, "sl": found.service_level,
    }  # fmt: skip


def priority_cobham(inputs: Case) -> Case:
    wait = erlang.priority_waits(arrival_rate=inputs["lams"], aht=1 / inputs["mu"], agents=inputs["n"])
    return {"asa": wait, "sojourn": wait + 1 / inputs["mu"]}


def blend_threshold(inputs: Case) -> Case:
    mu = number(inputs, "mu")
    found = erlang.blend(
        arrival_rate=number(inputs, "lam"), aht=1 / mu, agents=inputs["n"], reserve=inputs.get("reserve", 0),
        patience=patience_of(number(inputs, "theta")), outbound_aht=1 / number(inputs, "mu_out", mu),
        most_waiting=inputs["qmax"],
    )  # fmt: skip
    return {
        "p_wait": found.wait_probability, "asa": found.asa_all_s, "lq": found.queue_length, "occ": found.occupancy,
        "outbound_rate": found.outbound_rate, "p_ab": found.abandonment,
    }  # fmt: skip


def chat_concurrency(inputs: Case) -> Case:
    found = erlang.chat_waits(
        arrival_rate=number(inputs, "lam"), handle_s=[1 / rate for rate in inputs["mus"]], agents=inputs["n"],
        patience=patience_of(number(inputs, "theta")), most_waiting=inputs["qmax"],
    )  # fmt: skip
    return {
        "p_wait": found.wait_probability, "lq": found.queue_length, "asa": found.asa_all_s, "p_ab": found.abandonment,
        "e_chats": found.chats_open, "p_idle_agent": found.idle, "handle_time": found.handle_s,
    }  # fmt: skip


def callback_option(inputs: Case) -> Case:
    found = erlang.callbacks(
        arrival_rate=number(inputs, "lam"), aht=1 / number(inputs, "mu"), agents=inputs["n"], accept=inputs["accept"],
        patience=patience_of(number(inputs, "theta")), offer_from=inputs["threshold"],
        reserve=inputs.get("reserve", 0), most_waiting=inputs["qmax"], most_callbacks=inputs["cmax"],
    )  # fmt: skip
    return {
        "p_wait": found.wait_probability, "p_ab": found.abandonment, "lq": found.queue_length, "asa": found.asa_all_s,
        "e_callbacks": found.callbacks_waiting, "callback_frac": found.callback_share, "occ": found.occupancy,
        "callback_delay": found.callback_delay_s,
    }  # fmt: skip


def m_ph_n(inputs: Case) -> Case:
    if inputs["kind"] == "erlang":
        start, rates = erlang.erlang_phases(inputs["shape"], inputs["shape"] / inputs["rate"])
    elif inputs["kind"] == "exp":
        start, rates = erlang.erlang_phases(1, 1 / inputs["rate"])
    else:
        start, rates = erlang.mixed_phases(inputs["probs"], 1 / np.array(inputs["rates"]))
    found = erlang.phase_waits(
        arrival_rate=number(inputs, "lam"), start=start, rates=rates, agents=inputs["n"],
        patience=patience_of(number(inputs, "theta")), most_waiting=inputs["qmax"],
    )  # fmt: skip
    return {
        "p_wait": found.wait_probability, "p_ab": found.abandonment, "lq": found.queue_length,
        "asa": found.asa_all_s, "occ": found.occupancy,
    }  # fmt: skip


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "erlang_b": erlang_b, "erlang_b_trunks": erlang_b_trunks, "erlang_b_load": erlang_b_load, "erlang_c": erlang_c,
    "erlang_c_agents": erlang_c_agents, "erlang_a": erlang_a, "erlang_a_agents": erlang_a_agents, "mmnk_m": mmnk_m,
    "mmn_g": mmn_g, "redial": redial, "redial_reconnect": redial, "retrial_mm1": retrial, "retrial_mmc": retrial,
    "n_design": n_design, "multiskill": multiskill, "priority_cobham": priority_cobham,
    "blend_threshold": blend_threshold, "chat_concurrency": chat_concurrency, "callback_option": callback_option,
    "m_ph_n": m_ph_n,
}  # fmt: skip

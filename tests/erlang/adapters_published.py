"""Numbers printed by other people, answered by this package: inputs in their units -> outputs in their units."""

from collections.abc import Callable
from typing import Any

import adapters_stationary as stationary
import adapters_time
import numpy as np

from surgesim import erlang
from surgesim.base.distributions import Constant, Exponential, Uniform

Case = dict[str, Any]


def seconds(inputs: Case) -> Case:
    """Arrival rate, handling time, patience and acceptable wait in seconds (plain units where the case has none)."""
    unit = 60.0 if any(name.endswith(("_min", "_per_min")) for name in inputs) else 1.0
    aht = inputs.get("aht_s") or inputs.get("aht_min", 0.0) * 60 or unit / inputs.get("mu_per_min", inputs.get("mu", 1.0))
    if "calls" in inputs:
        rate = inputs["calls"] / (inputs.get("interval_s") or inputs["interval_min"] * 60)
    elif "a" in inputs:
        rate = np.asarray(inputs["a"]) / aht
    else:
        rate = inputs.get("calls_per_h", 0.0) / 3600 or inputs.get("lam_per_min", 0.0) / 60 or inputs.get("lam")
    return {
        "arrival_rate": rate, "aht": aht, "patience": np.asarray(inputs.get("patience_min", np.inf)) * 60,
        "tau": inputs.get("tau_s", inputs.get("tau_min", 0.0) * 60),
    }  # fmt: skip


def queue(inputs: Case) -> Case:
    given = seconds(inputs)
    tau = given.pop("tau")
    waits = erlang.erlang_a(**given, agents=inputs["n"], trunks=inputs.get("K"))
    level = waits.service_level(within=tau)
    rate, aht = given["arrival_rate"], given["aht"]
    spare = inputs["n"] / aht - rate
    return {
        "p_wait": waits.wait_probability, "p_wait_pct": 100 * waits.wait_probability, "sl": level, "sl_all": level,
        "sl_pct": 100 * level, "asa": waits.asa_all_s, "asa_s": waits.asa_all_s, "asa_min": waits.asa_all_s / 60,
        "occ": waits.occupancy, "p_ab": waits.abandonment, "lq": waits.queue_length, "intensity": rate * aht,
        "w90_s": waits.wait_quantile(0.9), "w_delayed_s": 1 / spare if spare > 0 else np.inf,
        "scheduled": np.ceil(inputs["n"] / (1 - inputs.get("shrinkage", 0.0))),
    }  # fmt: skip


def agents(inputs: Case) -> Case:
    given = seconds(inputs)
    del given["tau"]
    if "max_p_wait" in inputs:
        return {"n": erlang.least_agents("wait_probability", inputs["max_p_wait"], **given)}
    return {"n": erlang.least_agents("abandonment", inputs["max_p_ab"], **given)}


def loss(inputs: Case) -> Case:
    return {"blocking": erlang.erlang_b(load=inputs["a"], trunks=inputs["n"])}


def loss_load(inputs: Case) -> Case:
    trunks = np.asarray(inputs["n"])
    return {"a": erlang.load_for(blocking=inputs["blocking"], trunks=trunks[:, None] if trunks.ndim else trunks)}


def loss_trunks(inputs: Case) -> Case:
    return {"n": erlang.trunks_for(load=inputs["a"], blocking=inputs["blocking"])}


def patience_shapes(inputs: Case) -> Case:
    mean, aht = 60.0 * inputs["mean_patience_min"], 60.0 * inputs["aht_min"]
    laws = {"exp": Exponential(mean), "uniform(0,10)": Uniform(0.0, 600.0), "det": Constant(mean)}
    found = [
        erlang.erlang_a(arrival_rate=inputs["rho"] * inputs["n"] / aht, aht=aht, agents=inputs["n"], patience=laws[shape])
        for shape in inputs["shape"]
    ]
    return {"p_ab": [waits.abandonment for waits in found], "asa_min": [waits.asa_all_s / 60 for waits in found]}


def one_day(inputs: Case) -> Case:
    """A day from empty, then an hour to drain."""
    day = inputs["day_min"]
    case = {
        "edges": [0, day, day + 60], "lam": [inputs["lam"], 0.0], "n": [inputs["n"]] * 2, "mu": inputs["mu"],
        "theta": 0.0, "tau": inputs["tau_min"], "qmax": inputs.get("K", 300) - inputs["n"],
    }  # fmt: skip
    found = adapters_time.mt_m_nt_m({**case, "K": inputs["K"]} if "K" in inputs else case)
    first, last = found["intervals"]
    offered, blocked, good = found["total"]["arrivals"], found["total"]["blocked"], found["total"]["good"]
    waited = first["eq"] * day + last["eq"] * 60
    return {
        "in_target": good, "sl": good / offered, "sl_offered": good / offered, "sl_accepted": good / (offered - blocked),
        "asa_min": waited / (offered - blocked), "occ": first["ebusy"] / inputs["n"], "blocked": blocked,
    }  # fmt: skip


def profiles(inputs: Case) -> Case:
    case = {"a": inputs["a"], "amp": inputs["amp"], "period": inputs["period_min"], "mu": 1 / inputs["aht_min"]}
    found = {
        kind: adapters_time.psa_mol_profile({**case, "alpha": inputs["alpha"], "kind": kind, "qmax": 120})
        for kind in ("psa", "mol")
    }
    ends = {kind: [value["p_wait_min"], value["p_wait_max"]] for kind, value in found.items()}
    return {**ends, "lanes": [found["psa"]["mean_lanes"], found["mol"]["mean_lanes"]]}


def windows(inputs: Case) -> Case:
    times = erlang.window_handle_s(
        handle_s=inputs["aht_one_window_s"], customer_to_agent=inputs["customer_to_agent_ratio"], windows=inputs["windows"]
    )
    return {"aht_s": times[-1]}


PUBLISHED: dict[str, Callable[[Case], Case]] = {
    "erlang_c": queue, "erlang_a": queue, "mmnk_m": queue, "erlang_b": loss, "erlang_b_load": loss_load,
    "erlang_b_trunks": loss_trunks, "erlang_c_agents": agents, "erlang_a_agents": agents, "mmn_g": patience_shapes,
    "mt_m_nt_m": one_day, "psa_mol_profile": profiles, "priority_cobham": stationary.priority_cobham,
    "finite_source_chat": windows,
}  # fmt: skip

SIMULATED_MODELS = {
    "des": "days of a simulated centre: answered by the simulator",
    "cover": "shift covering: answered by the planner",
    "shift_cover": "shift covering: answered by the planner",
    "demand": "contacts of an epidemic: answered by the demand models",
    "": "arithmetic of offered load, no model",
}

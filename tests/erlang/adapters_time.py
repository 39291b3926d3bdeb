"""Reference cases of time-varying and limiting models, answered by this package: model name -> inputs -> outputs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from surgesim.base.compound import Mixture
from surgesim.base.distributions import Constant, Erlang, Exponential, Gamma, Law, Lognormal, Uniform, Weibull
from surgesim.erlang import erlang_c
from surgesim.erlang.approximations import agents_for_delay
from surgesim.erlang.infinite_server import piecewise_load, sinusoidal_load
from surgesim.erlang.limits import garnett, halfin_whitt, halfin_whitt_inverse
from surgesim.erlang.transient import transient

Case = dict[str, Any]


def weibull(spec: Case) -> Law:
    from scipy.special import gamma

    shape = float(spec["shape"])
    return Weibull(float(spec["scale"]) * float(gamma(1 + 1 / shape)), shape)


LAWS: dict[str, Callable[[Case], Law]] = {
    "exp": lambda spec: Exponential(1 / float(spec["rate"])),
    "det": lambda spec: Constant(float(spec["value"])),
    "erlang": lambda spec: Erlang(float(spec["shape"]) / float(spec["rate"]), int(spec["shape"])),
    "gamma": lambda spec: Gamma(float(spec["shape"]) / float(spec["rate"]), float(spec["shape"]) ** -0.5),
    "uniform": lambda spec: Uniform(float(spec["low"]), float(spec["high"])),
    "weibull": weibull,
    "lognormal": lambda spec: Lognormal(float(spec["mean"]), float(spec["cv"])),
    "hyperexp": lambda spec: Mixture(
        tuple(float(p) for p in spec["probs"]), tuple(Exponential(1 / float(r)) for r in spec["rates"])
    ),
}


def law(spec: Case) -> Law:
    return LAWS[spec["kind"]](spec)


def numbers(inputs: Case, *names: str) -> list[float]:
    return [float(inputs[name]) for name in names]


def mtginf(inputs: Case) -> Case:
    base, swing, omega, t = numbers(inputs, "lbar", "amp", "omega", "t")
    service = law(inputs["service"])
    return {"m": float(sinusoidal_load(time=t, mean_rate=base, amplitude=swing, frequency=omega, service=service))}


def mtginf_piecewise(inputs: Case) -> Case:
    service = law(inputs["service"]) if "service" in inputs else Exponential(1 / float(inputs["mu"]))
    load = piecewise_load(time=float(inputs["t"]), edges=inputs["edges"], arrival_rate=inputs["rates"], service=service)
    return {"m": float(load)}


def halfin_whitt_case(inputs: Case) -> Case:
    return {"p_wait": float(halfin_whitt(float(inputs["beta"])))}


def halfin_whitt_inverse_case(inputs: Case) -> Case:
    return {"beta": float(halfin_whitt_inverse(float(inputs["p_wait"])))}


def garnett_case(inputs: Case) -> Case:
    limit = garnett(beta=float(inputs["beta"]), patience_ratio=float(inputs["theta_over_mu"]))
    return {
        "p_wait": float(limit.wait_probability),
        "sqrtn_p_ab_given_wait": float(limit.scaled_abandonment_given_wait),
        "sqrtn_p_ab": float(limit.scaled_abandonment),
    }


def isa_theta_eq_mu(inputs: Case) -> Case:
    from scipy.special import gammainc

    base, swing, omega, mu, alpha, t = numbers(inputs, "lbar", "amp", "omega", "mu", "alpha", "t")
    load = float(sinusoidal_load(time=t, mean_rate=base, amplitude=swing, frequency=omega, service=1 / mu))
    agents = int(agents_for_delay(load=load, wait_probability=alpha))
    return {"n": agents, "m": load, "p_wait": float(gammainc(agents, load))}  # P(Poisson(m) >= n)


def mt_m_nt_m(inputs: Case) -> Case:
    theta = inputs["theta"]
    table = transient(
        edges=inputs["edges"],
        arrival_rate=inputs["lam"],
        agents=inputs["n"],
        aht=1 / inputs["mu"],
        patience=1 / theta if theta else None,
        trunks=inputs.get("trunks", inputs.get("K")),
        within=inputs["tau"],
        balk=inputs.get("balk", 0.0),
    )
    gone = table.abandoned + table.balked
    short = table.abandoned_within + table.balked if inputs.get("sl_def") == "le" else 0.0
    good = table.answered_within + short
    columns = {
        "arrivals": table.offered, "blocked": table.blocked, "abandon": gone,
        "p_wait": np.nan_to_num(table.wait_probability()), "eq": table.mean_queue(), "ebusy": table.mean_busy(),
        "sl_cohort": np.divide(good, table.offered, out=np.zeros(good.shape), where=table.offered > 0),
        "end_q": table.in_queue_end, "end_b": table.in_service_end,
    }  # fmt: skip
    intervals = [{name: float(values[k]) for name, values in columns.items()} for k in range(good.size)]
    arrivals, left, total_good = float(table.offered.sum()), float(gone.sum()), float(good.sum())
    total = {
        "arrivals": arrivals, "abandon": left, "good": total_good, "blocked": float(table.blocked.sum()),
        "p_ab": left / arrivals, "sl": total_good / arrivals,
    }  # fmt: skip
    return {"total": total, "intervals": intervals}


def least_agents(load: float, target: float) -> int:
    """Least agents above the load with a wait probability (Erlang C) of at most ``target``."""
    agents = np.arange(int(load) + 1, int(load + 20 * load**0.5) + 20)
    agents = agents[agents > load]
    wait = erlang_c(arrival_rate=load, aht=1.0, agents=agents).wait_probability
    return int(agents[np.argmax(wait <= target)])


def psa_mol_profile(inputs: Case) -> Case:
    """Agents change every unit of time, the rate is frozen over a tenth, and the answer is that of the last cycle."""
    base, swing, mu, alpha, cycle = numbers(inputs, "a", "amp", "mu", "alpha", "period")
    period, omega, parts, phases = int(cycle), 2 * np.pi / cycle, 10, 24
    middles = np.arange(period) + 0.5
    load = base * (1 + swing * np.sin(omega * middles))
    if inputs["kind"] == "mol":
        rate = base * mu
        load = sinusoidal_load(time=middles, mean_rate=rate, amplitude=rate * swing, frequency=omega, service=1 / mu)
    agents = np.array([least_agents(float(value), alpha) for value in load])
    moments = (np.arange(period * parts) + 0.5) / parts
    rate = base * mu * (1 + swing * np.sin(omega * moments))
    cycles = max(2, int(np.ceil(160 / period)))
    table = transient(
        edges=np.arange(cycles * period * parts + 1) / parts,
        arrival_rate=np.tile(rate, cycles),
        agents=np.tile(np.repeat(agents, parts), cycles),
        aht=1 / mu,
        within=0.0,
        busy_start=min(int(base), int(agents[0])),
    )
    phase = np.floor(moments / (period / phases)).astype(int) % phases
    delayed, offered = (column[-period * parts :] for column in (table.delayed, table.offered))
    wait = np.bincount(phase, weights=delayed) / np.bincount(phase, weights=offered)
    return {
        "mean_lanes": float(agents.mean()), "phase_p_wait": wait.tolist(), "p_wait_min": float(wait.min()),
        "p_wait_max": float(wait.max()), "p_wait_phase_mean": float(wait.mean()),
        "p_wait_arrivals": float(delayed.sum() / offered.sum()),
    }  # fmt: skip


def mol_staffing_profile(inputs: Case) -> Case:
    """Square-root staffing on the load in the middle of each step; the chain there, contacts above capacity returning.

    The rate moves without steps: the midpoint rule on two grids, extrapolated to none (its error is of second order).
    """
    coarse, fine = (_mol_profile(inputs, parts) for parts in (8, 16))
    return {name: value if name in ("n_min", "n_max") else (4 * value - coarse[name]) / 3 for name, value in fine.items()}


def _mol_profile(inputs: Case, parts: int) -> Case:
    base, swing, omega, mu, theta, beta = numbers(inputs, "lbar", "amp", "omega", "mu", "theta", "beta")
    steps, count = int(inputs["steps"]), int(inputs["steps"]) * int(inputs["periods"])
    width = 2 * np.pi / omega / steps
    middles = (np.arange(count) + 0.5) * width
    load = sinusoidal_load(time=middles, mean_rate=base, amplitude=swing, frequency=omega, service=1 / mu)
    agents = np.ceil(load + beta * np.sqrt(load)).astype(int)
    inside = int(base / mu)
    moments = (np.arange(count * parts) + 0.5) * width / parts
    table = transient(
        edges=np.arange(count * parts + 1) * width / parts,
        arrival_rate=base + swing * np.sin(omega * moments),
        agents=np.repeat(agents, parts),
        aht=1 / mu,
        patience=1 / theta,
        within=0.0,
        busy_start=min(inside, int(agents[0])),
        queue_start=max(inside - int(agents[0]), 0),
        on_drop="return",
    )
    middle = slice(-steps * parts + parts // 2 - 1, None, parts)
    wait, queue = table.wait_probability_end[middle], table.in_queue_end[middle]
    inside_mean = float((queue + table.in_service_end[middle]).mean())
    return {
        "n_min": int(agents.min()), "n_max": int(agents.max()), "p_wait_min": float(wait.min()),
        "p_wait_max": float(wait.max()), "p_wait_mean": float(wait.mean()), "ex_mean": inside_mean,
        "eq_mean": float(queue.mean()),
    }  # fmt: skip


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "mtginf": mtginf,
    "mtginf_piecewise": mtginf_piecewise,
    "halfin_whitt": halfin_whitt_case,
    "halfin_whitt_inverse": halfin_whitt_inverse_case,
    "garnett": garnett_case,
    "isa_theta_eq_mu": isa_theta_eq_mu,
    "mt_m_nt_m": mt_m_nt_m,
    "psa_mol_profile": psa_mol_profile,
    "mol_staffing_profile": mol_staffing_profile,
}

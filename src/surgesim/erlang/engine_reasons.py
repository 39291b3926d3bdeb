"""Where the premises of the formulas fail, and why the formula and the simulation differ there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgesim.base.laws import Exponential, Never
from surgesim.erlang.engine_scope import left_out
from surgesim.erlang.engine_state import TOLERANCE, State
from surgesim.erlang.single import erlang_c
from surgesim.model.model import Model
from surgesim.result.flags import Flag

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Found = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reason:
    """One premise of the formulas that may fail in an interval.

    Attributes
    ----------
    code : str
        Name, the same in every run.
    en, ja : str
        The reason in words.
    instead : str
        What to do about it.
    found : callable
        State to the intervals in which it holds, shape (queues, intervals).
    """

    code: str
    en: str
    ja: str
    instead: str
    found: Callable[[State], Found]


def _above(state: State) -> Found:
    return state.calls & (state.load >= state.agents)


def _backlog(state: State) -> Found:
    """Contacts that wait at the end of the interval before are at least 5% of the offered ones, and more than now."""
    waiting = state.spread(state.desks.waiting)
    stuck = state.spread(state.desks.stuck) * state.chains.offered
    before = np.zeros_like(waiting)
    before[:, 1:] = (waiting + stuck)[:, :-1]
    return state.calls & (before > waiting + 0.5) & (before >= 0.05 * state.chains.offered)


def _filling(state: State) -> Found:
    """The queue of the steady state takes long to build: it is at least 5% of the offered contacts, and was not there before."""
    waiting = state.spread(state.desks.waiting)
    before = np.zeros_like(waiting)
    before[:, 1:] = waiting[:, :-1]
    return state.calls & (waiting > 1.5 * before + 0.5) & (waiting >= 0.05 * state.chains.offered)


def _redials(state: State) -> Found:
    return state.calls & (state.chains.redial >= 0.05 * state.chains.offered)


def _lines(state: State) -> Found:
    return state.calls & (state.spread(state.desks.blocked) >= 0.01)


def _split(state: State) -> Found:
    """Part of a group works for this queue and the rest for others."""
    whole = state.parts.sum(axis=1, keepdims=True)
    cut = (state.parts > 1e-9) & (state.parts < whole - 1e-9)
    return np.asarray(state.calls & cut.any(axis=0))


def _partly_open(state: State) -> Found:
    length = np.diff(state.model.clock.edges_s)
    return state.calls & (state.open_s < length * (1.0 - 1e-9))


def _no_staff(state: State) -> Found:
    return state.calls & (state.agents < 1.0)


def _chat(state: State) -> Found:
    held = np.array([queue.work.chat for queue in state.model.queues])
    return np.asarray(state.calls & held[:, None])


def _stuck(state: State) -> Found:
    return state.calls & (state.spread(state.desks.stuck) > 0)


def _callers(state: State) -> Found:
    model = state.model
    beyond = np.array([queue.callers.beyond_formulas or model.social is not None for queue in model.queues])
    return np.asarray(state.calls & beyond[:, None] & (state.chains.offered > 0.0))


MOVE_ON = 'run engine="sim" or "fluid"'
SIMULATE = 'run engine="sim"'

REASONS: tuple[Reason, ...] = (
    Reason(
        "callers_choose", "menus, announced waits, offers, other desks and posts are left out: callers wait, redial or give up",
        "音声メニュー、待ち時間案内、SMS・折り返しの提案、他の窓口への移動は考慮されません", SIMULATE, _callers,
    ),
    Reason(
        "no_steady_state", "nobody gives up and the load is not below the staff: the queue grows for ever, no number is given",
        "離脱がなく負荷が要員数以上のため待ち行列が際限なく伸び、数値は示せません", SIMULATE, _stuck,
    ),
    Reason(
        "no_staff", "calls come in but there is less than one agent", "入電がありますが要員が1人未満です",
        "add staff, or close the desk", _no_staff,
    ),
    Reason(
        "load_above_staff", "the load is above the staff: the queue does not reach the steady state of the formula in time",
        "負荷が要員数を上回り、時間帯内では公式の前提とする定常状態に達しません", MOVE_ON, _above,
    ),
    Reason(
        "backlog_carried", "callers still wait from the interval before; the formula starts with an empty queue",
        "前の時間帯の待ち呼が持ち越されますが、公式は待ち行列が空の状態から始まるとみなします", MOVE_ON, _backlog,
    ),
    Reason(
        "queue_builds_up", "the queue of the formula takes time to build up; the interval starts with a shorter one",
        "公式の待ち行列ができるまでに時間がかかり、時間帯の初めはそれより短くなります", MOVE_ON, _filling,
    ),
    Reason(
        "redials", "at least 5% of the calls are redials; the formula takes them for fresh, evenly spread calls",
        "入電の5%以上がかけ直しですが、公式は新規で均等な入電とみなします", SIMULATE, _redials,
    ),
    Reason(
        "lines", "at least 1% of the calls meet a busy tone; lines are cut between queues by load",
        "入電の1%以上が話中になります。回線はキュー間で負荷に応じて按分しています", SIMULATE, _lines,
    ),
    Reason(
        "split_group", "agents with several skills are cut into parts by load; together they would do better",
        "複数スキルの要員を負荷に応じて按分しており、実際の一体運用より不利な値になります", SIMULATE, _split,
    ),
    Reason(
        "chat", "agents hold several chats at once; the formula takes one at a time",
        "1人が複数のチャットに同時対応しますが、公式は1件ずつの対応とみなします", SIMULATE, _chat,
    ),
    Reason(
        "partly_open", "the desk is open for a part of the interval only", "時間帯の一部のみ営業しています",
        "use an interval that divides the opening hours", _partly_open,
    ),
)  # fmt: skip
"""Premises that may fail, the gravest first."""

BY_CODE = {reason.code: reason for reason in REASONS}


def workings(state: State) -> "pl.DataFrame":
    """Return the workings by interval and queue of calls.

    Returns
    -------
    polars.DataFrame
        ``interval, start, queue, offered, redial_share, load`` (erlang)``, agents, lines`` (null without a
        trunk)``, erlang_a_service_level, erlang_a_asa_s, erlang_c_service_level, erlang_c_asa_s`` (null where Erlang C
        has no answer)``, reasons`` (codes with a blank between).
    """
    import polars as pl

    queue, interval = np.nonzero(state.calls)
    order = np.lexsort((queue, interval))
    queue, interval = queue[order], interval[order]
    clock, names = state.model.clock, [queue.name for queue in state.model.queues]
    erlang_a, erlang_c_ = _erlang_a(state), _erlang_c(state)
    numbers = {
        "offered": state.chains.offered, "redial_share": state.chains.redial / np.maximum(state.chains.offered, 1e-300),
        "load": state.load, "agents": state.agents, "lines": np.where(np.isfinite(state.lines), state.lines, np.nan),
        "erlang_a_service_level": erlang_a[0], "erlang_a_asa_s": erlang_a[1],
        "erlang_c_service_level": erlang_c_[0], "erlang_c_asa_s": erlang_c_[1],
    }  # fmt: skip
    starts = pl.Series("start", clock.starts, dtype=pl.Datetime("us", clock.time_zone))
    columns = [
        pl.Series("interval", interval, dtype=pl.Int32),
        starts.gather(interval),
        pl.Series("queue", names, dtype=pl.Enum(names)).gather(queue),
        *(pl.Series(name, values[queue, interval]).fill_nan(None) for name, values in numbers.items()),
        pl.Series("reasons", _codes(state)[queue, interval].tolist(), dtype=pl.String),
    ]
    return pl.DataFrame(columns)


def _codes(state: State) -> NDArray[np.object_]:
    codes = np.full(state.calls.shape, "", dtype=object)
    for reason in REASONS:
        here = reason.found(state)
        codes[here] += np.where(codes[here] == "", reason.code, " " + reason.code)
    return codes


def _erlang_a(state: State) -> tuple[Floats, Floats]:
    within = np.array([queue.answer_within_s for queue in state.model.queues])
    at = np.broadcast_to(within[:, None], state.calls.shape)[state.calls]
    handled = state.desks.handled
    asa = np.divide(state.desks.wait_handled_s, handled, out=np.full(handled.shape, np.nan), where=handled > 0)
    return state.spread(state.desks.within(at)[0]), state.spread(asa)


def _erlang_c(state: State) -> tuple[Floats, Floats]:
    """Return service level and ASA of Erlang C at the same load, nan where the load is not below the staff."""
    level, asa = (np.full(state.calls.shape, np.nan) for _ in range(2))
    fits = state.calls & (state.load < state.agents) & (state.agents >= 1.0)
    if fits.any():
        within = np.array([queue.answer_within_s for queue in state.model.queues])
        rate = state.chains.offered[fits] / state.open_s[fits]
        waits = erlang_c(arrival_rate=rate, aht=state.aht_s[fits], agents=state.agents[fits], unstable="flag")
        level[fits] = waits.service_level(within=np.broadcast_to(within[:, None], fits.shape)[fits])
        asa[fits] = waits.asa_s
    return level, asa


def flags(state: State, table: "pl.DataFrame") -> tuple[Flag, ...]:
    """Return one flag for each queue and reason, and those about the whole run."""
    found = [*_whole_run(state), *left_out(state.model), *_laws(state)]
    for reason in REASONS:
        here = table.filter(table["reasons"].str.split(" ").list.contains(reason.code))
        for name in [queue.name for queue in state.model.queues]:
            rows = here.filter(here["queue"].cast(str) == name)
            if rows.height:
                found.append(_counted(reason, name, rows.height, f"{rows['start'][0]:%Y-%m-%d %H:%M}"))
    return tuple(found)


def _counted(reason: Reason, queue: str, intervals: int, first: str) -> Flag:
    return Flag(
        "warning", reason.code, queue,
        f"in {intervals} intervals, the first one from {first}: {reason.en}", reason.instead,
        f"{intervals}時間帯({first}以降)で{reason.ja}",
    )  # fmt: skip


EXPECTATION = Flag(
    "note", "expectation", "", "formulas answer for the mean demand: no random days, no intervals",
    'run engine="sim" to see the spread', "公式は平均的な需要に対する値で、ばらつきや信頼区間は含みません",
)  # fmt: skip


def _whole_run(state: State) -> list[Flag]:
    if state.gap <= TOLERANCE:
        return [EXPECTATION]
    what = f"redials still change by {state.gap:.1e} after {state.rounds} rounds"
    return [EXPECTATION, Flag("warning", "not_converged", "", what, SIMULATE, "かけ直しの計算が収束していません")]


def _laws(state: State) -> list[Flag]:
    return [
        Flag("note", "patience_law", queue.name,
             f"patience is {queue.patience}; the formula takes an exponential law with the same mean",
             'run engine="sim"', f"我慢時間は{queue.patience}ですが、公式では平均の等しい指数分布を用います")
        for queue in state.model.queues
        if not queue.deferred and not isinstance(queue.patience, Exponential | Never)
    ]  # fmt: skip


def callers_left_out(model: Model) -> list[Flag]:
    """Return a flag for each queue whose callers do what an engine of expectations leaves out."""
    reason = BY_CODE["callers_choose"]
    return [
        Flag("warning", reason.code, queue.name, reason.en, reason.instead, reason.ja)
        for queue in model.queues
        if queue.callers.beyond_formulas or model.social is not None
    ]

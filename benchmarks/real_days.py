"""A real call centre, simulated: mean wait and abandonment by hour of the day, as observed and as simulated.

    python benchmarks/real_days.py DATA_DIR [--picture FILE.png] [--replications 50]

DATA_DIR holds ``anonbank_1999_01.csv`` and ``anonbank_1999_10*.csv``: one call a row, columns ``date, type, cust, t_queue,
queue_s, outcome, t_serve, serve_s, agent`` (an Israeli bank in 1999: Brown and others, 2005). They are not part of the project.

What goes in: calls by quarter of an hour as they arrived, less those that redials explain; agents on duty inferred from who
served (see ``on_duty``); patience, redials and service times by type estimated from January. October is simulated twice: with
January's service times, and with its own; patience and redials stay January's.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from surgesim.engines import Capacity, run
from surgesim.erlang.estimation import estimate_patience, estimate_redials
from surgesim.report.style import finish, legend, new_figure, plain, png
from surgesim.scenario.scenario import Scenario

DAY, STEP = 86_400, 900
FIRST_HOUR = 7
AWAY_S = 900.0
HALF_HOUR = 1800
DESKS = {"bank": ("ps", "nw", "ne", "pe", "tt"), "internet": ("in",)}
"""Who serves what: the bank's agents all types but the help desk for the Internet, which has its own."""
QUEUES = [kind for types in DESKS.values() for kind in types]


def read(path: Path) -> pl.DataFrame:
    """Calls that queued or were served at once, from seven o'clock on; phantoms and logging errors removed."""
    began = pl.when(pl.col("t_queue") >= 0).then(pl.col("t_queue")).otherwise(pl.col("t_serve"))
    calls = pl.read_csv(path, infer_schema_length=None).filter(pl.col("outcome") != "P")
    calls = calls.with_columns(began=began, day=pl.col("date").str.to_date(), left=pl.col("outcome") == "H")
    calls = calls.with_columns(pl.col("type").str.to_lowercase())
    return calls.filter((began >= FIRST_HOUR * 3600) & (pl.col("queue_s") <= 1800) & (pl.col("serve_s") <= 3600))


def intervals(calls: pl.DataFrame) -> tuple[date, int]:
    first = calls["day"].min()
    assert isinstance(first, date)
    return first, (calls["day"].max() - first).days + 1  # type: ignore[operator]


def on_duty(calls: pl.DataFrame, first: date, days: int) -> np.ndarray:
    """Agents on duty by interval: between the calls of one agent, unless the pause exceeds 15 minutes or somebody waits.

    Presence begins and ends on the half-hour around the first and the last call, unless somebody waits then. Who is
    idle while customers wait is not there: wrapping up, resting, or away.
    """
    seconds = np.zeros(days * DAY)
    for (day,), today in calls.group_by("day"):
        at = (day - first).days * DAY
        waiting = np.zeros(2 * DAY)
        queued = today.filter(pl.col("queue_s") > 0)
        np.add.at(waiting, queued["began"].to_numpy(), 1.0)
        np.add.at(waiting, (queued["began"] + queued["queue_s"]).to_numpy(), -1.0)
        nobody = np.cumsum(waiting)[:DAY] <= 0
        served = today.filter((pl.col("outcome") == "A") & pl.col("agent").is_not_null()).sort("t_serve")
        for _, work in served.group_by("agent"):
            start = work["t_serve"].to_numpy()
            end = np.minimum(start + work["serve_s"].to_numpy(), DAY)
            here = np.zeros(DAY, dtype=bool)
            arrived, gone = start[0] - start[0] % HALF_HOUR, min(DAY, end[-1] + -end[-1] % HALF_HOUR)
            here[arrived : start[0]] = nobody[arrived : start[0]]
            here[end[-1] : gone] = nobody[end[-1] : gone]
            for place in range(len(start)):
                here[start[place] : end[place]] = True
                later = start[place + 1] if place + 1 < len(start) else end[place]
                if 0 < later - end[place] <= AWAY_S:
                    here[end[place] : later] |= nobody[end[place] : later]
            seconds[at : at + DAY] += here
    exact = seconds.reshape(-1, STEP).mean(axis=1)
    whole = np.diff(np.concatenate([[0.0], np.round(np.cumsum(exact))]))  # no agent-hour is lost by rounding
    return whole.astype(np.int64)


def laws(january: pl.DataFrame, served: pl.DataFrame) -> dict[str, dict[str, object]]:
    """Patience and redials of January, service times of ``served``; as a scenario writes them."""
    queued = january.filter(pl.col("t_queue") >= 0)
    start = queued["day"].to_physical().to_numpy() * float(DAY) + queued["began"].to_numpy()
    found = estimate_redials(
        caller=queued["cust"].to_numpy(), start=start, end=start + queued["queue_s"].to_numpy(), lost=queued["left"].to_numpy(),
        window=float(DAY),
    )  # fmt: skip
    made: dict[str, dict[str, object]] = {}
    for kind in QUEUES:
        mine = queued.filter(pl.col("type") == kind)
        patience = estimate_patience(wait=mine["queue_s"].to_numpy().astype(float), abandoned=mine["left"].to_numpy())[0]
        times = served.filter((pl.col("outcome") == "A") & (pl.col("type") == kind))["serve_s"].to_numpy().astype(float)
        values = np.quantile(times, (np.arange(200) + 0.5) / 200)  # the observed law, in 200 equal parts
        talk = f"empirical({', '.join(f'{max(value, 1.0):.0f}s' for value in values)})"
        made[kind] = {
            "patience": str(patience.law), "handling": {"talk": talk}, "hours": "desk",
            "redial": {"probability": f"{100 * found.beyond_chance:.3f}%", "delay": str(found.delay_fits[0].law), "attempts": 5},
        }  # fmt: skip
    return made


def scenario(calls: pl.DataFrame, queues: dict[str, dict[str, object]], first: date, days: int) -> Scenario:
    demand = {}
    for desk in QUEUES:
        mine = calls.filter(pl.col("type") == desk)
        place = (mine["day"] - first).dt.total_days().to_numpy() * (DAY // STEP) + mine["began"].to_numpy() // STEP
        counts = np.bincount(place, minlength=days * DAY // STEP).astype(float)
        again = float(str(queues[desk]["redial"]["probability"]).rstrip("%")) / 100  # type: ignore[index]
        counts *= 1.0 - again * float(mine["left"].mean() or 0.0)
        rates = [f"{value * 3600 / STEP:.6f}/h" for value in counts]
        demand[desk] = {"kind": "rates", "reasons": {desk: "100%"}, "by_interval": rates}
    return Scenario.build(
        {
            "surgesim": 1, "name": "bank",
            "clock": {"start": str(first), "days": days, "interval": f"{STEP}s", "time_zone": "UTC", "holidays": []},
            "hours": {"desk": {"every_day": f"{FIRST_HOUR:02}:00-24:00"}},
            "reasons": {kind: {"queue": kind} for kind in QUEUES},
            "demand": demand, "queues": queues, "sites": {"here": {"seats": 100}},
            "groups": {desk: {"site": "here", "skills": list(types), "heads": 0} for desk, types in DESKS.items()},
        }
    )  # fmt: skip


def by_hour(sums: np.ndarray, days: int) -> np.ndarray:
    """Sums (..., intervals, 3) -> (..., hours of the day, 3)."""
    shape = (*sums.shape[:-2], days, 24, DAY // STEP // 24, 3)
    return sums.reshape(shape).sum(axis=(-4, -2))


def observed(calls: pl.DataFrame, types: tuple[str, ...], first: date, days: int) -> np.ndarray:
    """Calls, waits and lost calls by day and interval."""
    mine = calls.filter(pl.col("type").is_in(types))
    place = (mine["day"] - first).dt.total_days().to_numpy() * (DAY // STEP) + mine["began"].to_numpy() // STEP
    columns = (np.ones(len(mine)), mine["queue_s"].to_numpy(), mine["left"].to_numpy())
    return np.stack([np.bincount(place, weight, days * DAY // STEP) for weight in columns], axis=-1)


def simulated(calls: pl.DataFrame, queues: dict[str, dict[str, object]], replications: int) -> np.ndarray:
    """Offered, waits and abandoned of the bank's queue, shape (replications, intervals, 3)."""
    first, days = intervals(calls)
    agents = np.stack([on_duty(calls.filter(pl.col("type").is_in(types)), first, days) for types in DESKS.values()])
    asked = scenario(calls, queues, first, days)
    result = run(asked, replications=replications, capacity=Capacity(agents=agents))
    kinds = ["offered", "wait_handled_s", "wait_abandoned_s", "abandoned"]
    table = result.tables.values("queues", kinds).reshape(replications, days * DAY // STEP, len(QUEUES), 4)
    table = table[:, :, : len(DESKS["bank"])].sum(axis=2)
    return np.stack([table[..., 0], table[..., 1] + table[..., 2], table[..., 3]], axis=-1)


def compare(name: str, calls: pl.DataFrame, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, days = intervals(calls)
    seen, made = by_hour(observed(calls, DESKS["bank"], first, days), days), by_hour(sums, days)
    print(f"\n{name}: {int(seen[:, 0].sum())} calls of the bank's queue")
    print("hour  calls  mean wait observed / simulated [90 % of replications]   abandoned observed / simulated")
    for hour in range(FIRST_HOUR, 24):
        if seen[hour, 0] >= 50:
            wait, left = (made[:, hour, column] / made[:, hour, 0] for column in (1, 2))
            low, high = np.quantile(wait, [0.05, 0.95])
            print(f"{hour:4}  {int(seen[hour, 0]):5}  {seen[hour, 1] / seen[hour, 0]:8.1f} s / {wait.mean():6.1f} s", end="")
            print(f" [{low:5.1f}, {high:5.1f}]{seen[hour, 2] / seen[hour, 0]:17.3f} / {left.mean():.3f}")
    whole, all_ = seen.sum(axis=0), made.sum(axis=(0, 1))
    wait, left = all_[1] / all_[0], all_[2] / all_[0]
    print(f" all  {int(whole[0]):5}  {whole[1] / whole[0]:8.1f} s / {wait:6.1f} s        ", end="")
    print(f"{whole[2] / whole[0]:17.3f} / {left:.3f}    (ratio of waits {wait * whole[0] / whole[1]:.2f})")
    return seen, made


def draw(file: Path, rows: list[tuple[str, np.ndarray, np.ndarray]]) -> None:
    figure = new_figure(10.0, 3.0 * len(rows))
    for place, (name, seen, made) in enumerate(rows):
        for side, (column, label, scale) in enumerate([(1, "Mean wait, s", 1.0), (2, "Abandoned, %", 100.0)]):
            axes = figure.add_subplot(len(rows), 2, 2 * place + side + 1)
            enough = seen[:, 0] >= 50
            hours = np.arange(24)[enough]
            each = scale * made[:, enough, column] / made[:, enough, 0]
            low, high = np.quantile(each, [0.05, 0.95], axis=0)
            axes.fill_between(hours, low, high, alpha=0.3, color="#0072B2", label="simulated, 90 % of replications")
            axes.plot(hours, each.mean(axis=0), color="#0072B2", label="simulated, mean")
            axes.plot(hours, scale * seen[enough, column] / seen[enough, 0], "o", color="#D55E00", label="observed")
            axes.set_ylim(bottom=0.0)
            axes.set_title(name, fontsize=9, loc="left")
            plain(axes, label, "Hour of the day")
    legend(figure, figure.axes[0])
    figure.suptitle("A bank's call centre in 1999, observed and simulated", x=0.02, ha="left")
    file.write_bytes(png(finish(figure, "en")))
    print(f"\n{file}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DATA_DIR")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--replications", type=int, default=50)
    given = parser.parse_args(arguments)
    files = [given.folder / "anonbank_1999_01.csv", *sorted(given.folder.glob("anonbank_1999_10*.csv"))]
    if len(files) < 2 or not files[0].is_file():
        print(f"{given.folder} lacks anonbank_1999_01.csv or anonbank_1999_10*.csv: call logs that are not part of the project.")
        return 0
    january, october = read(files[0]), pl.concat([read(file) for file in files[1:]])
    parts = [
        ("January 1999, everything estimated from it", january, laws(january, january)),
        ("October 1999, service times, patience and redials of January", october, laws(january, january)),
        ("October 1999, its own service times, the rest of January", october, laws(january, october)),
    ]
    rows = [(name, *compare(name, calls, simulated(calls, queues, given.replications))) for name, calls, queues in parts]
    if given.picture:
        draw(given.picture, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

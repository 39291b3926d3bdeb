"""Patience, redials and service times of a real call centre, estimated from its log, with confidence intervals.

    python benchmarks/patience.py DATA_DIR

DATA_DIR holds ``anonbank_1999_01.csv``: one call a row, columns ``date, type, cust, t_queue, queue_s, outcome, t_serve,
serve_s`` (an Israeli bank, January 1999: Brown and others 2005). The file is not part of the project.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from surgesim.erlang.estimation import estimate_patience, estimate_redials, fit_service_time, kaplan_meier
from surgesim.erlang.estimation_laws import LawFit

FILE = "anonbank_1999_01.csv"
DAY = 86_400.0


def read(path: Path) -> pl.DataFrame:
    """Calls that queued or were served at once; phantoms, clock errors and outliers of the log removed."""
    calls = pl.read_csv(path).filter(pl.col("outcome") != "P")
    day = pl.col("date").map_elements(lambda text: float(date.fromisoformat(text).toordinal()), return_dtype=pl.Float64)
    began = pl.when(pl.col("t_queue") >= 0).then(pl.col("t_queue")).otherwise(pl.col("t_serve"))
    calls = calls.with_columns(start_s=day * DAY + began, waited=pl.col("t_queue") >= 0, left=pl.col("outcome") == "H")
    return calls.filter((began >= 0) & (pl.col("queue_s") <= 1800) & (pl.col("serve_s") <= 3600))


def line(fit: LawFit) -> str:
    """One fitted law on one line."""
    parts = [f"{name} {value:.3g} [{low:.3g}, {high:.3g}]" for name, (value, low, high) in fit.parameters.items()]
    mean = f"mean {fit.mean_s:.1f} s [{fit.mean_low_s:.1f}, {fit.mean_high_s:.1f}]"
    return f"  {fit.family:<18} AIC {fit.aic:12.1f}  {mean}  {'; '.join(parts)}"


def patience(calls: pl.DataFrame) -> None:
    queued = calls.filter(pl.col("waited"))
    wait, left = queued["queue_s"].to_numpy().astype(float), queued["left"].to_numpy()
    print(f"patience: {wait.size} calls queued, {int(left.sum())} left; mean wait of those who left {wait[left].mean():.1f} s")
    for fit in estimate_patience(wait=wait, abandoned=left):
        print(line(fit))
    curve = kaplan_meier(wait=wait, abandoned=left)
    for second in (10.0, 30.0, 60.0, 120.0, 300.0):
        place = int(np.searchsorted(curve.time_s, second, side="right")) - 1
        span = f"[{curve.low[place]:.3f}, {curve.high[place]:.3f}]"
        print(f"  still patient after {second:4.0f} s: {float(curve.at(second)):.3f} {span}")
    until = min(600.0, curve.longest_s)
    mean = f"mean up to {until:.0f} s {curve.restricted_mean(until):.1f} s"
    print(f"  median patience {float(curve.quantile(0.5)):.0f} s, {mean}")


def redials(calls: pl.DataFrame) -> None:
    queued = calls.filter(pl.col("waited"))
    start = queued["start_s"].to_numpy()
    found = estimate_redials(
        caller=queued["cust"].to_numpy(),
        start=start,
        end=start + queued["queue_s"].to_numpy(),
        lost=queued["left"].to_numpy(),
        window=DAY,
    )
    print("redials within a day (queued calls of identified customers):")
    for name, share in (("after leaving", found.after_lost), ("after service", found.after_handled)):
        size = f"{share.count} of {share.total}, {share.callers} callers"
        print(f"  {name}: {share.value:.3f} [{share.low:.3f}, {share.high:.3f}] ({size})")
    print(f"  because it was lost: {found.beyond_chance:.3f}; median delay {np.median(found.delay_s):.0f} s")
    for fit in found.delay_fits:
        print(line(fit))


def services(calls: pl.DataFrame) -> None:
    for kind in ("PS", "NW", "NE"):
        times = calls.filter((pl.col("type") == kind) & (pl.col("serve_s") >= 10))["serve_s"].to_numpy()
        print(f"service of type {kind}: {times.size} calls of at least 10 s")
        for fit in fit_service_time(duration=times.astype(float)):
            print(line(fit))


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    path = Path(arguments[0]) / FILE
    if not path.is_file():
        print(f"{path} is not there; this script needs the call log {FILE}, which is not part of the project.")
        return 0
    calls = read(path)
    for part in (patience, redials, services):
        part(calls)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

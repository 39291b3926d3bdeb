"""Measure the forecast: ``python benchmarks/forecast.py DATA_DIR [--step N] [--pictures DIR]``.

Prints accuracy after known peaks, accuracy without hindsight, coverage and width of the bands, a bank's next day and
speed, for every series found; seasonal naive and last three days always, AutoETS, AutoARIMA and AutoTheta where
statsforecast is installed. Every region is forecast with a case library that does not hold it.

The relative width of a band is (p95 - p05) / mean of the forecast, averaged over days and origins; beside it stands
the width over what came, sum(p95 - p05) / sum(actual), the median over origins.
"""

import argparse
import csv
import time as clock
import warnings
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from surge_series import Series, load, surge_origins, wape

from surgesim.demand.baseline import Calendar
from surgesim.demand.caselibrary import CaseLibrary, case_library
from surgesim.demand.daily import Daily, DailyModel, daily_forecast
from surgesim.demand.fit import Surge
from surgesim.demand.forecast import forecast
from surgesim.demand.history import History

Peer = Callable[[np.ndarray], np.ndarray]
AHEAD = 14
BAND = np.array([0.05, 0.95])


def seasonal_naive(known: np.ndarray) -> np.ndarray:
    return np.resize(known[-7:], AHEAD)


def last_three(known: np.ndarray) -> np.ndarray:
    return np.full(AHEAD, np.nanmean(known[-3:]))


def peers() -> dict[str, Peer]:
    found: dict[str, Peer] = {"seasonal naive": seasonal_naive, "last 3 days": last_three}
    try:
        from statsforecast import models
    except ImportError:
        print("statsforecast is not installed: AutoETS, AutoARIMA and AutoTheta are left out")
        return found

    def auto(name: str) -> Peer:
        def run(known: np.ndarray) -> np.ndarray:
            filled = np.where(np.isnan(known), np.nanmedian(known), known)[-84:]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return np.maximum(getattr(models, name)(season_length=7).forecast(filled, h=AHEAD)["mean"], 0.0)

        return run

    return found | {name: auto(name) for name in ("AutoETS", "AutoARIMA", "AutoTheta")}


def without(library: CaseLibrary, region: str) -> CaseLibrary:
    return library.without([region]) if region in library.regions else library


def run_daily(series: Series, origin: int, library: CaseLibrary, peak: int | None = None) -> Daily:
    known = series.totals[:origin]
    known = np.where(np.cumsum(np.nan_to_num(known)) > 0, known, np.nan)
    return run_surge(series, known, library, Surge(peak=peak))


def run_surge(series: Series, known: np.ndarray, library: CaseLibrary, surge: Surge) -> Daily:
    model = DailyModel(Calendar(series.first_day, series.country), without(library, series.region), surge)
    return daily_forecast(known, AHEAD, model)


class Tally:
    """Errors by method and horizon, bands by mode and horizon."""

    def __init__(self) -> None:
        self.errors: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.bands: dict[tuple[str, int], list[tuple[float, float, float]]] = defaultdict(list)

    def add(self, daily: Daily, known: np.ndarray, actual: np.ndarray, others: dict[str, Peer]) -> None:
        quantiles, mean = daily.quantiles(BAND), daily.mean()
        middle = daily.quantiles(np.array([0.5]))[:, 0]
        guesses = {"surgesim p50": middle, "surgesim mean": mean} | {name: peer(known) for name, peer in others.items()}
        for days in (7, 14):
            for name, guess in guesses.items():
                self.errors[name, days].append(wape(guess[:days], actual[:days]))
            known_days = ~np.isnan(actual[:days])
            low, high, came = quantiles[:days, 0][known_days], quantiles[:days, 1][known_days], actual[:days][known_days]
            inside = float(np.mean((low <= came) & (came <= high)))
            wide = float(np.mean((high - low) / np.maximum(mean[:days][known_days], 1.0)))
            for mode in (daily.outlook.mode, "all"):
                self.bands[mode, days].append((inside, wide, float((high - low).sum() / max(came.sum(), 1.0))))

    def show(self, title: str, targets: tuple[float, float]) -> None:
        cases = len(self.errors["surgesim p50", 7])
        print(f"\n{title}: {cases} forecasts; target {targets[0]:.3f} / {targets[1]:.3f}")
        ours = {days: np.array(self.errors["surgesim p50", days]) for days in (7, 14)}
        for name in dict.fromkeys(name for name, _ in self.errors):
            both = [np.array(self.errors[name, days]) for days in (7, 14)]
            wins = [float(np.mean(ours[days] < own)) for days, own in zip((7, 14), both, strict=True)]
            mark = "" if name.startswith("surgesim") else f"   beaten in {wins[0]:.0%} / {wins[1]:.0%} (target 70%)"
            print(f"  {name:15s} median WAPE {np.median(both[0]):.3f} / {np.median(both[1]):.3f}{mark}")

    def show_bands(self, title: str) -> None:
        print(f"\n{title}: 90 % bands: coverage (target .86-.94), width / mean (target 1.00 / 1.15), width / what came")
        for mode in dict.fromkeys(mode for mode, _ in self.bands):
            texts = []
            for days in (7, 14):
                found = np.array(self.bands[mode, days])
                texts.append(f"{found[:, 0].mean():.3f} {found[:, 1].mean():.2f} {np.median(found[:, 2]):.2f}")
            print(f"  {mode:10s} {len(self.bands[mode, 7]):5d} origins  7 d: {texts[0]}   14 d: {texts[1]}")


def after_known_peaks(every: list[Series], library: CaseLibrary, others: dict[str, Peer]) -> Tally:
    tally = Tally()
    for series in every:
        for peak in series.peaks:
            for days in (3, 5, 7, 10):
                origin = peak + 1 + days
                actual = series.totals[origin : origin + AHEAD]
                if len(actual) == AHEAD and origin >= 7:
                    tally.add(run_daily(series, origin, library, peak), series.totals[:origin], actual, others)
    return tally


def without_hindsight(every: list[Series], library: CaseLibrary, others: dict[str, Peer], step: int) -> Tally:
    tally = Tally()
    for series in every:
        for origin in surge_origins(series.totals, step):
            actual = series.totals[origin : origin + AHEAD]
            tally.add(run_daily(series, origin, library), series.totals[:origin], actual, others)
    return tally


def all_origins(every: list[Series], library: CaseLibrary, step: int) -> Tally:
    tally = Tally()
    for series in every:
        for origin in range(36, len(series.totals) - AHEAD, step):
            actual = series.totals[origin : origin + AHEAD]
            if not np.isnan(actual).all():
                tally.add(run_daily(series, origin, library), series.totals[:origin], actual, {})
    return tally


def announced(every: list[Series], library: CaseLibrary, blind: bool) -> tuple[Tally, list[float]]:
    """Forecast on the evening of each announcement; blind: from the usual contacts a day and past cases alone.

    Blind only where no surge runs yet: a desk in a surge has a history. Also returned: log of the fortnight that came
    over what was known before (the usual day; with counts the last week).
    """
    tally, sizes = Tally(), []
    for series in every:
        running = {origin - 1 for origin in surge_origins(series.totals)} if blind else set()
        for day in sorted(set(series.announced) - running):
            before, actual = series.totals[max(0, day - 27) : day + 1], series.totals[day + 1 : day + 1 + AHEAD]
            if len(actual) < AHEAD or (~np.isnan(before)).sum() < 7 or np.nansum(before) < 7:
                continue
            known = np.full(day + 1, np.nan) if blind else series.totals[: day + 1]
            usual = float(np.nanmedian(before)) if blind else None
            tally.add(run_surge(series, known, library, Surge((day,), None, usual)), series.totals[: day + 1], actual, {})
            sizes.append(float(np.log(np.nanmean(actual) / (usual or np.nanmean(before[-7:])))))
    return tally, sizes


def show_floor(sizes: list[float], known: str) -> None:
    """Print how wide a band is that knows all but the size, for log-normal sizes: the floor under every forecast."""
    spread = float(np.std(sizes))
    width = (np.exp(1.645 * spread) - np.exp(-1.645 * spread)) / np.exp(0.5 * spread**2)
    print(f"  log of the fortnight over {known}: mean {np.mean(sizes):.2f}, deviation {spread:.2f} between announcements;")
    print(f"  a 90 % band that knows all but this size is {width:.2f} wide")


def bank_history(path: Path) -> History:
    with path.open(encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    starts = np.array([int(name[:2]) * 3600.0 + int(name[3:5]) * 60.0 for name in header[1:]])
    days = [date.fromisoformat(row[0]) for row in rows]
    counts = np.full(((days[-1] - days[0]).days + 1, len(starts)), np.nan)
    numbers = np.zeros(len(counts), dtype=np.int64)
    for line, (day, row) in enumerate(zip(days, rows, strict=True), start=2):
        counts[(day - days[0]).days] = [float(cell) if cell else np.nan for cell in row[1:]]
        numbers[(day - days[0]).days] = line
    return History(days[0], starts, starts + 300.0, counts, numbers, by_day=False, known_s=float("inf"))


def bank(path: Path) -> None:
    history = bank_history(path)
    days = [at for at in range(history.days) if not np.isnan(history.counts[at]).all()][-30:]
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    daily, spent = [], []
    for at in days:
        actual = history.counts[at]
        naive = history.counts[at - 7] if not np.isnan(history.counts[at - 7]).any() else history.counts[at - 14]
        began = clock.perf_counter()
        table = forecast(history, "1d", as_of=history.first_day + timedelta(days=at - 1), country="US").table
        spent.append(clock.perf_counter() - began)
        guess = table["mean"].to_numpy()
        for name, value in (("surgesim", guess), ("seasonal naive", naive)):
            for size in (1, 6):
                cut = np.arange(0, len(actual), size)
                miss = np.abs(np.add.reduceat(value, cut) - np.add.reduceat(actual, cut)).sum()
                sums[f"{name} {5 * size}-min"][0] += float(miss)
                sums[f"{name} {5 * size}-min"][1] += float(actual.sum())
        daily.append((abs(guess.sum() / actual.sum() - 1), abs(naive.sum() / actual.sum() - 1)))
    print("\nbank, next day, last 30 days; target 5-min .088, 30-min .068, daily MAPE .048")
    for name, (miss, total) in sums.items():
        print(f"  {name:22s} WAPE {miss / total:.4f}")
    print(f"  surgesim daily MAPE {np.mean(daily, axis=0)[0]:.4f}, seasonal naive {np.mean(daily, axis=0)[1]:.4f}")
    print(f"  fit and forecast of {history.days} days of 5 min: {np.median(spent):.2f} s (target 2 s)")


def speed(series: Series) -> None:
    import polars

    days = [series.day(at) for at in range(len(series.totals))]
    frame = polars.DataFrame({"start": days, "offered": series.totals})
    half = len(days) // 2
    forecast(frame[:half])
    began = clock.perf_counter()
    made = forecast(frame[:half])
    fitted = clock.perf_counter()
    made.update(frame[half : half + 1])
    updated = clock.perf_counter()
    print(f"\nspeed: fit and forecast of a daily series {fitted - began:.3f} s (target 0.5 s)")
    print(f"  update by one day {updated - fitted:.3f} s (target 0.1 s)")
    round_the_clock = [
        {"start": datetime(2026, 1, 1) + timedelta(minutes=30 * at), "offered": 20 + at % 48} for at in range(48 * 60)
    ]
    made = forecast(polars.DataFrame(round_the_clock), paths=10)
    from surgesim.demand.paths import Grid, Luck, sample_paths

    rows = np.arange(14 * 48)
    grid = Grid(rows // 48, np.full(14 * 48, 1 / 48), made.daily.factor[:14], 0.1)
    began = clock.perf_counter()
    sample_paths(made.daily.bands, grid, 10_000, Luck(1))
    print(f"  10,000 paths of 14 days of 30 min {clock.perf_counter() - began:.2f} s (target 1 s)")


def pictures(every: list[Series], library: CaseLibrary, folder: Path) -> None:
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    for series in every:
        figure = Figure(figsize=(12, 3 * max(1, len(series.peaks))), layout="constrained")
        for at, peak in enumerate(series.peaks):
            axes = figure.add_subplot(len(series.peaks), 1, at + 1)
            shown = np.arange(max(0, peak - 35), min(len(series.totals), peak + 35))
            axes.plot(shown, series.totals[shown], color="black", linewidth=0.8)
            for origin in (peak - 3, peak + 4, peak + 11):
                if 7 <= origin < len(series.totals):
                    daily = run_daily(series, origin, library)
                    band = daily.quantiles(np.array([0.05, 0.5, 0.95]))
                    ahead = np.arange(origin, origin + AHEAD)
                    axes.fill_between(ahead, band[:, 0], band[:, 2], alpha=0.25)
                    axes.plot(ahead, band[:, 1])
            axes.set_title(f"{series.name}, peak {series.day(peak)}: forecasts 3 days before, 3 and 10 days after")
        figure.savefig(folder / f"{series.name}.png", dpi=80)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--step", type=int, default=1, help="days between rolling origins")
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    every, library, others = load(asked.data), case_library(), peers()
    for kind in dict.fromkeys(series.kind for series in every):
        mine = [series for series in every if series.kind == kind]
        known = after_known_peaks(mine, library, others)
        known.show(f"1. {kind}: after known peaks", (0.165, 0.195))
        known.show_bands(f"3. {kind}: after known peaks")
        rolling = without_hindsight(mine, library, others, asked.step)
        if rolling.errors:
            rolling.show(f"2. {kind}: without hindsight, days in a surge", (0.195, 0.245))
            rolling.show_bands(f"3. {kind}: without hindsight, days in a surge")
        all_origins(mine, library, 3 * asked.step).show_bands(f"3. {kind}: every day")
        for blind, title in ((False, "an announcement, counts known so far"), (True, "an announcement, no history")):
            told, sizes = announced(mine, library, blind)
            if told.bands:
                told.show_bands(f"3. {kind}: {title}")
                show_floor(sizes, "a usual day" if blind else "the last week")
    for path in sorted(asked.data.glob("bank_calls_5min*.csv")):
        bank(path)
    speed(next(series for series in every if series.kind == "hotline"))
    if asked.pictures:
        pictures(every, library, asked.pictures)


if __name__ == "__main__":
    main()

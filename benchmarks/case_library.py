"""Make the packaged case library from a data folder: ``python benchmarks/case_library.py DATA_DIR OUT.json``.

Every error is that of a forecast made with a library without the region it is about.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
from surge_series import Series, load

from surgesim.demand.baseline import Calendar, split
from surgesim.demand.caselibrary import HORIZON_ENDS, SCORE_LEVELS, Answer, Case, CaseLibrary, Scores, to_json
from surgesim.demand.daily import DailyModel, daily_forecast
from surgesim.demand.fit import Surge
from surgesim.demand.pastcase import fit_case

ANNOUNCED = {
    "tokyo_contacts": ("2020-02-25", "2020-03-25", "2020-04-07", "2020-04-16", "2021-01-07", "2021-04-25", "2021-07-12"),
    "tokyo_querents": ("2020-02-25", "2020-03-25", "2020-04-07", "2020-04-16"),
    "nagano_querents": ("2020-02-25", "2020-04-07", "2020-04-16"),
    "kumamoto_contacts": ("2020-02-21", "2020-04-07", "2020-04-16"),
    "boston_snow": ("2015-01-26", "2015-02-02", "2015-02-08", "2015-02-14"),
}
DAYS = 28
STEP = 2


def case_of(series: Series, peak: int) -> Case:
    day = series.day(peak)
    case = fit_case(
        series.totals, series.first_day, day, series.region, series.name, series.country, f"fitted to: {series.source}"
    )
    return Case(**{**vars(case), "kind": series.kind})


def answer_of(series: Series, text: str) -> Answer:
    at = (date.fromisoformat(text) - series.first_day).days
    parts = split(series.totals[: at + 29], Calendar(series.first_day, series.country), window=100)
    here = at - parts.start
    level = np.array([np.nanmedian(parts.adjusted[max(0, k - 1) : k + 2]) for k in range(len(parts.adjusted))])
    before = float(np.nanmean(parts.adjusted[max(0, here - 2) : here + 1]))
    ahead = level[here + 1 : here + 22]
    jump = float(np.exp(max(ahead.max() - before, 0.0)))
    source = f"public announcement; answer fitted to: {series.source}"
    return Answer(series.region, series.name, text, round(jump, 3), float(ahead.argmax() + 1), source)


def errors_of(series: Series, library: CaseLibrary) -> dict[tuple[str, int], list[tuple[date, float]]]:
    """Return day of the forecast and error in deviations, by kin and horizon."""
    found: dict[tuple[str, int], list[tuple[date, float]]] = {}
    calendar = Calendar(series.first_day, series.country)
    noted = {(date.fromisoformat(text) - series.first_day).days for text in ANNOUNCED.get(series.name, ())}
    tries: list[tuple[int, tuple[int, ...], int | None]]
    tries = [(origin, (), None) for origin in range(21, len(series.totals) - 1, STEP)]
    tries += [(day + 1 + late, (day,), None) for day in noted for late in (0, 1)]
    tries += [(peak + 1 + after, (), peak) for peak in series.peaks for after in range(2, 12)]
    for origin, announced, peak in tries:
        known = np.where(np.cumsum(np.nan_to_num(series.totals[:origin])) > 0, series.totals[:origin], np.nan)
        if (~np.isnan(known)).sum() < 10:
            continue
        daily = daily_forecast(known, DAYS, DailyModel(calendar, library, Surge(announced, peak), "trend"))
        actual = series.totals[origin : origin + DAYS]
        guess = daily.outlook.log_median + np.log(daily.factor)
        miss = (np.log(actual + 0.5) - guess[: len(actual)]) / daily.outlook.deviation[: len(actual)]
        for ahead in np.flatnonzero(~np.isnan(miss)):
            end = next(end for end in HORIZON_ENDS if ahead + 1 <= end)
            found.setdefault((daily.outlook.kin, end), []).append((series.day(origin), float(miss[ahead])))
    return found


def main(folder: str, out: str) -> None:
    every = load(Path(folder))
    cases = tuple(case_of(series, peak) for series in every for peak in series.peaks)
    answers = tuple(answer_of(series, text) for series in every for text in ANNOUNCED.get(series.name, ()))
    library = CaseLibrary(cases, answers, ())
    scores = []
    for region in sorted({series.region for series in every}):
        pooled: dict[tuple[str, int], list[tuple[date, float]]] = {}
        for series in every:
            if series.region == region:
                for key, values in errors_of(series, library.without([region])).items():
                    pooled.setdefault(key, []).extend(values)
        for (kin, end), errors in sorted(pooled.items()):
            quantiles = tuple(float(round(value, 3)) for value in np.quantile([miss for _, miss in errors], SCORE_LEVELS))
            # series of one region see the same events: days are counted once
            scores.append(Scores(region, kin, end, len({day for day, _ in errors}), quantiles))
    Path(out).write_text(to_json(CaseLibrary(cases, answers, tuple(scores))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

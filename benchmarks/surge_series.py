"""The daily series and known peaks of a data folder, for the forecast benchmark and the case library."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Series:
    name: str
    region: str
    kind: str
    country: str | None
    first_day: date
    totals: np.ndarray
    peaks: tuple[int, ...]
    source: str
    announced: tuple[int, ...] = ()

    def day(self, at: int) -> date:
        return self.first_day + timedelta(days=at)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _daily(rows: list[dict[str, str]], column: str) -> tuple[date, np.ndarray]:
    days = [date.fromisoformat(row["date"]) for row in rows]
    totals = np.full((max(days) - min(days)).days + 1, np.nan)
    for day, row in zip(days, rows, strict=True):
        if row[column] != "":
            totals[(day - min(days)).days] = float(row[column])
    return min(days), totals


def load(folder: Path) -> list[Series]:
    """Return every surge series found: hotlines, the NHS channels by region, Boston's storms."""
    found: list[tuple[str, str, str, str | None, date, np.ndarray, str]] = []
    for path in sorted(folder.glob("hotline_*.csv")):
        rows = _rows(path)
        if "calls" not in rows[0] or "date" not in rows[0]:
            continue
        name = path.stem.removeprefix("hotline_")
        source = f"open data of the COVID-19 support site, {name}"
        found.append((name, name.split("_")[0], "hotline", "JP", *_daily(rows, "calls"), source))
    nhs = folder / "nhs111_channels_daily.csv"
    if nhs.exists():
        rows = _rows(nhs)
        for region in sorted({row["region"] for row in rows}):
            mine = [row for row in rows if row["region"] == region]
            for short, column in (("phone", "phone_111"), ("onlin", "online_111")):
                name = f"nhs_{short}_{region.replace(' ', '')[:10]}"
                found.append((name, "england", "triage", None, *_daily(mine, column), "NHS Digital, NHS Pathways"))
    for path in sorted(folder.glob("boston311_daily_*.csv")):
        days, totals = _daily(_rows(path), "snow_any_channel")
        found.append(("boston_snow", "boston", "city", None, days, totals, "City of Boston open data, 311 cases"))
    peaks = _rows(folder / "surge_events.csv") if (folder / "surge_events.csv").exists() else []
    told = _rows(folder / "announcements.csv") if (folder / "announcements.csv").exists() else []
    series = []
    for name, region, kind, country, first, totals, source in found:
        mine = [date.fromisoformat(row["peak_date"]) for row in peaks if row["series"].replace("_", "") == name.replace("_", "")]
        if not mine and kind == "hotline":
            mine = [first + timedelta(days=at) for at in find_peaks(first, totals)]
        at = tuple(sorted((day - first).days for day in mine))
        scopes = {region, "japan"} if country == "JP" else {region}
        days = {date.fromisoformat(row["date"]) for row in told if row["scope"] in scopes and not _calming(row["event"])}
        announced = tuple(sorted((day - first).days for day in days if 0 <= (day - first).days < len(totals)))
        series.append(Series(name, region, kind, country, first, totals, at, source, announced))
    return series


def _calming(event: str) -> bool:
    """Whether an announcement ends something, or is about the desk itself: nobody calls a hotline for it."""
    return any(word in event for word in (" ends", " end", "lifted", "opened", "replaced", "postponed", "campaign", "first day"))


def find_peaks(first: date, totals: np.ndarray) -> list[int]:
    """Return peaks by the rule of the data: weekday-adjusted 3-day median, 1.6 x days -35..-10, top within 21 days."""
    weekday = (first.weekday() + np.arange(len(totals))) % 7
    week = np.array([np.nanmean(totals[weekday == day]) for day in range(7)])
    adjusted = totals / (week / week.mean())[weekday]
    smooth = np.array([np.nanmedian(adjusted[max(0, at - 1) : at + 2]) for at in range(len(totals))])
    peaks = []
    for at in range(12, len(totals) - 14):
        usual = np.nanmedian(smooth[max(0, at - 35) : at - 9])
        top = smooth[at] >= np.nanmax(smooth[max(0, at - 21) : at + 22])
        if top and usual > 0 and smooth[at] >= 1.6 * usual and not (peaks and at - peaks[-1] <= 21):
            peaks.append(at)
    return peaks


def wape(guess: np.ndarray, actual: np.ndarray) -> float:
    known = ~np.isnan(actual)
    return float(np.abs(guess - actual)[known].sum() / max(float(actual[known].sum()), 1.0))


def surge_origins(totals: np.ndarray, step: int = 1) -> list[int]:
    """Return days o such that the mean of the 7 days before o is 1.6 x the median of days -35..-10 or more."""
    chosen = []
    for origin in range(36, len(totals) - 13, step):
        usual = np.nanmedian(totals[origin - 36 : origin - 10])
        if usual > 0 and np.nanmean(totals[origin - 7 : origin]) >= 1.6 * usual:
            chosen.append(origin)
    return chosen

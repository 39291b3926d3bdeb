"""A desk with a few contacts a day: the mean is that of the counts, luck is no surge, and bursts are left alone."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from surgesim import forecast
from surgesim.base.streams import Purpose, poissons, uniforms
from surgesim.demand.fewcounts import clear_rise, few


def made(counts):
    days = pl.date_range(date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + len(counts) - 1), eager=True)
    return forecast(pl.DataFrame({"start": days, "offered": counts}), horizon="14d", paths=100)


@pytest.mark.parametrize("rate", [0.3, 1.0, 3.0])
def test_the_mean_is_that_of_the_counts_and_the_bands_hold(rate):
    drawn = poissons(rate, uniforms(7, 0, np.arange(20)[:, None], np.arange(140), Purpose.ARRIVAL_COUNT))
    all_of_them = [made(row[:126]) for row in drawn]
    tables = [one.table for one in all_of_them]
    # Twenty desks with fifty days each that count: three standard errors, and the prior's half contact in thirty days.
    error = 3.0 * np.sqrt(rate / 1000.0) + 0.5 / 30.0
    assert np.mean([table["mean"].mean() for table in tables]) == pytest.approx(rate, abs=error)
    assert {one.daily.outlook.mode for one in all_of_them} == {"quiet"}
    inside = [
        (row[126:] >= table["p05"].to_numpy()) & (row[126:] <= table["p95"].to_numpy())
        for row, table in zip(drawn, tables, strict=True)
        if len(table) == 14
    ]
    assert np.mean(inside) > 0.88
    assert np.mean([one.paths.mean() for one in all_of_them]) == pytest.approx(rate, abs=1.5 * error)


def test_a_real_surge_of_few_contacts_is_still_seen():
    calm = poissons(1.0, uniforms(1, 0, np.arange(120), 0, Purpose.ARRIVAL_COUNT))
    assert not clear_rise(calm.astype(float))
    assert clear_rise(np.concatenate([calm, [4, 5, 6, 6, 7, 6, 5]]).astype(float))


def test_many_contacts_and_bursts_are_left_to_logarithms():
    assert few(np.full(60, 4.0))
    assert not few(np.full(60, 6.0))
    assert not few(np.full(60, np.nan))
    storms = np.zeros(120)
    storms[::30] = 60.0
    assert not few(storms)
    assert clear_rise(np.r_[np.full(40, 100.0), np.full(7, 101.0)])  # luck is not the question there

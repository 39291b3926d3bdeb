"""Measures: one definition each, ratios of sums, intervals that cover."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgesim.base.errors import CatalogueError, InputError
from surgesim.base.streams import uniforms
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS
from surgesim.result.estimates import Estimate, independent_difference, paired_difference, ratio
from surgesim.result.measures import BY_NAME, MEASURES, choose, find, measure_of
from surgesim.result.quantiles import interpolated, longest
from surgesim.result.summary import one_sided, summarise
from surgesim.result.tables import BINS, Axes, Tables, from_arrays
from surgesim.scenario.levers import Target

Make = Callable[..., Tables]


def value(frame: pl.DataFrame, measure: str, **where: object) -> float:
    rows = frame.filter(pl.col("measure") == measure, *(pl.col(k).cast(pl.String) == str(v) for k, v in where.items()))
    assert rows.height == 1
    return float(rows["value"][0])


def test_every_column_of_every_measure_exists_and_names_are_unique() -> None:
    columns = {"queues": QUEUE_COLUMNS, "groups": GROUP_COLUMNS, "trunks": TRUNK_COLUMNS, "waits": ("handled", "abandoned")}
    for measure in MEASURES:
        assert set(measure.columns) <= set(columns[measure.source]), measure.name
        assert measure.en
        assert measure.ja
        assert measure.ja != measure.en
    assert len(BY_NAME) == len(MEASURES)
    assert len({measure.en for measure in MEASURES}) == len({measure.ja for measure in MEASURES}) == len(MEASURES)


def test_formula_is_written_from_the_columns() -> None:
    assert find("service_level_of_offered_less_short_abandons").formula == "answered_within / (offered - short_abandoned)"
    assert find("aht_s").formula == "(talk_s + hold_s + after_s + transfer_s) / handled"
    assert find("offered").formula == "offered"


def test_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(CatalogueError, match="service_level"):
        find("servicelevel")
    with pytest.raises(CatalogueError) as caught:
        choose(["asa", "aht"])
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("of", ["offered", "offered_less_short_abandons", "handled"])
def test_promise_finds_its_denominator(of: str) -> None:
    target = Target.model_validate({"queue": "calls", "measure": "service_level", "of": of, "at_least": "80%"})
    denominator = {"offered": ("offered",), "handled": ("handled",)}.get(of, ("offered", "-short_abandoned"))
    assert measure_of(target).denominator == denominator


def test_a_spike_of_fourteen_days_as_ratio_of_sums_and_not_as_mean_of_intervals(axes: Axes, arrays: Make) -> None:
    """One hour with 9 600 calls of which 1 % in time and 47 hours of 12 calls all in time: the mean of hours is a lie."""
    data = {name: array[:1] * 0.0 for name, array in arrays(1).items()}
    offered, within = np.full(48, 12.0), np.full(48, 12.0)
    offered[9], within[9] = 9600.0, 96.0
    queue = data["queues"][0, :, 0]
    for name in ("offered", "first", "needs", "handled"):
        queue[:, QUEUE_COLUMNS.index(name)] = offered
    queue[:, QUEUE_COLUMNS.index("answered_within")] = within
    tables = from_arrays(axes, data["queues"], data["groups"])
    whole = value(summarise(tables, "queue"), "service_level", queue="calls")
    assert whole == within.sum() / offered.sum()
    hourly = summarise(tables, ["start", "queue"], ["service_level"]).filter(pl.col("queue") == "calls")
    assert hourly["value"].mean() == pytest.approx((47 + 0.01) / 48)
    assert whole < 0.1 < 0.9 < hourly["value"].mean()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([["day"], ["day", "queue"], ["hour"], ["start", "queue"], []]))
def test_any_division_gives_the_ratio_of_sums(axes: Axes, arrays: Make, seed: int, n: int, by: list[str]) -> None:
    tables = from_arrays(axes, **arrays(n, seed))
    long = summarise(tables, by, ["aht_s", "offered", "given_up_share"])
    day, hour = pl.col("start").dt.date().alias("day"), pl.col("start").dt.hour().alias("hour")
    rows = tables.queues.with_columns(day, hour, pl.lit(0).alias("all"))
    sums = rows.group_by(by or "all").agg(pl.col(QUEUE_COLUMNS).sum().name.prefix("sum_"))
    wide = long.with_columns(pl.lit(0).alias("all")).pivot("measure", index=by or "all", values="value")
    wide = wide.join(sums, on=by or "all", how="inner")
    assert wide.height == sums.height
    handling = wide["sum_talk_s"] + wide["sum_hold_s"] + wide["sum_after_s"]
    np.testing.assert_allclose(wide["aht_s"].fill_null(0) * wide["sum_handled"], handling, rtol=1e-12)
    np.testing.assert_allclose(wide["offered"] * n, wide["sum_offered"], rtol=1e-12)
    np.testing.assert_allclose(wide["given_up_share"] * wide["sum_needs"], wide["sum_given_up"], rtol=1e-12)


def test_sums_do_not_depend_on_how_they_are_divided(make: Make) -> None:
    tables = make(3)
    whole = value(summarise(tables), "offered")
    for by in ("day", "queue", "hour", "start", "week"):
        parts = summarise(tables, by, ["offered"])
        assert parts["value"].sum() == pytest.approx(whole)


def test_calls_and_deferred_work_are_not_mixed(make: Make) -> None:
    tables = make(3)
    by_queue, pooled = summarise(tables, "queue"), summarise(tables)
    assert value(pooled, "service_level") == value(by_queue, "service_level", queue="calls")
    assert value(pooled, "on_time") == value(by_queue, "on_time", queue="mail")
    assert by_queue.filter((pl.col("queue") == "mail") & (pl.col("measure") == "service_level")).height == 0
    assert value(pooled, "offered") == pytest.approx(by_queue.filter(pl.col("measure") == "offered")["value"].sum())


def test_groups_sites_and_trunks(make: Make) -> None:
    tables = make(3)
    group = summarise(tables, ["day", "group"], ["occupancy", "utilisation"])
    assert group.height == 8
    assert set(group["measure"]) == {"occupancy", "utilisation"}
    site = value(summarise(tables, "site"), "occupancy", site="osaka")
    rows = tables.groups.filter(pl.col("site") == "osaka")
    assert site == pytest.approx(rows["busy_s"].sum() / rows["ready_s"].sum())
    assert value(summarise(tables, "trunk"), "trunk_utilisation", trunk="main") == 0.25
    assert value(summarise(tables), "paid_h") == pytest.approx(tables.groups["paid_s"].sum() / 3600 / 3)


def test_by_says_what_is_wrong(make: Make) -> None:
    tables = make(1)
    with pytest.raises(InputError, match="'day'"):
        summarise(tables, "days")
    with pytest.raises(InputError, match="queue and group"):
        summarise(tables, ["queue", "group"])
    with pytest.raises(InputError, match="cannot be divided by group"):
        one_sided(tables, "asa_s", by="group")
    with pytest.raises(InputError, match="confidence"):
        summarise(tables, confidence=95)
    with pytest.raises(InputError, match="keeps no waits"):
        one_sided(from_arrays(tables.axes, *_arrays_of(tables)), "wait_p90_s")


def _arrays_of(tables: Tables) -> list[np.ndarray]:
    axes, n = tables.axes, tables.replications
    shape = (n, axes.clock.n_intervals, -1)
    return [tables.values("queues", QUEUE_COLUMNS).reshape(*shape, len(QUEUE_COLUMNS)).reshape(n, axes.clock.n_intervals, 2, -1),
            tables.values("groups", GROUP_COLUMNS).reshape(n, axes.clock.n_intervals, 2, -1)]  # fmt: skip


def test_one_replication_has_no_interval(make: Make) -> None:
    frame = summarise(make(1), "day")
    assert frame["low"].null_count() == frame["high"].null_count() == frame.height
    assert frame["value"].null_count() < frame.height


def test_nothing_offered_is_null_and_not_nought(axes: Axes, arrays: Make) -> None:
    data = {name: array * 0.0 for name, array in arrays(2).items()}
    frame = summarise(from_arrays(axes, **data))
    assert frame.filter(pl.col("measure").is_in(["service_level", "asa_s", "wait_p90_s"]))["value"].null_count() == 3
    assert value(frame, "offered") == 0.0


def test_order_is_stable_and_shares_stay_between_nought_and_one(make: Make) -> None:
    frame = summarise(make(2), ["day", "queue"])
    assert frame.equals(summarise(make(2), ["day", "queue"]))
    assert frame.select("day", "queue").equals(frame.select("day", "queue").sort("day", "queue", maintain_order=True))
    shares = frame.filter(pl.col("unit") == "share").drop_nulls()
    assert shares["low"].min() >= 0.0
    assert shares["high"].max() <= 1.0


def test_the_jackknife_of_a_mean_is_the_textbook_interval() -> None:
    sample = np.array([[3.0], [5.0], [4.0], [8.0]])
    low, high = ratio(sample, np.ones_like(sample)).interval(0.95)
    half = 3.182446305284263 * sample.std(ddof=1) / 2.0  # t(0.975, 3) from printed tables: 3.182
    assert low[0] == pytest.approx(5.0 - half)
    assert high[0] == pytest.approx(5.0 + half)


def test_the_jackknife_of_a_ratio_is_near_the_delta_method() -> None:
    u = uniforms(3, 0, np.arange(400), 0, 1000).reshape(200, 2, 1)
    bottom = 50.0 + 100.0 * u[:, 0]
    top = bottom * (0.6 + 0.2 * u[:, 1])
    estimate = ratio(top, bottom)
    residual = top - estimate.value * bottom
    delta = np.sqrt((residual**2).sum() / 199 / 200) / bottom.mean()
    assert estimate.error[0] == pytest.approx(delta, rel=0.01)


def test_only_one_replication_with_contacts_has_no_error() -> None:
    assert np.isnan(ratio(np.array([[1.0], [0.0]]), np.array([[2.0], [0.0]])).error[0])


def _runs(repeats: int, n: int, seed: int, gain: float = 0.0, skewed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Replications of a centre whose service level falls when the day is busy: (n, repeats) above and below.

    The load has a coefficient of variation of 0.2; skewed, it has a gamma law with four degrees of freedom.
    """
    u = uniforms(seed, 0, np.arange(repeats * n * 6), 0, 1001).reshape(6, n, repeats)
    busy = 0.6 - 0.1 * np.log(u[:4]).sum(axis=0) if skewed else 1.0 + 0.35 * (u[:4].sum(axis=0) - 2.0)
    offered = np.round(1000.0 * busy * (0.9 + 0.2 * u[4]))
    level = np.clip(1.15 + gain * busy - 0.4 * busy + 0.1 * (u[5] - 0.5), 0.0, 1.0)
    return np.round(offered * level), offered


def covered(n: int, studies: int, skewed: bool) -> tuple[float, float, float]:
    """How often two-sided intervals, lower and upper bounds of 95% hold the long-run ratio of sums."""
    top, bottom = _runs(1, 400_000, 7, skewed=skewed)
    truth = top.sum() / bottom.sum()
    estimate = ratio(*_runs(studies, n, 8, skewed=skewed))
    low, high = estimate.interval(0.95)
    lower, upper = estimate.bound(0.95, -1.0) <= truth, estimate.bound(0.95, 1.0) >= truth
    return float(np.mean((low <= truth) & (truth <= high))), float(np.mean(lower)), float(np.mean(upper))


def test_intervals_and_bounds_cover_the_truth() -> None:
    for share in covered(20, 2000, skewed=False):
        assert 0.93 <= share <= 0.97


def test_with_skewed_days_the_lower_bound_is_a_little_bold_and_replications_cure_it() -> None:
    """Bad luck of a few terrible days is under-sampled by 20 replications: a known limit of Student's t."""
    few, many = covered(20, 2000, skewed=True)[1], covered(200, 1000, skewed=True)[1]
    assert 0.88 <= few < many <= 0.965
    assert many >= 0.925


def test_pairing_covers_and_is_much_tighter_than_welch() -> None:
    plain, better = _runs(1, 400_000, 7), _runs(1, 400_000, 7, 0.05)
    truth = better[0].sum() / better[1].sum() - plain[0].sum() / plain[1].sum()
    plain, better = _runs(1000, 20, 9), _runs(1000, 20, 9, 0.05)
    paired = paired_difference(plain, better)
    welch = independent_difference(ratio(*plain), ratio(*better))
    low, high = paired.interval(0.95, least=-np.inf)
    assert 0.92 <= np.mean((low <= truth) & (truth <= high)) <= 0.98
    assert paired.error.mean() < welch.error.mean() / 5.0


def test_welch_by_hand() -> None:
    a = Estimate(np.array([1.0]), np.array([0.3]), np.array([4.0]))
    b = Estimate(np.array([2.0]), np.array([0.4]), np.array([9.0]))
    change = independent_difference(a, b)
    assert change.value[0] == 1.0
    assert change.error[0] == pytest.approx(0.5)
    assert change.freedom[0] == pytest.approx(0.25**2 / (0.09**2 / 4 + 0.16**2 / 9))


def test_one_sided_bound_is_inside_the_two_sided_interval(make: Make) -> None:
    tables = make(6)
    two = summarise(tables, "day", ["service_level"], 0.90)
    low = one_sided(tables, "service_level", 0.95, "low", "day")
    high = one_sided(tables, "service_level", 0.95, "high", "day")
    np.testing.assert_allclose(low["low"], two["low"])
    np.testing.assert_allclose(high["high"], two["high"])


@given(st.lists(st.tuples(st.integers(0, BINS - 2), st.integers(1, 50)), min_size=1, max_size=6), st.floats(0.01, 0.99))
def test_quantile_lies_in_the_bin_that_holds_it(bins: list[tuple[int, int]], probability: float) -> None:
    from surgesim.result.counters import WAIT_EDGES_S

    counts = np.zeros((1, BINS))
    for position, number in bins:
        counts[0, position] += number
    found = interpolated(counts, np.array([probability]))[0]
    below = sum(counts[0, k] for k in range(BINS) if WAIT_EDGES_S[k + 1] <= found)
    upto = sum(counts[0, k] for k in range(BINS) if WAIT_EDGES_S[k] <= found)
    assert below <= probability * counts.sum() * (1 + 1e-9)
    assert upto >= probability * counts.sum() * (1 - 1e-9)
    assert longest(counts)[0] == WAIT_EDGES_S[max(position for position, _ in bins) + 1]


def test_quantiles_of_the_open_bin_and_of_nothing() -> None:
    counts = np.zeros((2, BINS))
    counts[0, -1] = 3.0
    found = interpolated(counts, np.array([0.5, 0.5]))
    assert found[0] == 259200.0
    assert np.isnan(found[1])
    assert longest(counts)[0] == 259200.0


def test_quantile_intervals_cover(axes: Axes, arrays: Make) -> None:
    """Waits spread evenly over 0..100 s with a random day factor: the 90% quantile is 90 s."""
    from surgesim.result.counters import WAIT_EDGES_S
    from surgesim.result.measures import find
    from surgesim.result.quantiles import wait_measure

    upper = np.minimum(np.array(WAIT_EDGES_S), 100.0)
    share = np.diff(upper) / 100.0
    n, studies = 20, 400
    u = uniforms(5, 0, np.arange(n * studies * 2), 0, 1002).reshape(2, n, studies)
    scale = 0.9 + 0.2 * u[0]  # a whole replication waits longer or shorter
    edges = np.clip(np.array(WAIT_EDGES_S)[None, None] / (100.0 * scale[..., None]), 0.0, 1.0)
    counts = np.zeros((n, studies, BINS, 2))
    counts[..., 0] = np.diff(edges, axis=2) * (200.0 + 100.0 * u[1])[..., None]
    assert share.sum() == pytest.approx(1.0)
    fine = np.linspace(0.9, 1.1, 2001)
    pooled = np.clip(np.array(WAIT_EDGES_S)[None] / (100.0 * fine[:, None]), 0.0, 1.0)
    truth = interpolated(np.diff(pooled, axis=1).sum(axis=0, keepdims=True), np.array([0.9]))[0]
    _, low, high = wait_measure(find("wait_p90_s"), counts, (0.025, 0.975))
    assert 0.92 <= np.mean((low <= truth) & (truth <= high)) <= 0.99

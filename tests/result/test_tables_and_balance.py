"""Tables keep their order and type; the books balance, or the rows that do not are named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_centre import TREE

from surgesim.base.errors import ConservationError, InputError
from surgesim.result.balance import check
from surgesim.result.counters import GROUP_COLUMNS, QUEUE_COLUMNS, TRUNK_COLUMNS
from surgesim.result.promises import promises
from surgesim.result.result import Result
from surgesim.result.tables import BINS, Axes, Tables, from_arrays
from surgesim.scenario.levers import Target
from surgesim.scenario.scenario import Scenario

Make = Callable[..., Any]
COUNTERS = ("handled", "abandoned", "blocked", "balked", "deflected", "inside", "offered", "first", "redial", "follow_up")


def test_arrays_come_back_row_for_row(axes: Axes, arrays: Make) -> None:
    data = arrays(3)
    tables = from_arrays(axes, **data)
    assert tables.replications == 3
    back = tables.values("queues", QUEUE_COLUMNS).reshape(data["queues"].shape)
    assert np.array_equal(back, data["queues"])
    assert np.array_equal(tables.values("groups", GROUP_COLUMNS).reshape(data["groups"].shape), data["groups"])
    assert np.array_equal(tables.values("trunks", TRUNK_COLUMNS).reshape(data["trunks"].shape), data["trunks"])
    assert np.array_equal(tables.values("waits", ["handled", "abandoned"]).reshape(data["waits"].shape), data["waits"])
    row = tables.queues.row(2 * 48 * 2 + 25 * 2 + 1, named=True)
    assert (row["replication"], row["interval"], row["queue"]) == (2, 25, "mail")
    assert row["offered"] == data["queues"][2, 25, 1, QUEUE_COLUMNS.index("offered")]


def test_types_of_columns(make: Make) -> None:
    tables = make(2)
    schema = tables.queues.schema
    assert schema["queue"] == pl.Enum(["calls", "mail"])
    assert schema["start"] == pl.Datetime("us", "Asia/Tokyo")
    assert tables.queues["start"][0].isoformat() == "2020-04-08T00:00:00+09:00"
    assert all(schema[name] == pl.Float64 for name in QUEUE_COLUMNS)
    assert tables.groups["site"].unique().sort().to_list() == ["tokyo", "osaka"]
    assert tables.waits["day"].unique().sort().to_list() == [date(2020, 4, 8), date(2020, 4, 9)]
    assert tables.waits["to_s"].max() == float("inf")


def test_wrong_shapes_are_refused(axes: Axes, arrays: Make) -> None:
    data = arrays(2)
    for name in data:
        with pytest.raises(ValueError, match=f"array of {name} has shape"):
            from_arrays(axes, **{**data, name: data[name][:, :-1]})


def test_a_centre_without_lines_and_waits(arrays: Make) -> None:
    scenario = Scenario.model_validate({**TREE, "trunks": {}})
    axes = Axes.of(scenario)
    data = arrays(2)
    tables = check(from_arrays(axes, data["queues"], data["groups"]))
    assert tables.trunks.height == 0
    assert tables.waits.height == 0
    result = Result(scenario, "sim", 1, 2, tables)
    assert "trunk_utilisation" not in result.measures()["measure"]


def test_the_day_of_the_clock_change_keeps_its_hours(arrays: Make) -> None:
    clock = {"start": "2027-03-14", "days": 1, "interval": "1h", "time_zone": "America/New_York", "holidays": []}
    axes = Axes.of(Scenario.model_validate({**TREE, "clock": clock}))
    data = arrays(1)
    tables = from_arrays(axes, data["queues"][:, :23], data["groups"][:, :23])
    hours = tables.queues.filter(pl.col("queue") == "calls")["start"].dt.hour().to_list()
    assert hours == [0, 1, *range(3, 24)]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(COUNTERS), st.integers(0, 1), st.integers(0, 47), st.integers(0, 1), st.sampled_from([1.0, -1.0, 1e-3]))
def test_one_contact_lost_or_invented_is_found(
    make: Make, column: str, replication: int, interval: int, queue: int, change: float
) -> None:
    tables = make(2)
    row = (replication * 48 + interval) * 2 + queue
    values = tables.queues[column].to_numpy().copy()
    values[row] += change
    with pytest.raises(ConservationError) as caught:
        check(replace(tables, queues=tables.queues.with_columns(pl.Series(column, values))))
    assert f"replication {replication}, interval {interval}" in str(caught.value)
    assert f"queue {'mail' if queue else 'calls'}" in str(caught.value)


def spoiled(tables: Tables, table: str, **columns: pl.Expr) -> Tables:
    return replace(tables, **{table: getattr(tables, table).with_columns(**columns)})


@pytest.mark.parametrize(
    ("table", "columns", "law"),
    [
        ("queues", {"answered_within": pl.col("handled") + 1}, "answered_within <= handled"),
        ("queues", {"on_time": pl.col("handled") + 1}, "on_time <= handled"),
        ("queues", {"short_abandoned": pl.col("abandoned") + 1}, "short_abandoned <= abandoned"),
        ("queues", {"lost_closed": pl.lit(1.0)}, "lost_closed <= closed"),
        ("queues", {"needs": pl.col("first")}, r"first \+ contained <= needs over the horizon"),
        ("queues", {"boomerang": pl.col("needs")}, r"boomerang \+ contained <= needs over the horizon"),
        ("queues", {"given_up": pl.col("abandoned") + 1}, r"redial \+ switched \+ given_up <= blocked \+ abandoned"),
        ("queues", {"talk_s": -pl.col("talk_s")}, "talk_s is a number, not negative"),
        ("queues", {"wait_handled_s": pl.lit(float("nan"))}, "wait_handled_s is a number"),
        ("groups", {"busy_s": pl.col("ready_s") * 1.01}, "busy_s <= ready_s"),
        ("groups", {"paid_s": pl.lit(float("inf"))}, "paid_s is a number"),
        ("trunks", {"busy_s": pl.lit(-1.0)}, "trunks: busy_s"),
        ("trunks", {"busy_s": pl.col("line_s") + 1.0}, "busy_s <= line_s"),
        ("waits", {"handled": pl.col("handled") * 2}, "waits: sum of handled over bins"),
        ("waits", {"abandoned": pl.col("abandoned") * 0.5}, "waits: sum of abandoned over bins"),
    ],
)
def test_every_law_is_checked(make: Make, table: str, columns: dict[str, pl.Expr], law: str) -> None:
    with pytest.raises(ConservationError, match=law):
        check(spoiled(make(2), table, **columns))


def test_all_broken_laws_are_named_at_once_and_long_lists_are_cut(make: Make) -> None:
    with pytest.raises(ConservationError) as caught:
        check(spoiled(make(2), "queues", on_time=pl.col("handled") + 1, lost_closed=pl.lit(5.0)))
    text = str(caught.value)
    assert "on_time <= handled" in text
    assert "lost_closed <= closed" in text
    assert "and 187 more rows" in text  # 2 replications, 48 intervals, 2 queues, 5 shown


def test_expectations_may_be_off_by_rounding_only(make: Make) -> None:
    tables = make(1)
    check(spoiled(tables, "queues", offered=pl.col("offered") * (1 + 1e-7)))
    with pytest.raises(ConservationError):
        check(spoiled(tables, "queues", offered=pl.col("offered") * (1 + 1e-4)))


def test_no_result_without_balance(scenario: Scenario, make: Make) -> None:
    with pytest.raises(ConservationError):
        Result(scenario, "sim", 1, 2, spoiled(make(2), "queues", handled=pl.col("handled") - 1))


def test_bins_and_columns_agree() -> None:
    assert BINS == 31
    assert len(set(QUEUE_COLUMNS)) == len(QUEUE_COLUMNS)


def test_promises(scenario: Scenario, axes: Axes, arrays: Make) -> None:
    data = arrays(4)
    column = {name: position for position, name in enumerate(QUEUE_COLUMNS)}
    queue = data["queues"][:, :, 0]
    queue[:, 24:, column["answered_within"]] = queue[:, 24:, column["handled"]] = queue[:, 24:, column["offered"]]
    for name in ("abandoned", "given_up", "redial", "short_abandoned"):
        queue[:, 24:, column[name]] = 0.0
    queue[:, 24:, column["first"]] = queue[:, 24:, column["offered"]]
    queue[:, 24:, column["needs"]] = queue[:, 24:, column["first"]] + 3.0
    targets = [
        {"queue": "calls", "measure": "service_level", "at_least": "80%", "per": "day"},
        {"queue": "calls", "measure": "abandonment", "at_most": "0%", "per": "horizon"},
        {"queue": "mail", "measure": "on_time", "at_least": "1%", "per": "week"},
    ]
    told = Scenario.model_validate({**TREE, "targets": targets})
    result = Result(told, "sim", 1, 4, from_arrays(axes, data["queues"], data["groups"]))
    table = result.promises()
    assert table["target"].to_list() == [0, 0, 1, 2]
    assert table["met"].to_list() == [False, True, False, True]
    assert table["period"].to_list() == [date(2020, 4, 8), date(2020, 4, 9), None, date(2020, 4, 6)]
    assert table["bound"][0] < table["value"][0]
    assert table["bound"][2] > table["value"][2]


def test_a_promise_that_hugs_its_threshold_is_met_but_not_sure(scenario: Scenario, make: Make) -> None:
    tables = make(4)
    value = Result(scenario, "sim", 1, 4, tables).lower_bound("service_level", by="queue")["value"][0]
    target = {"queue": "calls", "measure": "service_level", "at_least": f"{value * 100 - 1e-6:.9f}%"}
    told = Scenario.model_validate({**TREE, "targets": [target]})
    row = Result(told, "sim", 1, 4, tables).promises().row(0, named=True)
    assert (row["met"], row["sure"]) == (True, False)


def test_promises_that_a_queue_cannot_have(make: Make) -> None:
    targets = [
        {"queue": "mail", "measure": "service_level", "at_least": "80%"},
        {"queue": "calls", "measure": "on_time", "at_least": "80%"},
    ]
    with pytest.raises(InputError) as caught:
        promises(make(1), [Target.model_validate(target) for target in targets])
    assert len(caught.value.problems) == 2

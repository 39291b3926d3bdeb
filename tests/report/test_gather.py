"""Facts against numbers counted by hand from the tables."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from surgesim.erlang.single import erlang_c
from surgesim.report.answer import binding, how_sure, promise_rows, reason_rows, verdict, weakest, within
from surgesim.report.facts import Facts
from surgesim.report.gather.collect import facts_of_plan, facts_of_result, judged
from surgesim.report.gather.formulas import agents_needed, busy_size, capacity_model, offered_load
from surgesim.report.headline import days_inside
from surgesim.report.html import page
from surgesim.scenario.fields import Text


@pytest.fixture(scope="module")
def facts(plan: Any) -> Facts:
    return facts_of_plan(plan)


def _by_day(plan: Any) -> pl.DataFrame:
    frame = plan.result.intervals.with_columns(day=pl.col("start").dt.date())
    columns = ("offered", "answered_within", "abandoned", "handled")
    return frame.group_by("replication", "day").agg(pl.col(columns).sum()).sort("replication", "day")


def test_promises_count_the_replications_that_keep_them(facts: Facts, plan: Any) -> None:
    days = _by_day(plan).with_columns(kept=pl.col("answered_within") / pl.col("offered") >= 0.8)
    by_day = days.group_by("day").agg(pl.col("kept").mean()).sort("day")["kept"].to_list()
    service, abandonment = facts.promises
    assert [period.chance for period in service.periods] == pytest.approx(by_day)
    assert service.chance == days.group_by("replication").agg(pl.col("kept").all())["kept"].mean()
    assert 0 < abandonment.chance < 1  # type: ignore[operator]
    assert service.worst == 0
    assert not service.kept
    assert abandonment.kept
    assert service.within_s == 60.0


def test_days_hold_ratios_of_sums(facts: Facts, plan: Any) -> None:
    sums = _by_day(plan).group_by("day").agg(pl.col("offered", "answered_within", "abandoned").sum()).sort("day")
    wanted = (sums["answered_within"] / sums["offered"]).to_list()
    assert [day.service.value for day in facts.days] == pytest.approx(wanted)
    assert [day.offered for day in facts.days] == pytest.approx((sums["offered"] / 6).to_list())


def test_formulas_see_the_staff_of_the_plan(facts: Facts, plan: Any) -> None:
    model = capacity_model(plan.result, plan)
    assert model.agents.sum() == plan.table["agents"].sum()
    assert model.lines[0, 0] == 20
    assert model.lines[0, -1] == 30
    assert facts.days[0].erlang_c == 0.0  # eight agents for a load of twelve: no answer, nobody in time
    assert facts.days[1].erlang_c < facts.days[1].erlang_a  # type: ignore[operator]


def test_erlang_c_of_a_day_is_the_mean_over_its_calls(facts: Facts, plan: Any) -> None:
    """Sixteen agents and 120 calls an hour, but for lunch, when eight are overrun; redials stay below one in a thousand."""
    level = float(erlang_c(arrival_rate=120 / 3600, aht=360.0, agents=16).service_level(within=60.0))
    assert facts.days[2].erlang_c == pytest.approx(level * 8 / 9, abs=0.05)


def test_reasons_are_given_where_formulas_differ(facts: Facts) -> None:
    codes = [{reason.code for reason in day.reasons} for day in facts.days]
    assert {"load_above_staff", "redials", "size_uncertain"} <= codes[0]
    assert "9 of 9 intervals" in [r.amount.en for r in facts.days[0].reasons if r.code == "load_above_staff"]
    words = dict(reason_rows(facts, "ja"))
    assert set(words) >= {"負荷が要員以上", "かけ直し"}
    assert all(words.values())


def test_need_and_load(facts: Facts, plan: Any) -> None:
    load, needed = offered_load(plan.result), agents_needed(plan.result)
    offered = plan.result.intervals.group_by("interval").agg(pl.col("offered").sum() / 6).sort("interval")["offered"]
    assert load == pytest.approx(offered.to_numpy() * 360.0 / 3600.0)
    calling = np.array([value is not None for value in needed])
    assert calling.sum() == 36
    assert all(value >= 12 for value in needed if value is not None)


def test_busy_days_need_more(facts: Facts, plan: Any) -> None:
    first = plan.result.intervals.with_columns(day=pl.col("start").dt.date())
    sizes = first.group_by("day", "replication").agg(pl.col("first").sum())["first"].to_numpy()
    size = busy_size(plan.result)
    assert size.shape == (4, 1)
    assert (size > 1.0).all()
    assert size.max() * sizes.mean() < 1.2 * sizes.max()
    assert facts.staffing is not None
    pairs = zip(facts.staffing.needed, facts.staffing.needed_busy, strict=True)
    assert all(mean <= busy for mean, busy in pairs if mean is not None and busy is not None)


def test_the_fan_holds_history_announcements_and_actuals(facts: Facts) -> None:
    fan = facts.fan
    assert fan is not None
    assert fan.actual == (900.0, 1100.0, 1000.0, 700.0)
    assert fan.actual_counts == "answered"
    assert all(a <= b <= c <= d <= e for a, b, c, d, e in zip(fan.p05, fan.p25, fan.p50, fan.p75, fan.p95, strict=True))
    assert fan.p50[0] == pytest.approx(2880, rel=0.05)
    assert days_inside(fan) == 0
    assert days_inside(fan.model_copy(update={"p05": (0.0,) * 4})) == 4
    holed = fan.model_copy(update={"p05": (0.0,) * 4, "actual": (900.0, None, 1000.0, 9e9)})
    assert days_inside(holed) == 2


def test_capacity_of_the_plan(facts: Facts, plan: Any) -> None:
    assert [(hire.group, hire.heads, hire.work_day) for hire in facts.hires] == [("temps", 8, date(2020, 4, 9))]
    assert [(place.site, place.seats, place.added_from) for place in facts.places] == [
        ("tokyo", 10, None), ("osaka", 8, date(2020, 4, 9)),
    ]  # fmt: skip
    assert [(line.lines, line.existing, line.added_from) for line in facts.lines] == [(30, 20, date(2020, 4, 9))]
    assert {team.group: (team.hired, team.peak_heads) for team in facts.teams} == {"first": (0, 8), "temps": (8, 8)}
    assert {(cost.item, cost.what) for cost in facts.costs} >= {("opening", "osaka"), ("wages", "temps"), ("lines", "main")}
    assert facts.staffing is not None
    assert sum(facts.staffing.sites[1].heads["temporary"]) == plan.table.filter(pl.col("group") == "temps")["heads"].sum()


def test_a_plain_result_has_facts_without_a_plan(plan: Any) -> None:
    facts = facts_of_result(plan.result)
    assert facts.certificate is None
    assert facts.hires == ()
    assert facts.head.command.startswith("surgesim run")


def test_facts_survive_being_written_and_read(facts: Facts) -> None:
    assert Facts.model_validate_json(facts.model_dump_json()) == facts


def test_the_certificate_decides_what_is_sure(facts: Facts, plan: Any) -> None:
    entry = {"queue": "calls", "measure": "abandonment", "of": "offered", "period": "horizon", "promised": 0.2, "sure": False,
             "kept_share": 0.8, "kept_share_bound": 0.5}  # fmt: skip
    other = replace(plan, certificate={**plan.certificate, "promises": [entry]})
    assert facts.promises[1].sure
    assert not judged(facts.promises, other)[1].sure
    assert judged(facts.promises, plan) == facts.promises


def test_promises_in_words(facts: Facts) -> None:
    rows = promise_rows(facts, "en")
    assert rows[0][0] == "Recall line: Service level (of offered) within 60 s at least 80.0%, every day"
    assert rows[0][1] == "Wed 8 Apr"
    assert rows[0][6] == "missed"
    assert promise_rows(facts, "ja")[0][0] == "受付窓口: サービスレベル(着信呼比) 60秒以内 80.0%以上(毎日)"
    assert within(facts, "calls", "en") == "Service level (of offered), within 60 s"


def test_a_promise_about_a_probability_says_so(facts: Facts, plan: Any) -> None:
    """Kept in enough of all futures, although the expectation misses: the report must not mix up the two."""
    entries = [
        {"queue": "calls", "measure": "service_level", "of": "offered", "period": str(period.day), "promised": 0.8,
         "sure": True, "kept_share": 0.7, "kept_share_bound": 0.61 + 0.01 * n}
        for n, period in enumerate(facts.promises[0].periods)
    ]  # fmt: skip
    certificate = {**plan.certificate, "kept": True, "probability": 0.6, "promises": entries}
    found = facts_of_plan(replace(plan, certificate=certificate))
    row = promise_rows(found, "en")[0]
    assert row[0].endswith("every day, in at least 60% of all futures")
    assert row[1] == "Wed 8 Apr"
    assert row[3] == "61.0% of futures"
    assert row[6] == "kept"
    assert "with a probability of at least 60%" in verdict(found, "en")


def test_the_median_replication_of_a_day(facts: Facts, plan: Any) -> None:
    days = _by_day(plan).with_columns(level=pl.col("answered_within") / pl.col("offered"))
    wanted = days.group_by("day").agg(pl.col("level").median()).sort("day")["level"].to_list()
    assert [day.median for day in facts.days] == pytest.approx(wanted)


def test_the_first_page_says_how_sure_what_binds_and_what_a_point_costs(facts: Facts) -> None:
    sentences = [
        Text(en="one more seat saves ¥9", ja="席"), Text(en="one more line saves ¥8", ja="回線"),
        Text(en="one more hire saves ¥7", ja="採用"), Text(en="one more point of service level costs ¥6", ja="1ポイント"),
    ]  # fmt: skip
    assert facts.certificate is not None
    certificate = facts.certificate.model_copy(update={"marginals": tuple(sentences)})
    sure = facts.model_copy(update={"certificate": certificate})
    assert binding(sure, "ja") == ("1ポイント", "席", "回線")
    assert how_sure(sure, "en").endswith("confidence. At most 1.0% above the proven lower bound.")
    first = page(sure, "en").partition("Cost by item")[0]
    for text in (how_sure(sure, "en"), *binding(sure, "en")):
        assert text in first
    bare = facts.model_copy(update={"certificate": None})
    assert binding(bare, "en") == ()


def test_the_weakest_time_of_day_is_told_where_it_falls_short(plan: Any) -> None:
    found = facts_of_plan(plan)
    grid = found.grids[0]
    rows = plan.result.intervals.with_columns(time=pl.col("start").dt.strftime("%H:%M"))
    sums = rows.group_by("time").agg(pl.col("answered_within", "offered").sum()).filter(pl.col("offered") > 0)
    shares = {row["time"]: row["answered_within"] / row["offered"] for row in sums.iter_rows(named=True)}
    assert grid.weakest is not None
    assert grid.weakest.time == min(shares, key=lambda time: shares[time])
    assert grid.weakest.value == pytest.approx(shares[grid.weakest.time])
    days = plan.result.tables.axes.clock.days
    offered = sums.filter(pl.col("time") == grid.weakest.time)["offered"].item() / plan.result.replications / days
    assert grid.weakest.offered_day == pytest.approx(offered)
    said = {language: weakest(found, language)[0] for language in ("en", "ja")}
    assert f"Recall line, weakest time of day: {grid.weakest.time}" in said["en"]
    assert f"受付窓口で最も弱い時間帯: {grid.weakest.time}" in said["ja"]
    assert said["en"].endswith("; a promise in every interval would forbid it")
    plain = found.model_copy(update={"certificate": None})
    assert weakest(plain, "en")[0] == said["en"].partition(";")[0]  # a run decides nothing
    kept = found.model_copy(update={"grids": (grid.model_copy(update={"weakest": None}),)})
    assert weakest(kept, "en") == ()

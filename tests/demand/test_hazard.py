"""When the incident comes: months add up to the year, dates follow the season, and a moved scenario meets its new dates."""

from datetime import date, timedelta

import numpy as np
import pytest

from surgesim import load
from surgesim.base.errors import ScenarioError
from surgesim.demand.hazard import by_month, draw_dates, moved
from surgesim.demand.sources import needs
from surgesim.demand.stated import baseline_mean

SEASON = {6: "1.5x", 11: "2x", 12: "1.5x", 2: "0.5x"}
SMALL = """
surgesim: 1
name: small
clock: {start: 2027-11-08, days: 7, interval: 1h, holidays: []}
hours: {desk: {every_day: 09:00-18:00, dates: {2027-11-10: 08:00-22:00}}}
reasons: {safety: {queue: recall}, usual: {queue: recall}}
demand:
  usual: {kind: baseline, reasons: {usual: 100%}, per_day: 800, weekday: {sun: 0.5x}, profile: {00:00: 1x}}
incident:
  kind: recall
  affected: 300_000
  reasons: {safety: 100%}
  per_year: 0.4/year
  announcements:
    press: {at: 2027-11-10 10:00, medium: press, reach: 8%}
    letters: {at: 2027-11-12 09:00, medium: letter, reach: 50%}
channels:
  answers: {kind: faq, available_from: 2027-11-10 10:30}
queues: {recall: {hours: desk, handling: {talk: exponential(5min)}, patience: exponential(3min)}}
sites: {tokyo: {seats: 20}}
groups: {staff: {site: tokyo, skills: [recall], heads: 5}}
overrides:
  late: {incident.announcements.letters.at: 2027-11-13 09:00, hours.desk.dates.2027-11-14: closed}
"""


@pytest.fixture
def small(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return load(file)


def seasonal(scenario, hazard, baseline):
    return scenario.but("season", {"incident.month": hazard, "demand.usual.month": baseline})


def usual(scenario):
    """Return the usual needs in the horizon."""
    return baseline_mean(scenario.demand["usual"], scenario.calendar()).sum()


def test_the_months_add_up_to_the_year(small):
    table = by_month(seasonal(small, SEASON, {}))
    assert table["month"].to_list() == list(range(1, 13))
    assert table["expected"].sum() == pytest.approx(0.4, rel=1e-12)
    assert table["share"].sum() == pytest.approx(1.0, rel=1e-12)
    # Months are independent, so no incident in any of them is the product: exp(-0.4).
    assert np.prod(1.0 - table["probability"].to_numpy()) == pytest.approx(np.exp(-0.4), rel=1e-12)
    november, september = table["share"][10], table["share"][8]
    assert november == pytest.approx(2.0 * september)  # both have thirty days


def test_without_a_season_every_day_is_as_likely(small):
    table = by_month(small)
    assert table["share"][1] == pytest.approx(28 / 365)
    assert by_month(moved(small, date(2028, 5, 1)))["share"][1] == pytest.approx(29 / 366)


def test_dates_follow_the_shares_and_the_seed(small):
    scenario = seasonal(small, SEASON, {})
    dates = draw_dates(scenario, 20_000, seed=3)
    drawn = np.bincount([day.month for day in dates], minlength=13)[1:] / len(dates)
    share = by_month(scenario)["share"].to_numpy()
    assert np.abs(drawn - share).max() < 5 * np.sqrt(0.25 / len(dates))
    assert dates[:10] == draw_dates(scenario, 10, seed=3) != draw_dates(scenario, 10, seed=4)
    assert (min(dates), max(dates)) == (date(2027, 1, 1), date(2027, 12, 31))


def test_a_month_that_cannot_be_is_never_drawn(small):
    months = {month: "0x" for month in range(1, 13) if month != 6}
    assert {day.month for day in draw_dates(seasonal(small, months, {}), 500)} == {6}


@pytest.mark.parametrize(("hazard", "baseline", "more"), [(SEASON, SEASON, True), (SEASON, {}, False), ({}, SEASON, False)])
def test_the_incident_meets_the_usual_peak_where_both_share_the_season(small, hazard, baseline, more):
    scenario = seasonal(small, hazard, baseline)
    first = date(2027, 1, 1)
    of_day = {first + timedelta(days=at): usual(moved(scenario, first + timedelta(days=at))) for at in range(365)}
    annual = np.mean(list(of_day.values()))
    met = np.array([of_day[day] for day in draw_dates(scenario, 2_000, seed=1)])
    error = met.std() / np.sqrt(len(met))
    assert (met.mean() - annual > 5 * error) if more else (abs(met.mean() - annual) <= 4 * error + 1e-9 * annual)


def test_whole_weeks_within_a_month_change_nothing(small):
    scenario = seasonal(small, SEASON, {11: "1.3x"})
    later = moved(scenario, date(2027, 11, 17))
    assert later.clock.start == date(2027, 11, 15)
    assert np.array_equal(needs(scenario).mean, needs(later).mean)
    assert not np.array_equal(needs(scenario).mean, needs(moved(scenario, date(2027, 11, 18))).mean)


def test_every_date_moves_and_holidays_stay(small):
    scenario = small.but("holiday", {"clock.holidays": ["2027-06-03", "2027-11-10"]})
    june = moved(scenario, date(2027, 6, 2))
    back = moved(june, date(2027, 11, 10))
    written = june.to_yaml()
    assert written.count("2027-11-10") == 1
    assert "2027-11-10" in june.tree()["clock"]["holidays"]
    assert june.incident.announcements["letters"].at.isoformat() == "2027-06-04T09:00:00"
    assert june.channels["answers"].available_from.isoformat() == "2027-06-02T10:30:00"
    assert list(june.hours["desk"].dates) == [date(2027, 6, 2)]
    assert june.but("late").incident.announcements["letters"].at.date() == date(2027, 6, 5)
    assert date(2027, 6, 6) in june.but("late").hours["desk"].dates
    assert {**back.tree(), "name": ""} == {**scenario.tree(), "name": ""}
    assert june.calendar().is_holiday.sum() == 1


def test_moving_to_where_it_is_gives_the_same_scenario(small):
    assert {**moved(small, date(2027, 11, 10)).tree(), "name": ""} == {**small.tree(), "name": ""}


def test_hazards_that_cannot_be_are_named_together(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(SMALL.replace("per_year: 0.4/year", "per_year: 0.4\n  month: {13: 1x, 6: 1.5}"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert sorted(problem.where.rsplit(":", 1)[1] for problem in caught.value.problems) == ["13", "14", "14"]
    assert any('"0.4/year"' in problem.instead for problem in caught.value.problems)


def test_what_the_scenario_does_not_say_is_named(small):
    with pytest.raises(ScenarioError, match="per_year"):
        by_month(small.but("plain", {"incident.per_year": None}))
    with pytest.raises(ScenarioError, match="no incident"):
        draw_dates(small.but("usual", {"incident": None}), 1)
    with pytest.raises(ScenarioError, match="every month"):
        small.but("never", {"incident.month": dict.fromkeys(range(1, 13), "0x")})


def test_a_history_belongs_to_its_dates():
    with pytest.raises(ScenarioError, match="cannot be moved"):
        moved(load("scenarios/tokyo-hotline.yaml"), date(2020, 6, 1))

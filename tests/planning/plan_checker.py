"""Checks a plan by its tables and the scenario alone: the law, lead times, seats, hours, and every line of its bill.

Nothing here comes from the planning floor: times of day are counted anew, limits are in the law's words, the bill is made out.
"""

import math
from collections import defaultdict
from datetime import datetime, time, timedelta

import polars as pl

from surgesim.base.units import parse_duration

DAY_S, HOUR = 86_400.0, 3_600.0
TINY = 1e-6


def lawful_months(months, special):
    """Whether one head may work so much overtime in these months in a row, in the words of article 36 (hours)."""
    beyond = sum(month > 45.0 for month in months)
    spans = (months[a:b] for n in range(2, 7) for a in range(len(months) - n + 1) for b in [a + n])
    if not special:
        return beyond == 0 and sum(months) <= 360.0
    return (
        beyond <= 6
        and all(month < 100.0 for month in months)
        and all(sum(span) <= 80.0 * len(span) for span in spans)
        and sum(months) <= 720.0
    )


def whole_days(seconds):
    return math.ceil(seconds / DAY_S - 1e-9)


class Staff:
    """One group with a lever: who is there, and who works what."""

    def __init__(self, plan, scenario, name):
        self.name, self.scenario = name, scenario
        self.lever, self.group = scenario.levers.staff[name], scenario.groups[name]
        self.dates = scenario.calendar().dates
        self.japan = scenario.clock.time_zone == "Asia/Tokyo"
        self.rows = [(row["day"], row["shift"], row["heads"]) for row in plan.shifts.iter_rows(named=True)
                     if row["group"] == name]  # fmt: skip
        barred = self.japan and self.lever.dispatch and not self.lever.dispatch_exemption
        least = 31 if barred else 0
        self.hires = [row for row in plan.hires.iter_rows(named=True) if row["group"] == name]
        self.packages = [row for row in plan.standby.iter_rows(named=True) if row["group"] == name and row["activation_day"]]
        # cohorts: first paid day, first day of work, heads, shortest paid engagement
        self.cohorts = [
            (row["training_day"], row["work_day"], (1.0 - self.lever.drop_out) * row["heads"],
             max(least, whole_days(self.lever.minimum_term))) for row in self.hires
        ] + [
            (row["work_day"], row["work_day"], float(row["heads"]),
             max(least, whole_days(scenario.levers.standby[row["package"]].minimum_term))) for row in self.packages
        ]  # fmt: skip
        longest = max((self.times(shift)[3] for shift in self.lever.shifts if self.lawful(shift)), default=8 * HOUR)
        self.cap = min(self.lever.days_per_week, *((6, int(40 * HOUR // longest)) if self.japan else (7,)))
        self.day_h = min(self.times(shift)[3] for shift in self.lever.shifts) / HOUR

    def times(self, name):
        """Start, spans of duty, end, ordinary paid time, and overtime of a shift as a plan names it, seconds."""
        base, _, more = name.partition("+")
        shift, extra = self.scenario.shifts[base], parse_duration(more) if more else 0.0
        (start, end), pause = shift.time, shift.break_inside
        spans = [(start, pause[0]), (pause[1], end + extra)]
        return start, spans, end + extra, end - start - (pause[1] - pause[0]), extra

    def lawful(self, name):
        if not self.japan:
            return True
        start, _, end, ordinary, extra = self.times(name)
        pause = end - start - ordinary - extra
        needed = 60 * 60 if ordinary + extra > 8 * HOUR else 45 * 60 if ordinary + extra > 6 * HOUR else 0
        return ordinary <= 8 * HOUR and pause >= needed

    def there(self, day):
        return self.lever.on_hand + sum(heads for _, first, heads, _ in self.cohorts if first <= day)

    def summed(self, what, days):
        """Heads times something of their shift, over days."""
        days = set(days)
        return sum(heads * what(self.times(shift)) for day, shift, heads in self.rows if day in days)

    def worked(self, days):
        return self.summed(lambda _: 1, days)

    def problems(self):
        for check in (self._arrivals, self._shifts, self._weeks, self._rest, self._overtime):
            yield from (f"{self.name}: {what}" for what in check())

    def _arrivals(self):
        lever = self.lever
        if sum(row["heads"] for row in self.hires) > lever.hires:
            yield "more hires than the lever allows"
        for row in self.hires:
            if row["order_day"] < self.dates[0]:
                yield "ordered before the horizon"
            if (row["training_day"] - row["order_day"]).days < whole_days(lever.lead_time):
                yield "trained before the lead time is over"
            if (row["work_day"] - row["training_day"]).days < whole_days(lever.training):
                yield "works before the training is over"
        for row in self.packages:
            package = self.scenario.levers.standby[row["package"]]
            if (row["work_day"] - row["activation_day"]).days < whole_days(package.lead_time):
                yield "a package works before its lead time is over"
            if row["heads"] != row["packages"] * package.heads:
                yield "a package has other heads"
        for day in self.dates:
            if self.worked([day]) > self.there(day) + TINY:
                yield f"{self.worked([day])} heads work on {day}, {self.there(day)} are there"

    def _shifts(self):
        lever = self.lever
        for _, shift, _ in self.rows:
            extra = self.times(shift)[4]
            if shift.partition("+")[0] not in lever.shifts:
                yield f"works {shift}, which is no shift of its lever"
            if not self.lawful(shift):
                yield f"works {shift}, which is too long or has too short a break"
            if extra and (lever.overtime is None or extra > lever.overtime.per_day + TINY or extra % lever.overtime.step > TINY):
                yield f"{shift} has overtime beyond the lever"

    def _weeks(self):
        for last in range(len(self.dates)):
            window = self.dates[max(0, last - 6) : last + 1]
            heads = [(self.dates[0], float(self.lever.on_hand)), *((first, n) for _, first, n, _ in self.cohorts)]
            allowed = sum(n * min(self.cap, sum(day >= first for day in window)) for first, n in heads)
            if self.worked(window) > allowed + TINY:
                yield f"{self.worked(window)} shifts in the seven days to {window[-1]}, {allowed} allowed"
            ordinary, there = self.summed(lambda times: times[3], window), self.there(window[-1])
            hours = min(self.lever.hours_per_week or math.inf, 40 * HOUR if self.japan else math.inf)
            if ordinary > hours * there + 1.0:
                yield f"{ordinary / HOUR} ordinary hours in the seven days to {window[-1]}"
            extra = self.summed(lambda times: times[4], window)
            if self.lever.overtime is not None and extra > (self.lever.overtime.per_week or math.inf) * there + 1.0:
                yield f"{extra / HOUR} hours of overtime in the seven days to {window[-1]}"

    def _rest(self):
        """Those who must work on both of two days: let those who end first begin last."""
        for one, two in zip(self.dates, self.dates[1:], strict=False):
            ends = sorted(self.times(shift)[2] for day, shift, heads in self.rows if day == one for _ in range(heads))
            starts = sorted(self.times(shift)[0] for day, shift, heads in self.rows if day == two for _ in range(heads))
            both = max(0, math.ceil(len(ends) + len(starts) - self.there(two) - TINY))
            both = min(both, len(ends), len(starts))  # more than are there: said elsewhere
            for end, start in zip(ends[:both], starts[len(starts) - both :], strict=True):
                if end + self.lever.rest > start + DAY_S + TINY:
                    yield f"somebody ends at {end / HOUR} h on {one} and begins at {start / HOUR} h on {two}"

    def months(self):
        """Overtime of one head by calendar month, hours, and the last day of each."""
        found = defaultdict(list)
        for day in self.dates:
            found[day.year, day.month].append(day)
        return [(self.summed(lambda times: times[4], days) / HOUR, days[-1]) for days in found.values()]

    def _overtime(self):
        lever = self.lever.overtime
        if lever is None or not self.japan:
            return
        planned = [hours / max(self.there(last), TINY) for hours, last in self.months()]
        before = [month / HOUR for month in reversed(lever.months_before)]
        if not lawful_months([*before, lever.this_month / HOUR + planned[0], *planned[1:]], lever.special_clause):
            yield f"{planned} hours of overtime a month, after {lever.this_month / HOUR} and {before}"

    def night_h(self, shift):
        """Hours between 22:00 and 05:00, counted by the minute."""
        minutes = (m for a, b in self.times(shift)[1] for m in range(int(a // 60), int(b // 60)))
        return sum((m // 60) % 24 >= 22 or (m // 60) % 24 < 5 for m in minutes) / 60.0

    def bill(self):
        """Lines of the bill that are about these people."""
        lever, premium = self.lever, 0.0
        paid_h = self.summed(lambda times: (times[3] + times[4]) / HOUR, self.dates)
        heads = sum(row["heads"] for row in self.hires)
        yield "wages", paid_h * lever.wage
        yield "hiring", heads * lever.hiring_cost
        yield "training", heads * whole_days(lever.training) * self.day_h * lever.wage
        yield "guaranteed pay without work", self.guaranteed_h() * lever.wage
        yield "service lost at the lender", self.worked(self.dates) * lever.lender_cost
        if self.japan:
            yield "night premium", sum(heads * self.night_h(shift) for _, shift, heads in self.rows) * 0.25 * lever.wage
        if lever.overtime is not None:
            premium = max(lever.overtime.premium, 0.25 if self.japan else 0.0)
            yield "overtime premium", sum(hours for hours, _ in self.months()) * premium * lever.wage
            begun = [lever.overtime.this_month / HOUR] + [0.0] * 12
            beyond = sum(max(0.0, hours - max(0.0, 60.0 - worked) * self.there(last))
                         for (hours, last), worked in zip(self.months(), begun, strict=False))  # fmt: skip
            yield "overtime beyond 60 h", beyond * max(0.0, 0.5 - premium) * lever.wage if self.japan else 0.0

    def guaranteed_h(self):
        """Paid hours without work: week by week what the terms guarantee, less what is worked by those whose term runs."""
        first, days = self.dates[0], len(self.dates)
        terms = [((start - first).days, (paid - first).days + term, heads) for paid, start, heads, term in self.cohorts]
        found = 0.0
        for week in range(0, days, 7):
            inside = range(week, min(week + 7, days))
            due = sum(heads * sum(start <= d < end for d in inside) for start, end, heads in terms) * self.cap / 7.0
            bound = [sum(heads for start, end, heads in terms if start <= d < end) for d in inside]
            found += max(0.0, due - sum(min(n, self.worked([self.dates[d]])) for n, d in zip(bound, inside, strict=True)))
        after = sum(heads * max(0, end - max(days, start)) for start, end, heads in terms) * self.cap / 7.0
        return (found + after) * self.day_h


def _duty(plan, scenario, crew):
    """Heads on duty are those of the shifts, agents no more than those after shrinkage, and no more than the seats."""
    clock = scenario.calendar()
    starts = plan.table["start"].dt.replace_time_zone(None).unique(maintain_order=True).to_list()
    seats = {(row["day"], row["site"]): row["seats"] for row in plan.seats.iter_rows(named=True)}
    used = defaultdict(int)
    for row in plan.table.iter_rows(named=True):
        at = row["start"].replace(tzinfo=None)
        used[at, row["site"]] += row["agents"]
        if row["group"] in crew and row["agents"] > math.floor(row["heads"] * (1.0 - crew[row["group"]].group.shrinkage) + TINY):
            yield f"{row['group']}: {row['agents']} agents of {row['heads']} heads at {at}"
    for (at, site), agents in used.items():
        if agents > seats[at.date(), site]:
            yield f"{agents} agents at {site} at {at}, {seats[at.date(), site]} seats"
    for name, staff in crew.items():
        found = dict.fromkeys(starts, 0)
        for day, shift, heads in staff.rows:
            midnight = datetime.combine(day, time())
            spans = [[midnight + timedelta(seconds=edge) for edge in span] for span in staff.times(shift)[1]]
            for at in starts:
                until = at + timedelta(seconds=clock.interval_s)
                share = sum(max(0.0, (min(b, until) - max(a, at)).total_seconds()) for a, b in spans) / clock.interval_s
                found[at] += heads if share >= 0.5 - TINY else 0
        told = plan.table.filter(pl.col("group") == name).sort("start")["heads"].to_list()
        if told != list(found.values()):
            yield f"{name}: heads on duty are not those of the shifts"


def _places(plan, scenario):
    """Seats, lines and packages: no more than can be had, and none before its lead time."""
    levers, first = scenario.levers, scenario.calendar().dates[0]
    for row in plan.seats.iter_rows(named=True):
        lever, site = levers.sites.get(row["site"]), scenario.sites[row["site"]]
        gear = lever.equipment.lead_time if lever is not None and lever.equipment is not None else 0.0
        lead = 0 if lever is None else whole_days(max(lever.lead_time, gear))
        most = 0 if lever is None or (row["day"] - first).days < lead else lever.seats - site.seats
        if not 0 <= row["added"] <= most or row["seats"] != site.seats + row["added"]:
            yield f"{row['added']} seats are added at {row['site']} on {row['day']}, {most} can be"
    for row in plan.lines.iter_rows(named=True):
        lever, trunk = levers.lines.get(row["trunk"]), scenario.trunks[row["trunk"]]
        most = 0 if lever is None or (row["day"] - first).days < whole_days(lever.lead_time) else lever.lines - trunk.lines
        if not 0 <= row["added"] <= most or row["lines"] != trunk.lines + row["added"] or (lever and row["added"] % lever.lot):
            yield f"{row['added']} lines are added on {row['trunk']} on {row['day']}, {most} can be"
    for name, count in plan.standby.group_by("package").agg(pl.col("packages").sum()).iter_rows():
        if count > levers.standby[name].packages:
            yield f"{count} packages {name}, {levers.standby[name].packages} are offered"


def _other_bill(plan, scenario):
    """Lines of the bill about places, packages and supervisors; sites are open at least from their first added seat."""
    levers, dates = scenario.levers, scenario.calendar().dates
    for name, lever in levers.sites.items():
        added = plan.seats.filter((pl.col("site") == name) & (pl.col("added") > 0)).sort("day")
        yield f"seats {name}", added["added"].sum() * lever.seat_cost, True
        opens = 0 if added.is_empty() else 1
        yield f"opening {name}", opens * lever.opening_cost, opens > 0
        left = 0 if added.is_empty() else len(dates) - dates.index(added["day"][0])
        yield f"open days {name}", left * lever.day_cost, False
        lots = math.ceil((added["added"].max() or 0) / lever.equipment.lot) if lever.equipment else 0
        if lots > (lever.equipment.lots if lever.equipment else 0):
            yield f"equipment of {name}", math.inf, True
        yield f"equipment {name}", lots * (lever.equipment.cost if lever.equipment else 0.0), False
    for name, lever in levers.lines.items():
        yield f"lines {name}", plan.lines.filter(trunk=name)["added"].sum() * lever.line_cost, True
    for name, lever in levers.standby.items():
        mine = plan.standby.filter(package=name)
        yield f"reserving {name}", mine["packages"].sum() * lever.fee, True
        yield f"activating {name}", mine.filter(pl.col("activation_day").is_not_null())["packages"].sum() * lever.activation, True
    if levers.supervisors is not None:
        for site in scenario.sites:
            days = plan.shifts.filter(site=site).group_by("day").agg(pl.col("heads").sum())["heads"].to_list()
            needed = sum(math.ceil(n / levers.supervisors.heads) for n in days)
            yield f"supervisors {site}", needed * levers.supervisors.wage, False


def wrong(plan, scenario):
    """Return everything that is wrong with the tables of a plan for a scenario whose measures are taken, in sentences."""
    crew = {name: Staff(plan, scenario, name) for name in scenario.levers.staff}
    found = [what for staff in crew.values() for what in staff.problems()]
    found += [*_duty(plan, scenario, crew), *_places(plan, scenario)]
    bill = {row["item"]: row["cost_jpy"] for row in plan.cost_items.iter_rows(named=True)}
    expected = [(f"{item} {name}", cost, True) for name, staff in crew.items() for item, cost in staff.bill()]
    expected += _other_bill(plan, scenario)
    for item, cost, exact in expected:
        paid = bill.pop(item, 0.0)
        if paid < cost - 1.0 - 1e-6 * cost or (exact and paid > cost + 1.0 + 1e-6 * cost):
            found.append(f"{item} costs {paid:,.2f}, by the tables {cost:,.2f}")
    of_measures = ("measure ", "days of ", "self-service of ")
    found += [f"the bill has {item}, which nobody asked for" for item in bill if not item.startswith(of_measures)]
    if not math.isclose(plan.cost, math.fsum(plan.cost_items["cost_jpy"]), rel_tol=1e-9):
        found.append("the bill does not add up")
    if scenario.levers.budget is not None and plan.cost > scenario.levers.budget + 1.0:
        found.append("the bill is greater than the budget")
    return found

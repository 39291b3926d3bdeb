"""The tutorial in Python: run, compare, ask, draw."""

from pathlib import Path

import surgesim as ss


def main() -> None:
    """Walk through the tutorial in the folder of this file."""
    here = Path(__file__).parent
    scenario = ss.load(here / "shop.yaml")
    result = ss.run(scenario, replications=20, seed=1)
    print(result.measures(by="day", of="service_level"))

    worse = ss.run(scenario.but("bad-press"), replications=20, seed=1)
    print(ss.compare(result, worse, of=["service_level", "abandonment"]).table)

    more = ss.run(scenario.but("more-staff", {"groups.staff.heads": 12}), replications=20, seed=1)
    print(f"twelve instead of three: {more.measures(of='service_level')['value'][0]:.0%} in time")
    print(more.explain("2027-11-09 11:30"))

    (here / "out").mkdir(exist_ok=True)
    more.plot.staffing().savefig(here / "out" / "staffing.png")
    forecast = ss.forecast(str(here / "history.csv"), horizon="7d", announcements=["2024-03-20"])
    print(forecast.explain())


if __name__ == "__main__":
    main()

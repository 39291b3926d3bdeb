"""Where contacts come from, drawn at random for scenarios of the agreement tests: days, hours, sources, incidents, channels."""

from typing import Any, get_args

from hypothesis import strategies as st

from surgesim.demand.channels import SHELF as CHANNELS
from surgesim.demand.incidents import SHELF as INCIDENTS
from surgesim.scenario.demand import Medium

MIX = {"a": "50%", "b": "30%", "c": "20%"}
shares = st.sampled_from(["0%", "20%", "60%", "100%"])
powers = st.sampled_from([-1.0, 0.0, 0.8])
desks = st.sampled_from(
    [
        {"every_day": "09:00-18:00"},
        {"weekdays": "09:00-18:00", "sat": "closed", "sun": "closed", "dates": {"2027-11-01": ["07:00-11:00", "12:30-20:00"]}},
        {"mon": "09:00-13:00", "tue": "10:00-18:30", "every_day": "closed"},
        {"every_day": "09:00-18:00", "holidays": "closed"},
        {"wed": "closed", "thu": "closed", "fri": "closed", "weekdays": "08:30-17:00", "every_day": "closed"},
    ]
)


@st.composite
def clocks(draw: st.DrawFn) -> dict[str, Any]:
    """One or two days; the second one may be a holiday, or the last Sunday of summer time."""
    clock = {"start": "2027-11-01", "days": draw(st.integers(1, 2)), "interval": draw(st.sampled_from(["15min", "1h"]))}
    return clock | draw(st.sampled_from([{}, {"holidays": ["2027-11-02"]}, {"time_zone": "Europe/Berlin"}]))


@st.composite
def bases(draw: st.DrawFn, clock: dict[str, Any]) -> dict[str, Any]:
    """Needs at a rate, by time of day, by interval, or as on a usual day."""
    kind = draw(st.sampled_from(["rate", "rate", "rate", "by_time", "by_interval", "baseline"]))
    rates = st.sampled_from(["2/h", "6/h", "12/h"])
    if kind == "baseline":
        usual = {"weekday": {"mon": "1.2x"}, "month": {11: "0.8x"}, "profile": {"00:00": "0.1x", "09:00": "1.5x"}}
        return {"kind": "baseline", "reasons": MIX, "per_day": draw(st.integers(20, 150)), "day_noise": "15%", **usual}
    base = {"kind": "rates", "reasons": MIX, "day_noise": draw(st.sampled_from(["0%", "20%"]))}
    if kind == "by_interval":
        number = clock["days"] * (96 if clock["interval"] == "15min" else 24)
        return base | {"by_interval": draw(st.lists(rates, min_size=4, max_size=4)) * (number // 4)}
    return base | {kind: draw(rates) if kind == "rate" else {"00:00": draw(rates), "10:00": "20/h", "16:20": draw(rates)}}


@st.composite
def announcements(draw: st.DrawFn, delays: st.SearchStrategy[str]) -> dict[str, Any]:
    """One announcement."""
    found: dict[str, Any] = {"at": draw(st.sampled_from(["2027-10-31 20:00", "2027-11-01 09:40", "2027-11-01 16:00"])),
                             "medium": draw(st.sampled_from(get_args(Medium))), "reach": draw(shares)}  # fmt: skip
    found |= draw(st.sampled_from([{}, {"propensity": "40%"}])) | draw(st.sampled_from([{}, {"recontact": "30%"}]))
    found |= draw(st.sampled_from([{}, {"throttle": "60/h"}]))
    return found | ({"delay": draw(delays)} if draw(st.booleans()) else {})


@st.composite
def incidents(draw: st.DrawFn, delays: st.SearchStrategy[str]) -> dict[str, Any]:
    """What happened; some tens of people call."""
    names = draw(st.sampled_from([("press",), ("press", "letters", "posts")]))
    found: dict[str, Any] = {
        "kind": draw(st.sampled_from(sorted(INCIDENTS.kinds()))),
        "affected": draw(st.integers(0, 120)),
        "announcements": {name: draw(announcements(delays)) for name in names},
        "reasons": {"a": "70%", "b": "30%"},
        "severity": draw(st.sampled_from(["1x", "1.5x"])),
        "talk_with_severity": draw(powers),
        "patience_with_severity": draw(powers),
        "severity_noise": draw(st.sampled_from(["0%", "30%"])),
    }
    found |= {"propensity": "30%"} if draw(st.booleans()) else {}
    found |= {"rhythm": {"00:00": "0.2x", "08:00": "1x", "23:00": "0x"}} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        near: dict[str, Any] = {"share": "40%", "propensity": "1.5x", "reach": {"press": "0.5x"}}
        found["segments"] = {"near": near | {"reasons": {"c": "100%"}}, "far": {"share": "60%"}}
    return found


@st.composite
def channels(draw: st.DrawFn, delays: st.SearchStrategy[str]) -> dict[str, Any]:
    """Self-service channels."""
    bot = {"kind": "chatbot", "tries": draw(shares), "containment": draw(shares)}
    bot |= {"tries_with_load": draw(powers), "containment_with_load": draw(powers)}
    other: dict[str, Any] = {"kind": draw(st.sampled_from(sorted(CHANNELS.kinds()))), "boomerang_factor": "1.4x",
                             "reasons": {"a": {"tries": "35%", "containment": "10%"}}}  # fmt: skip
    faq = {"kind": "faq", "available_from": "2027-11-01 07:00", "boomerang_delay": draw(delays)}
    return {"faq": faq, "bot": bot} | ({"other": other} if draw(st.booleans()) else {})


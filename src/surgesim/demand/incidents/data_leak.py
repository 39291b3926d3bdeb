"""Personal data leaked: am I affected, what must I do, compensation."""

from surgesim.demand.announced import WAKING, IncidentPreset

KIND = "data-leak"
SUMMARY = "Personal data leaked: am I affected, what must I do, compensation."
PRESET = IncidentPreset(
    propensity=0.04,
    reasons={"affected": 0.55, "protection": 0.3, "compensation": 0.15},
    rhythm=WAKING,
    sources=(
        "propensity: 22 % of the people of the first OPM breach enrolled in protection (Government "
        "Executive, 2015-07); 4 % by telephone is judgement",
        "reasons: judgement; OPM 2015: 22 % of the affected wanted protection",
        "rhythm: waking hours, judgement; the hotline of the Japan Pension Service was open 08:30 to 21:00, week-ends too "
        "(Mainichi, June 2015)",
    ),
)

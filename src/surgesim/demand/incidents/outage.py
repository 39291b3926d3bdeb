"""A service fails: status, workaround, compensation."""

from surgesim.demand.announced import ANXIOUS, IncidentPreset

KIND = "outage"
SUMMARY = "A service fails: status, workaround, compensation."
PRESET = IncidentPreset(
    propensity=0.05,
    reasons={"status": 0.6, "workaround": 0.25, "compensation": 0.15},
    rhythm=ANXIOUS,
    sources=(
        "propensity: 135 403 complaints in 94 days from 5.2 million customers after the TSB migration of"
        " 2018 (2.6 %); 5 % including questions is judgement",
        "reasons: judgement",
        "rhythm: the night counts, judgement",
    ),
)

"""Everybody calls at the opening: vaccine bookings, benefits, tickets."""

from surgesim.demand.announced import WAKING, IncidentPreset

KIND = "booking-rush"
SUMMARY = "Everybody calls at the opening: vaccine bookings, benefits, tickets."
PRESET = IncidentPreset(
    propensity=0.6,
    reasons={"booking": 1.0},
    rhythm=WAKING,
    sources=(
        "propensity: 85 % of the bookings of Nagoya, May 2021, came by Internet (Asahi Shimbun); 60 % "
        "getting in touch at all on the first days is judgement",
    ),
)

"""Everybody calls at the opening: vaccine bookings, benefits, tickets."""

from surgesim.demand.announced import WAKING, IncidentPreset

KIND = "booking-rush"
SUMMARY = "Everybody calls at the opening: vaccine bookings, benefits, tickets."
PRESET = IncidentPreset(
    propensity=0.6,
    reasons={"booking": 1.0},
    rhythm=WAKING,
    tries_with_load=0.25,
    sources=(
        "propensity: 85 % of the bookings of Nagoya, May 2021, came by Internet (Asahi Shimbun); 60 % "
        "getting in touch at all on the first days is judgement",
        "self-service on busy days: the share of 111 online among COVID-19 triages of four NHS England regions, March to "
        "September 2020, rose by 0.19 to 0.30 in the logit for each e-fold of triages: a plain task with a known web page",
        "reasons: one; rhythm: waking hours, judgement, give the opening of the lines as the announcement",
    ),
)

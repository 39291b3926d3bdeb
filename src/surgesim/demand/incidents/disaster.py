"""Earthquake, fire, flood: safety, damage, recovery; the centre itself may be hit."""

from surgesim.demand.announced import ANXIOUS, IncidentPreset

KIND = "disaster"
SUMMARY = "Earthquake, fire, flood: safety, damage, recovery; the centre itself may be hit."
PRESET = IncidentPreset(
    propensity=0.08,
    reasons={"safety": 0.45, "damage": 0.35, "recovery": 0.2},
    rhythm=ANXIOUS,
    tries_with_load=-0.5,
    sources=(
        "propensity: judgement; distant concern alone added 10 % to normal volume in 2001 (AHRQ, health emergency lines)",
        "self-service on busy days: the share of app, web and social media at Boston 311 fell by 0.5 in the logit for each "
        "e-fold of cases on the weekdays of 2015, by 1.3 in the snow storms of January and February: who is in trouble calls",
        "reasons: judgement",
        "rhythm: the night counts, judgement",
    ),
)

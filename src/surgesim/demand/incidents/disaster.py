"""Earthquake, fire, flood: safety, damage, recovery; the centre itself may be hit."""

from surgesim.demand.announced import ANXIOUS, IncidentPreset

KIND = "disaster"
SUMMARY = "Earthquake, fire, flood: safety, damage, recovery; the centre itself may be hit."
PRESET = IncidentPreset(
    propensity=0.08,
    reasons={"safety": 0.45, "damage": 0.35, "recovery": 0.2},
    rhythm=ANXIOUS,
    sources=("propensity: judgement; distant concern alone added 10 % to normal volume in 2001 (AHRQ, health emergency lines)",),
)

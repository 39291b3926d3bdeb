"""Misconduct without a defect: apology desk, long emotional calls, nothing to collect."""

from surgesim.demand.announced import WAKING, IncidentPreset

KIND = "scandal"
SUMMARY = "Misconduct without a defect: apology desk, long emotional calls, nothing to collect."
PRESET = IncidentPreset(
    propensity=0.005,
    reasons={"complaint": 0.7, "question": 0.3},
    rhythm=WAKING,
    sources=(
        "propensity: judgement",
        "reasons, rhythm: judgement",
    ),
)

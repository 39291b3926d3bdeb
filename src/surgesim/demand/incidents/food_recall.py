"""Food is collected voluntarily: is mine affected, health, return and refund."""

from surgesim.demand.announced import ANXIOUS, IncidentPreset

KIND = "food-recall"
SUMMARY = "Food is collected voluntarily: is mine affected, health, return and refund."
PRESET = IncidentPreset(
    propensity=0.02,
    reasons={"identify": 0.5, "health": 0.2, "return": 0.3},
    rhythm=ANXIOUS,
    sources=(
        "propensity: response below 5 % for items under 20 USD (Stericycle Expert Solutions); 2 % by telephone is judgement",
        "reasons: judgement",
        "rhythm: the night counts: 700 calls between 17:00 and 09:00 of the first night after the dumplings of JT Foods, "
        "January 2008",
    ),
)

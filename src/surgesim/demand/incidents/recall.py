"""A product is recalled: collection, safety and refund."""

from surgesim.demand.announced import WAKING, IncidentPreset

KIND = "recall"
SUMMARY = "A product is recalled: collection, safety and refund."
PRESET = IncidentPreset(
    propensity=0.06,
    reasons={"collection": 0.6, "safety": 0.25, "refund": 0.15},
    rhythm=WAKING,
    sources=(
        "propensity: response to a recall is below 5 % for items under 20 USD and 25-75 % above 100 USD "
        "(Stericycle Expert Solutions, Top 5 factors that influence response rates); 6 % by telephone is"
        " judgement",
        "three in ten consumers who know of a recall do not contact the firm (OECD and Consumer Affairs Agency, October 2019)",
        "reasons: judgement; an owner asks first how the product is fetched",
        "rhythm: waking hours, judgement",
    ),
)

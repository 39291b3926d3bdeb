"""A recorded message before the queue."""

from surgesim.demand.selfservice import ChannelPreset

KIND = "ivr-message"
SUMMARY = "A recorded message before the queue."
PRESET = ChannelPreset(
    tries=1.0,
    containment=0.15,
    boomerang_delay="constant(0s)",
    boomerang_factor=1.0,
    sources=(
        "containment: a vendor claims 60-70 % of calls satisfied by a recorded message in a recall "
        "(Premiere Response); 15 % is the cautious default",
    ),
)

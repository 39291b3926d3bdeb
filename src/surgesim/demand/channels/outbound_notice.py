"""A notice sent ahead to those affected, which answers what they would call about."""

from surgesim.demand.selfservice import ChannelPreset

KIND = "outbound-notice"
SUMMARY = "A notice sent ahead, which answers what people would call about."
PRESET = ChannelPreset(
    tries=0.35,
    containment=0.2,
    boomerang_delay="constant(0s)",
    boomerang_factor=1.0,
    sources=(
        "tries: share that got and read it before they would call, judgement",
        "containment: judgement; a letter also brings calls about (Equifax UK, October 2017: tenfold), so announce it as well",
    ),
)

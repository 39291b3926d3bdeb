"""A form on the web in place of a call."""

from surgesim.demand.selfservice import ChannelPreset

KIND = "form"
SUMMARY = "A form on the web in place of a call."
PRESET = ChannelPreset(
    tries=0.1,
    containment=0.7,
    boomerang_delay="exponential(1d)",
    boomerang_factor=1.1,
    sources=("tries, containment, boomerang: judgement; vary them",),
)

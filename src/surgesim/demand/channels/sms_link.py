"""A text message with a link to the answer."""

from surgesim.demand.selfservice import ChannelPreset

KIND = "sms-link"
SUMMARY = "A text message with a link to the answer."
PRESET = ChannelPreset(
    tries=0.1,
    containment=0.4,
    boomerang_delay="exponential(1h)",
    boomerang_factor=1.05,
    sources=("tries, containment, boomerang: judgement; vary them",),
)

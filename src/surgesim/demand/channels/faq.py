"""Questions and answers on the web."""

from surgesim.demand.selfservice import ChannelPreset

KIND = "faq"
SUMMARY = "Questions and answers on the web."
PRESET = ChannelPreset(
    tries=0.3,
    containment=0.35,
    boomerang_delay="exponential(2h)",
    boomerang_factor=1.1,
    sources=("tries, containment, boomerang: judgement; vary them",),
)

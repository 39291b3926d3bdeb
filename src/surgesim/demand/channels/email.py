"""An e-mail in place of a call, answered at once by an automatic reply with the answers."""

from surgesim.demand.selfservice import ChannelPreset

KIND = "email"
SUMMARY = "An e-mail in place of a call, answered by an automatic reply."
PRESET = ChannelPreset(
    tries=0.05,
    containment=0.25,
    boomerang_delay="exponential(1d)",
    boomerang_factor=1.15,
    sources=(
        "tries, containment, boomerang: judgement; vary them. Mail that an agent answers is a queue with a deadline, not this",
    ),
)

"""A chatbot for simple questions, with hand-over to a human."""

from surgesim.demand.selfservice import ChannelPreset

KIND = "chatbot"
SUMMARY = "A chatbot for simple questions, with hand-over to a human."
PRESET = ChannelPreset(
    tries=0.15,
    containment=0.3,
    boomerang_delay="exponential(20min)",
    boomerang_factor=1.15,
    sources=("tries, containment, boomerang: judgement; vary them",),
)

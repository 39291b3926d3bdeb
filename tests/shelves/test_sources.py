"""Every default of a shelf says where it comes from, be it judgement."""

import pytest

from surgesim.demand.channels import SHELF as CHANNELS
from surgesim.demand.incidents import SHELF as INCIDENTS


@pytest.mark.parametrize("kind", sorted(INCIDENTS.kinds()))
def test_every_default_of_an_incident_has_a_source(kind: str) -> None:
    preset = INCIDENTS.load(kind).PRESET
    told = " ".join(preset.sources)
    for word in ("propensity", "reasons", "rhythm"):
        assert word in told, word
    assert not preset.tries_with_load or "self-service on busy days" in told
    assert sum(preset.reasons.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("kind", sorted(CHANNELS.kinds()))
def test_every_default_of_a_channel_has_a_source(kind: str) -> None:
    preset = CHANNELS.load(kind).PRESET
    assert preset.sources
    assert "containment" in " ".join(preset.sources)
    assert 0.0 < preset.tries <= 1.0
    assert 0.0 < preset.containment < 1.0


def test_the_shelves_hold_what_surges_are_made_of() -> None:
    assert {"recall", "data-leak", "disaster", "scandal", "food-recall", "outage", "booking-rush"} <= set(INCIDENTS.kinds())
    assert {"faq", "chatbot", "form", "email", "ivr-message", "sms-link", "outbound-notice"} <= set(CHANNELS.kinds())

"""Self-service: who tries it first, whom it contains, and who calls after all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChannelPreset:
    """What a kind of self-service channel assumes where the scenario says nothing.

    Attributes
    ----------
    tries : float
        Share of needs that try it first.
    containment : float
        Share of tries that end there.
    boomerang_delay : str
        Law of the time until somebody whom it failed calls after all.
    boomerang_factor : float
        Talk time of such a call relative to the standard.
    sources : tuple of str
        Where each default comes from.
    """

    tries: float
    containment: float
    boomerang_delay: str
    boomerang_factor: float
    sources: tuple[str, ...]

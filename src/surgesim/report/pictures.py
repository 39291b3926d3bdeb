"""Pictures of what a planner holds in hand: ``result.plot.heat()``, ``plan.plot.staffing("osaka")``, ``forecast.plot()``.

The same figures as in the report, from the same facts; each call returns a new matplotlib ``Figure``.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem
from surgesim.base.text import suggestion
from surgesim.report.facts import Facts
from surgesim.report.words import check_language

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Pictures:
    """Every picture that a result or a plan allows; ``list(result.plot)`` names them.

    A picture is a method: ``result.plot.waits()``, ``result.plot.waits("support", language="ja")``. The first argument
    names the queue (of ``staffing`` the site) where there are several; ``result.plot(language)`` draws all.

    Parameters
    ----------
    gather : callable
        Returns the facts; called once, when the first picture is asked for.
    """

    def __init__(self, gather: Callable[[], Facts]) -> None:
        self._gather = gather

    @cached_property
    def facts(self) -> Facts:
        """What the pictures show."""
        return self._gather()

    def __iter__(self) -> Iterator[str]:
        """Return the names of all pictures, those of a queue as ``waits-support``."""
        return iter(self._album("en"))

    def __call__(self, language: str = "en") -> "dict[str, Figure]":
        """Draw every picture.

        Parameters
        ----------
        language : str
            ``"en"`` or ``"ja"``.
        """
        return {name: draw() for name, (_, draw) in self._album(language).items()}

    def __dir__(self) -> list[str]:
        """Return the pictures, for completion in notebooks."""
        return sorted({*(name.partition("-")[0] for name in self), "facts"})

    def __getattr__(self, kind: str) -> "Callable[..., Figure]":
        if kind.startswith("_"):
            raise AttributeError(kind)

        def picture(of: str | None = None, *, language: str = "en") -> "Figure":
            return self._draw(kind, of, language)

        picture.__name__ = kind
        picture.__doc__ = f"Draw {kind}; `of` names the queue or site where there are several."
        return picture

    def _album(self, language: str) -> "dict[str, tuple[str, Callable[[], Figure]]]":
        from surgesim.report.plots.album import album

        check_language(language)
        return album(self.facts, language)

    def _draw(self, kind: str, of: str | None, language: str) -> "Figure":
        found = self._album(language)
        fitting = [name for name in found if name == kind or name.startswith(f"{kind}-")]
        wanted = f"{kind}-{of}" if of is not None else (fitting[0] if fitting else kind)
        if wanted in found:
            return found[wanted][1]()
        if not fitting:
            kinds = list(dict.fromkeys(name.partition("-")[0] for name in found))
            raise InputError(Problem(f"there is no picture {kind!r} of this", "plot", suggestion(kind, kinds)))
        known = [name.partition("-")[2] for name in fitting if "-" in name]
        raise InputError(Problem(f"there is no picture {kind!r} of {of!r}", "plot", suggestion(str(of), known)))


def of_result(result: Any) -> Pictures:
    """Return the pictures of a result."""
    from surgesim.report.gather.collect import facts_of_result

    return Pictures(lambda: facts_of_result(result))


def of_plan(plan: Any) -> Pictures:
    """Return the pictures of a plan and of its verification."""
    from surgesim.report.gather.collect import facts_of_plan

    return Pictures(lambda: facts_of_plan(plan))


def of_forecast(forecast: Any) -> "Callable[..., Figure]":
    """Return the function that draws a forecast."""

    def plot(*, language: str = "en", actual: Any = None) -> "Figure":
        """Draw contacts by day: history, median, bands, announcements, and what came where it is known.

        Parameters
        ----------
        language : str
            ``"en"`` or ``"ja"``.
        actual : path or frame, optional
            Counts of the forecast's days, read like the history.
        """
        from surgesim.report.gather.demand import fan_of_forecast
        from surgesim.report.plots.arrival_fan import figure

        check_language(language)
        return figure(fan_of_forecast(forecast, actual), language, people=False)

    return plot

"""What if: a planner moves sliders, formulas answer while dragging, the simulation refines with bands."""

from surgesim.report.whatif.question import Answer, Settings, WhatIf

__all__ = ["Answer", "Settings", "WhatIf", "panel"]


def panel(scenario: object, language: str = "en") -> object:
    """Return the panel of a scenario, a widget for notebooks and for ``surgesim app``.

    Parameters
    ----------
    scenario : Scenario or path
        What is asked; see :class:`WhatIf` for what it must hold.
    language : str
        ``"en"`` or ``"ja"``.
    """
    from surgesim.report.whatif.widgets import Panel
    from surgesim.scenario.read import load
    from surgesim.scenario.scenario import Scenario

    asked = scenario if isinstance(scenario, Scenario) else load(str(scenario))
    return Panel(WhatIf(asked, language)).widget

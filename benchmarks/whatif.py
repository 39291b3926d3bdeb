"""How long a planner waits: from a moved slider to the preview with its picture, and to the simulated bands.

    python benchmarks/whatif.py

The scenario of the planner's notebook: 14 days, about 100 000 contacts, 20 replications.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import surgesim
from surgesim.report.whatif import WhatIf
from surgesim.report.whatif.widgets import Panel

MOVES = {
    "affected": (2_244_000, 2_640_000, 3_300_000), "hours_later": (1, 24, -24), "deflection": (30, 45, 60),
    "aht_s": (380, 450, 520), "seats": (120, 170, 220),
}  # fmt: skip


def timed(task: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of CPU: on a machine that does other work only the second is the program's own."""
    began, busy = perf_counter(), process_time()
    task()
    return perf_counter() - began, process_time() - busy


def told(what: str, times: list[tuple[float, float]]) -> None:
    wall, cpu = zip(*times, strict=True)
    clock, busy = (f"median {median(row):.2f} s, longest {max(row):.2f} s" for row in (wall, cpu))
    print(f"{what}: {clock}; CPU {busy}")


def main() -> None:
    began = perf_counter()
    panel = Panel(WhatIf(surgesim.load(Path(surgesim.__file__).parent / "notebooks" / "planner.yaml")))
    print(f"first picture: {perf_counter() - began:.2f} s (longer where the engine is not compiled yet)")
    previews, bands, contacts = [], [], []
    for name, places in MOVES.items():
        for place in places:
            previews.append(timed(partial(setattr, panel.sliders[name], "value", place)))
            bands.append(timed(panel.refine))
            assert panel.simulated is not None
            contacts.append(panel.simulated.measures["offered"].value or 0.0)
        panel.back()
    print(f"contacts per replication: {min(contacts):,.0f} to {max(contacts):,.0f}")
    told("slider to preview, picture included", previews)
    told("slider to simulated bands, picture included", bands)


if __name__ == "__main__":
    main()

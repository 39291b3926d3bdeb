"""How long a planner waits: from a moved slider to the preview with its picture, and to the simulated bands.

    python benchmarks/whatif.py

The scenario of the planner's notebook: 14 days, about 100 000 contacts, 20 replications.
"""

from pathlib import Path
from statistics import median
from time import perf_counter

import surgesim
from surgesim.report.whatif import WhatIf
from surgesim.report.whatif.widgets import Panel

MOVES = {
    "affected": (2_244_000, 2_640_000, 3_300_000), "hours_later": (1, 24, -24), "deflection": (30, 45, 60),
    "aht_s": (380, 450, 520), "seats": (120, 170, 220),
}  # fmt: skip


def main() -> None:
    began = perf_counter()
    panel = Panel(WhatIf(surgesim.load(Path(surgesim.__file__).parent / "notebooks" / "planner.yaml")))
    print(f"first picture, once the engine is compiled: {perf_counter() - began:.2f} s")
    previews, bands, contacts = [], [], []
    for name, places in MOVES.items():
        for place in places:
            began = perf_counter()
            panel.sliders[name].value = place
            previews.append(perf_counter() - began)
            began = perf_counter()
            panel.refine()
            bands.append(perf_counter() - began)
            assert panel.simulated is not None
            contacts.append(panel.simulated.measures["offered"].value or 0.0)
        panel.back()
    print(f"contacts per replication: {min(contacts):,.0f} to {max(contacts):,.0f}")
    print(f"slider to preview, picture included: median {median(previews):.2f} s, longest {max(previews):.2f} s")
    print(f"slider to simulated bands, picture included: median {median(bands):.2f} s, longest {max(bands):.2f} s")


if __name__ == "__main__":
    main()

"""The cheapest capacity that holds: optimise a surrogate, simulate it, calibrate, verify on fresh replications."""

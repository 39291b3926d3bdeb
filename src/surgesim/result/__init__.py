"""Floor 3: additive counters, measures, results, comparisons, run folders."""

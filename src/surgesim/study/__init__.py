"""Floor 5: one scenario at many points: grids, workers, sensitivities, break-even, ranking and selection."""

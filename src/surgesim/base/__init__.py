"""Floor 1: what knows nothing of contact centres: errors, units, laws, streams, clock and catalogue."""

"""From a plan or a result to the facts of its report."""

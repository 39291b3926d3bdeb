"""What is asked: the scenario, read from YAML into one frozen, closed description."""

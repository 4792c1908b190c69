"""What is claimed of the planner and the courier, measured: one module a scenario, one table (python -m benchmarks.delivery)."""

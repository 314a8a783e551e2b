"""Benchmarks: each prints what it measured as a ratio against what a user would do instead, in the same run."""

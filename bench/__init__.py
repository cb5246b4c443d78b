"""Benchmarks: each prints ours, a peer and a limit from the same run."""

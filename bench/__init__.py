"""Benchmarks: wall time and peak memory, never a test."""

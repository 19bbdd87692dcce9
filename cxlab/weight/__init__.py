"""Weights that bring a sample to its population."""

"""Simulated parties, for practice and for testing a design: nothing here was said by anybody."""

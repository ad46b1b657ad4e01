"""The classic Polis pipeline as pure functions: for comparison, and for people who come from Polis."""

"""Comity: from positions to common ground, with the differences reserved, on a record that anybody can recompute."""

__version__ = "0.1.0"

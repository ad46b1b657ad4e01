"""Findings as people and programs read them: HTML, JSON, CSV, drawings and plain sentences. Pure."""

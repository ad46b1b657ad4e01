"""Opinions: where participants stand, who answers alike, what holds on every side and where sides stand apart."""

"""What a reader may choose before the findings are computed; the defaults are what a stranger would choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Parameters:
    """Choices that change published numbers; all of them are printed with the findings.

    method: 'spatial' for Comity's own model, 'classic' for the Polis pipeline. threshold: share of a side that
    must agree (or disagree) for a statement to be its support (or rejection). certainty: posterior probability
    from which something is named. minimum_votes: votes a participant needs to be placed on the map (all, where
    there are fewer statements). group_count: for 'classic' only, so many groups instead of the number with the
    best silhouette. include_rejected: also analyse statements that moderators rejected. dimensions:
    axes of the spatial model. delegation_below: a party with fewer participants than this speaks through a
    delegation: its answers are its position, not a sample of it. interval: probability that every shown interval holds.
    """

    method: Literal["spatial", "classic"] = "spatial"
    threshold: float = 0.6
    certainty: float = 0.95
    minimum_votes: int = 7
    include_rejected: bool = False
    dimensions: int = 2
    delegation_below: int = 5
    group_count: int | None = None
    interval: float = 0.9

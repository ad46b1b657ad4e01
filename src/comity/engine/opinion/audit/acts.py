"""What a participant could do to turn a finding, and the rule by which it is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Act = Literal["change", "leave", "join"]
Way = tuple[int | None, int | None]
"""From which answer (agree, disagree, pass; None: there was none) to which (None: withdrawn)."""
ACTS: tuple[Act, ...] = ("change", "leave", "join")
ROUNDING = 5e-5
"""A difference is named by its certainty rounded to four decimals."""


@dataclass(frozen=True)
class Rule:
    """When a finding is called so: threshold of support, and certainty from which it is named."""

    threshold: float
    certainty: float

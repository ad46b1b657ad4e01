"""Power when votes are not coin tosses: every party says yes with a chance of its own, decision by decision.

Given the chances the parties vote independently; what makes them vote alike is in the chances. The layers of
`counting` are walked with chances in place of counts: top[s] the chance to reach a state, below[s] the chance
to win from it. Every number is exact up to rounding: nothing is sampled.

Source: the idea of weighing swings by how likely they are goes back to G. Owen, "Multilinear extensions and the
Banzhaf value", Naval Research Logistics Quarterly 22 (1975).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.power.counting import WON, Diagram
from comity.engine.power.rules import Thresholds

Floats = npt.NDArray[np.float64]
AT_ONCE = 64
"""Decisions walked together: their numbers of one layer stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class DecisionChances:
    """passing: the chance of each decision to pass, shape (n_decisions,). decisive: the chance of each party to
    settle each decision, the others' votes leaving it open, shape (n_decisions, n_parties)."""

    passing: Floats
    decisive: Floats


def decision_chances(form: Thresholds, chance: Floats) -> DecisionChances:
    """How likely decisions pass, and who settles them.

    chance: of a yes, 0 .. 1, shape (n_decisions, n_parties); otherwise the party says no. Raises ValueError for
    another shape or numbers out of range, TooManyStates as `Diagram` does.

    >>> from fractions import Fraction
    >>> from comity.engine.power.rules import Quota, Rule, thresholds
    >>> majority = thresholds(Rule(3, Quota((1, 1, 1), number=Fraction(2))))
    >>> decision_chances(majority, np.array([[1.0, 0.0, 0.3]])).decisive.tolist()
    [[0.3, 0.7, 1.0]]
    """
    chance = np.asarray(chance, dtype=float)
    n_parties = form.weights.shape[1]
    if chance.ndim != 2 or chance.shape[1] != n_parties:
        raise ValueError(f"chances of {n_parties} parties are needed, not of shape {chance.shape}")
    if not bool(np.all((chance >= 0) & (chance <= 1))):
        raise ValueError("a chance lies in 0 .. 1")
    diagram = Diagram(form, (0,) * n_parties, apart=True)
    found = [_walked(diagram, chance[i : i + AT_ONCE]) for i in range(0, len(chance), AT_ONCE)]
    if not found:
        return DecisionChances(np.zeros(0), np.zeros((0, n_parties)))
    return DecisionChances(
        np.concatenate([one.passing for one in found]), np.concatenate([one.decisive for one in found])
    )


def _walked(diagram: Diagram, chance: Floats) -> DecisionChances:
    n_decisions = len(chance)
    decisive = np.zeros(chance.shape)
    if diagram.start != 0:
        return DecisionChances(np.full(n_decisions, float(diagram.start == WON)), decisive)
    below = _below(diagram, chance)
    top = np.ones((1, n_decisions))
    for position, layer in enumerate(diagram.layers):
        party = diagram.groups[position].members[0]
        yes = chance[:, party]
        table = _with_ends(below[position + 1])
        decisive[:, party] = np.einsum("sd,sd->d", top, table[layer.child[:, 1]] - table[layer.child[:, 0]])
        after = np.zeros_like(below[position + 1])
        for child, weighed in ((layer.child[:, 0], top * (1.0 - yes)), (layer.child[:, 1], top * yes)):
            still_open = child >= 0
            np.add.at(after, child[still_open], weighed[still_open])
        top = after
    return DecisionChances(below[0][0].copy(), decisive)


def _below(diagram: Diagram, chance: Floats) -> list[Floats]:
    """For each layer, and after the last, the chance to win from each state: shape (n_states, n_decisions)."""
    found = [np.zeros((0, len(chance)))]
    for position in range(len(diagram.layers) - 1, -1, -1):
        layer = diagram.layers[position]
        yes = chance[:, diagram.groups[position].members[0]]
        table = _with_ends(found[-1])
        found.append(table[layer.child[:, 0]] * (1.0 - yes) + table[layer.child[:, 1]] * yes)
    return found[::-1]


def _with_ends(chances: Floats) -> Floats:
    """Two more rows, so that LOST (-2) finds 0 and WON (-1) finds 1 at the end."""
    ends = np.zeros((2, chances.shape[1]))
    ends[1] = 1.0
    return np.concatenate([chances, ends])

"""Coleman's three powers: of the body to act, of a party to prevent a decision, and to bring one about.

Notation: n parties, omega winning coalitions, eta[i] swings of party i.

Source: J. S. Coleman, "Control of collectivities and the power of a collectivity to act", in B. Lieberman (ed.),
Social Choice (1971).
"""

from __future__ import annotations

from fractions import Fraction

from comity.engine.power.counting import Tally


def power_to_act(tally: Tally) -> Fraction:
    """The share of all coalitions that win: how easily the body decides anything (the rule's efficiency).

    >>> from comity.engine.power.counting import Diagram
    >>> from comity.engine.power.rules import Quota, Rule, thresholds
    >>> council = Diagram(thresholds(Rule(3, Quota((3, 2, 1), number=Fraction(4))))).tally()
    >>> str(power_to_act(council))
    '3/8'
    """
    return Fraction(sum(tally.winning), 2 ** len(tally.swings))


def powers_to_prevent(tally: Tally) -> tuple[Fraction, ...]:
    """Of the coalitions that win, the share that each party could stop by leaving: eta / omega. 1 is a veto."""
    winning = sum(tally.winning)
    return tuple(Fraction(sum(swings), winning) if winning else Fraction(0) for swings in tally.swings)


def powers_to_initiate(tally: Tally) -> tuple[Fraction, ...]:
    """Of the coalitions that lose, the share that each party could make win by joining: eta / (2^n - omega)."""
    losing = 2 ** len(tally.swings) - sum(tally.winning)
    return tuple(Fraction(sum(swings), losing) if losing else Fraction(0) for swings in tally.swings)

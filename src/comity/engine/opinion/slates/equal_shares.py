"""The method of equal shares: everybody gets the same share of the slate to spend on what he or she approves of.

Notation. n participants, k places; every statement costs 1 and everybody begins with b_i = k / n. Statement j can be
bought at price r if its approvers, each paying min(b_i, r), pay 1 together. The statement with the least r is bought,
the earlier submitted one among equals. When nothing can be bought any more, Phragmén's rule fills the places that
are left, beginning with loads of -b_i (the completion). With approvals of p_ij: each pays min(b_i, r p_ij).

Source: Peters and Skowron (2020), Proportionality and the Limits of Welfarism, EC; Peters, Pierczyński and Skowron
(2021), Proportional Participatory Budgeting with Additive Utilities, NeurIPS, for p_ij; the completion as in Lackner
and Skowron (2023), Multi-Winner Voting with Approval Preferences.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.slates.approvals import (
    Approvals,
    Ballots,
    Expected,
    Numbers,
    Slate,
    check_size,
    first_least,
)
from comity.engine.opinion.slates.phragmen import continue_exactly, continue_expected
from comity.engine.votes import Floats

NEAR = 1e-9


def equal_shares(approvals: Approvals, size: int) -> Slate:
    """A slate by equal shares, completed by Phragmén's rule.

    Raises Refused for a size that cannot be.

    >>> from comity.engine.opinion.slates.approvals import ballots
    >>> found = equal_shares(ballots([0, 0, 1, 1, 2, 3], [0, 1, 0, 1, 2, 2], 4, 3), 2)
    >>> found.statements, found.completed
    ((0, 2), 0)
    """
    check_size(approvals, size)
    if isinstance(approvals, Expected):
        return _expected(approvals, size)
    return _exactly(approvals, size)


def _exactly(approvals: Ballots, size: int) -> Slate:
    kind = np.zeros(approvals.n_participants, np.int64)
    budgets = [Fraction(size, approvals.n_participants)]
    chosen: list[int] = []
    open_ = np.ones(approvals.n_statements, bool)
    while len(chosen) < size:
        counts = approvals.counts(kind, len(budgets))
        bought = _cheapest(counts, budgets, open_)
        if bought is None:
            break
        price, statement = bought
        chosen.append(statement)
        open_[statement] = False
        kind, budgets = _paid(kind, budgets, approvals.approvers(statement), price)
    bought_by_rule = len(chosen)
    if bought_by_rule < size:
        chosen = continue_exactly(approvals, size, chosen, kind, [-budget for budget in budgets])
    return Slate("equal shares", tuple(chosen), size - bought_by_rule)


def _cheapest(
    counts: Numbers, budgets: list[Fraction], open_: npt.NDArray[np.bool_]
) -> tuple[Fraction, int] | None:
    """The least price and the first statement that has it; None where nothing can be bought.

    Prices are found in floating point; those that rounding could confuse are compared as fractions.
    """
    order = sorted(range(len(budgets)), key=budgets.__getitem__)
    ascending = [budgets[place] for place in order]
    rough = _prices(counts[order], np.array([float(budget) for budget in ascending]))
    affordable = open_ & np.isfinite(rough)
    while affordable.any():
        near = first_least(rough, affordable)
        exact = [(price, int(j)) for j in near if (price := _price(counts[order, j], ascending)) is not None]
        if exact:
            return min(exact)
        affordable[near] = False
    return None


def _prices(counts: Numbers, budgets: Floats) -> Floats:
    """Price of every statement, budgets rising; infinite where its approvers have less than 1 (and a trifle)."""
    money = np.cumsum(counts * budgets[:, None], axis=0)
    poorer = np.concatenate([np.zeros((1, counts.shape[1])), money[:-1]])
    richer = counts[::-1].cumsum(axis=0)[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(richer > 0, (1.0 - poorer) / richer, np.inf)
    fits = price <= budgets[:, None] * (1 + NEAR) + NEAR
    first = fits.argmax(axis=0)
    return np.where(fits.any(axis=0), price[first, np.arange(counts.shape[1])], np.inf)


def _price(counts: Numbers, ascending: list[Fraction]) -> Fraction | None:
    payers = int(counts.sum())
    left = Fraction(1)
    for budget, number in zip(ascending, counts.tolist(), strict=True):
        if number:
            if left <= budget * payers:
                return left / payers
            left -= budget * number
            payers -= number
    return None


def _paid(
    kind: Numbers, budgets: list[Fraction], payers: Numbers, price: Fraction
) -> tuple[Numbers, list[Fraction]]:
    """Everybody's budget after paying; participants with equal budgets are of one kind again."""
    pays = np.zeros(len(kind), np.int64)
    pays[payers] = 1
    after = np.array([[budget, budget - min(budget, price)] for budget in budgets], dtype=object)
    present = np.unique(kind * 2 + pays)
    numbered: dict[Fraction, int] = {}
    place = np.zeros(2 * len(budgets), np.int64)
    for cell in present.tolist():
        place[cell] = numbered.setdefault(after[cell // 2, cell % 2], len(numbered))
    return place[kind * 2 + pays], list(numbered)


def _expected(approvals: Expected, size: int) -> Slate:
    """The same with shares. Prices only rise, so a statement is looked at anew only when its turn comes."""
    share = approvals.share
    budget = np.full(approvals.n_participants, size / approvals.n_participants)
    price = np.array([_shared_price(share[:, j], budget) for j in range(share.shape[1])])
    chosen: list[int] = []
    open_ = np.isfinite(price)
    while len(chosen) < size and open_.any():
        fresh = np.zeros(len(price), bool)
        while not fresh[best := int(first_least(price, open_)[0])]:
            price[best] = _shared_price(share[:, best], budget)
            fresh[best] = True
            open_[best] = np.isfinite(price[best])
            if not open_.any():
                break
        else:
            chosen.append(best)
            open_[best] = False
            budget = budget - np.minimum(budget, price[best] * share[:, best])
    bought = len(chosen)
    if bought < size:
        chosen = continue_expected(approvals, size, chosen, -budget)
    return Slate("equal shares", tuple(chosen), size - bought)


def _shared_price(share: Floats, budget: Floats) -> float:
    """The least r with sum of min(budget, r share) = 1; infinite where there is none."""
    willing = share > 0
    money, wish = budget[willing], share[willing]
    if money.sum() < 1.0 - NEAR:
        return float("inf")
    limit = money / wish
    order = np.argsort(limit, kind="stable")
    spent = np.concatenate([[0.0], np.cumsum(money[order])[:-1]])
    wishes = wish[order][::-1].cumsum()[::-1]
    price = (1.0 - spent) / wishes
    fits = price <= limit[order] * (1 + NEAR)
    return float(price[fits.argmax()]) if fits.any() else float("inf")

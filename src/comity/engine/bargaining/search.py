"""Good packages in large spaces, fast: rounding of a relaxation, then exchanges of two options at a time.

The search proves nothing; it only finds packages whose smallest gain is large. It minimises
sum_p exp(-(r_p - min r) / tau) for a shrinking tau, where r_p is p's gain as it is compared, over all changes of
one or two issues, from starts that follow the relaxation's shares. Refused packages are passed through only at a
price that no gain outweighs. Same input and seed, same result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comity.engine.bargaining.space import Booleans, Floats, Integers, Space, refused, values_of

CANDIDATES = 300
"""Options looked at in one exchange; the cheapest by the relaxation where there are more."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Options that may be exchanged: issue and option of each, shape (n,)."""

    issue: Integers
    option: Integers


def best_smallest(
    space: Space,
    scale: Floats,
    *,
    shares: Floats,
    cost: Floats,
    reach: float,
    starts: int,
    seed: int,
    enough: float = np.inf,
) -> Integers | None:
    """A package that nobody refuses with a large smallest r = (value - floor) / scale, or None if none was met.

    shares, cost: by option, shape (total options,), from the relaxation; reach: its value. starts: how many
    searches are made; fewer if one reaches `enough`.
    """
    dice = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(space.n_options)])
    allowed = _not_refused_alone(space)
    best, best_score = None, -np.inf
    spread = max(abs(reach), 1e-3 * float(np.abs(shares).sum()))
    for number in range(starts):
        if best is None or number % 3 == 0:
            start = _rounded(space, shares, allowed, offsets, dice)
        else:
            start = _kicked(space, best, allowed, offsets, dice)
        limit = max(reach - best_score, 0.0) if best is not None else np.inf
        chosen = np.flatnonzero(allowed & (cost <= max(limit, 1e-9)))
        chosen = chosen[np.argsort(cost[chosen], kind="stable")[:CANDIDATES]]
        issue = np.searchsorted(offsets, chosen, side="right") - 1
        moves = Moves(issue, chosen - offsets[issue])
        package = _climb(space, scale, start, moves, spread)
        if refused(space, package[None, :])[0]:
            continue
        score = float(((values_of(space, package[None, :])[0] - space.floor) / scale).min())
        if score > best_score:
            best, best_score = package, score
        if best_score >= enough:
            break
    return best


def _not_refused_alone(space: Space) -> Booleans:
    offsets = np.concatenate([[0], np.cumsum(space.n_options)])
    allowed = np.ones(int(offsets[-1]), bool)
    for line in space.refusals:
        if len(line.where) == 1:
            issue, options = line.where[0]
            allowed[offsets[issue] + np.array(options)] = False
    return allowed


def _rounded(
    space: Space, shares: Floats, allowed: Booleans, offsets: Integers, dice: np.random.Generator
) -> Integers:
    package = np.zeros(space.n_issues, np.int32)
    for issue in range(space.n_issues):
        part = slice(offsets[issue], offsets[issue + 1])
        chance = np.where(allowed[part], shares[part] + 1e-9, 0.0)
        package[issue] = dice.choice(len(chance), p=chance / chance.sum()) if chance.sum() > 0 else 0
    return package


def _kicked(
    space: Space, package: Integers, allowed: Booleans, offsets: Integers, dice: np.random.Generator
) -> Integers:
    changed = package.copy()
    for issue in dice.choice(space.n_issues, min(4, space.n_issues), replace=False):
        options = np.flatnonzero(allowed[offsets[issue] : offsets[issue + 1]])
        if len(options):
            changed[issue] = dice.choice(options)
    return changed


def _climb(space: Space, scale: Floats, start: Integers, moves: Moves, spread: float) -> Integers:
    """Steepest exchanges of one or two options until none helps, with a price that turns from all to the smallest."""
    package = start.copy()
    tau = 0.02 * spread
    for _ in range(80):
        gain = (values_of(space, package[None, :])[0] - space.floor) / scale
        score = _price(gain, gain.min(), tau, axis=0) + _penalty(space, package)
        one, two = _best_pair(space, scale, package, moves, tau)
        changed = package.copy()
        changed[moves.issue[one]] = moves.option[one]
        changed[moves.issue[two]] = moves.option[two]
        after = (values_of(space, changed[None, :])[0] - space.floor) / scale
        if _price(after, gain.min(), tau, axis=0) + _penalty(space, changed) >= score - 1e-12:
            if tau < 0.002 * spread:
                break
            tau /= 2
            continue
        package = changed
    return package


def _price(gain: Floats, least: float, tau: float, axis: int) -> Floats:
    price: Floats = np.exp(np.clip(-(gain - least) / tau, None, 500.0)).sum(axis=axis)
    return price


def _penalty(space: Space, package: Integers) -> float:
    broken = sum(all(package[issue] in options for issue, options in line.where) for line in space.refusals)
    return 1e250 * broken


def _best_pair(space: Space, scale: Floats, package: Integers, moves: Moves, tau: float) -> tuple[int, int]:
    """The two exchanges, of different issues, with the lowest price; the same number twice for one alone."""
    n = len(moves.issue)
    gain = (values_of(space, package[None, :])[0] - space.floor) / scale
    single = np.repeat(package[None, :], n, axis=0)
    single[np.arange(n), moves.issue] = moves.option
    change = ((values_of(space, single) - space.floor) / scale - gain).T
    total = gain[:, None, None] + change[:, :, None] + change[:, None, :]
    total += _together(space, scale, package, moves)
    price = _price(total, gain.min(), tau, axis=0)
    for line in space.refusals:
        if len(line.where) > 1:
            price[_broken(line.where, package, moves)] += 1e250
    price[moves.issue[:, None] == moves.issue[None, :]] = np.inf
    alone = _price(gain[:, None] + change, gain.min(), tau, axis=0)
    alone += np.array([_penalty(space, one) for one in single]) if space.refusals else 0.0
    np.fill_diagonal(price, alone)
    return divmod(int(price.argmin()), n)


def _together(space: Space, scale: Floats, package: Integers, moves: Moves) -> Floats:
    """What changing both of two interacting issues adds to the sum of the two changes."""
    n = len(moves.issue)
    extra = np.zeros((space.n_parties if space.interactions else 1, n, n))
    for pair in space.interactions:
        first, second = np.flatnonzero(moves.issue == pair.first), np.flatnonzero(moves.issue == pair.second)
        here, there = int(package[pair.first]), int(package[pair.second])
        new_first, new_second = moves.option[first], moves.option[second]
        both = (
            pair.points[:, new_first[:, None], new_second[None, :]]
            + pair.points[:, here, there][:, None, None]
        )
        both = (
            both - pair.points[:, new_first, there][:, :, None] - pair.points[:, here, new_second][:, None, :]
        )
        both = both / scale[:, None, None]
        extra[:, first[:, None], second[None, :]] += both
        extra[:, second[:, None], first[None, :]] += both.transpose(0, 2, 1)
    return extra


def _broken(where: tuple[tuple[int, tuple[int, ...]], ...], package: Integers, moves: Moves) -> Booleans:
    """Where a refusal holds after both exchanges, shape (n, n)."""
    n = len(moves.issue)
    broken = np.ones((n, n), bool)
    for issue, options in where:
        touches = moves.issue == issue
        inside = np.isin(moves.option, options)
        holds = np.full((n, n), int(package[issue]) in options)
        holds[touches, :] = inside[touches][:, None]
        holds[:, touches] = inside[touches][None, :]
        broken &= holds
    return broken

"""What a space of packages allows: who can accept what, the frontier, and every solution with its proof.

Small spaces are answered from all acceptable packages or from the exact frontier; large ones by programmes with
bounds. Either way an answer carries its score and the bound that no acceptable package passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from comity.engine.bargaining.frontier import TooLarge, dominating, frontier
from comity.engine.bargaining.large import (
    ideal_gains,
    largest_product,
    largest_smallest,
    largest_sum,
    some_acceptable,
    undominated,
)
from comity.engine.bargaining.listing import Listing, can_be_listed, listing
from comity.engine.bargaining.lotteries import Lottery, product_lottery, smallest_lottery
from comity.engine.bargaining.programme import Solved
from comity.engine.bargaining.solutions import SOLUTIONS, shares_of_ideal
from comity.engine.bargaining.space import Floats, Integers, Space, acceptable, values_of

FRONTIER_PARTIES = 4
"""With more parties, the exact frontier of a space that cannot be listed is not tried: nearly all is on it."""


@dataclass(frozen=True, eq=False)
class Frontier:
    """Packages that no package dominates. complete: all of them; else some, each proven to be one (guarantee).

    packages: shape (n, n_issues), in the order of submission; values: shape (n, n_parties); accepted: nobody loses.
    """

    packages: Integers
    values: Floats
    accepted: np.ndarray[tuple[int], np.dtype[np.bool_]]
    complete: bool
    guarantee: str


@dataclass(frozen=True, eq=False)
class Agreements:
    """Everything that is asked of one space, computed once and only when asked. seconds: the most for one solution."""

    space: Space
    seconds: float = 60.0

    @cached_property
    def listed(self) -> Listing | None:
        """All packages, where they can be listed."""
        return listing(self.space) if can_be_listed(self.space) else None

    @cached_property
    def exact_frontier(self) -> Integers | None:
        """The whole frontier, None where it is too large."""
        if self.listed is None and self.space.n_parties > FRONTIER_PARTIES:
            return None
        try:
            return frontier(self.space)
        except TooLarge:
            return None

    @cached_property
    def candidates(self) -> tuple[Integers, Floats] | None:
        """Acceptable packages among which every solution is found, and their gains; None in a large space."""
        if self.exact_frontier is not None:
            packages = self.exact_frontier
            values = values_of(self.space, packages)
            keep = acceptable(self.space, values)
        elif self.listed is not None:
            packages, values, keep = self.listed.packages, self.listed.values, self.listed.accepted
        else:
            return None
        return packages[keep], values[keep] - self.space.floor

    @cached_property
    def start(self) -> Solved:
        """Some acceptable package, or the proof that there is none."""
        if self.candidates is not None:
            packages, gains = self.candidates
            if len(packages) == 0:
                return Solved(None, -np.inf, -np.inf, proven=True, impossible=True)
            return Solved(packages[0], float(gains[0].min()), np.inf, proven=False)
        return some_acceptable(self.space, self.seconds)

    @cached_property
    def ideal(self) -> tuple[Floats, bool]:
        """Each party's largest acceptable gain, and whether it is proven (a bound where it is not)."""
        if self.candidates is not None:
            _, gains = self.candidates
            return gains.max(axis=0, initial=0.0), True
        return ideal_gains(self.space, self.seconds)

    @cached_property
    def _solutions(self) -> dict[str, Solved]:
        return {}

    def solution(self, name: str) -> Solved:
        """The package of one solution of `SOLUTIONS`, ties by order of submission."""
        if name not in self._solutions:
            self._solutions[name] = self._solved(name)
        return self._solutions[name]

    def _solved(self, name: str) -> Solved:
        if self.candidates is not None:
            return self._chosen(name)
        if self.start.impossible:
            return self.start
        ideal, ideal_proven = self.ideal if name in {"ks", "nash"} else (np.ones(self.space.n_parties), True)
        if name == "sum":
            return largest_sum(self.space, self.space.weight, self.seconds)
        if name == "leximin":
            return largest_smallest(self.space, self.space.weight, self.seconds)
        if name == "nash":
            return largest_product(self.space, ideal, self.seconds)
        scale = self.space.weight * np.where(ideal > 0, ideal, 1.0)
        solved = largest_smallest(self.space, scale, self.seconds, counted=ideal > 0)
        return replace(solved, proven=solved.proven and ideal_proven)

    def tied(self, name: str) -> int | None:
        """How many packages are equally good by this solution; None in a large space."""
        if self.candidates is None:
            return None
        _, gains = self.candidates
        return len(SOLUTIONS[name](gains, self.ideal[0], self.space.weight)) if len(gains) else 0

    def score(self, name: str, gains: Floats) -> float:
        """The number by which a solution ranks packages first, of one row of gains."""
        share = shares_of_ideal(gains[None, :], self.ideal[0])[0]
        weight = self.space.weight
        if name == "sum":
            return float(gains @ weight)
        if name == "leximin":
            return float((gains / weight).min())
        if name == "ks":
            counted = self.ideal[0] > 0
            return float((share / weight)[counted].min(initial=np.inf)) if counted.any() else 0.0
        gaining = share > 1e-9
        return float(weight[gaining] @ np.log(share[gaining])) if gaining.any() else 0.0

    def _chosen(self, name: str) -> Solved:
        assert self.candidates is not None
        packages, gains = self.candidates
        if len(packages) == 0:
            return Solved(None, -np.inf, -np.inf, proven=True, impossible=True)
        number = int(SOLUTIONS[name](gains, self.ideal[0], self.space.weight)[0])
        score = self.score(name, gains[number])
        return Solved(packages[number], score, score, proven=True)

    def lottery(self, name: str) -> Lottery | None:
        """The lottery of "nash", "ks" or "leximin" over acceptable packages; None where that is no question.

        r is in shares of the ideal gain (nash, ks) or gains (leximin), over the bargaining weight for the last two.
        None: nothing is acceptable, or for nash, not everybody can gain in a package that was found.
        """
        solved = self.solution(name)
        if solved.package is None:
            return None
        ideal = self.ideal_or_one
        unit = ideal if name in {"nash", "ks"} else np.ones(self.space.n_parties)
        if name != "nash":
            unit = unit * self.space.weight

        def best(prices: Floats) -> tuple[Integers, Floats, bool]:
            if self.candidates is not None:
                packages, gains = self.candidates
                number = int((gains @ (prices / unit)).argmax())
                return packages[number], gains[number] / unit, True
            found = largest_sum(self.space, prices / unit, self.seconds)
            assert found.package is not None
            gain = values_of(self.space, found.package[None, :])[0] - self.space.floor
            return found.package, gain / unit, found.bound - found.score <= 1e-9 * abs(found.bound)

        first = (values_of(self.space, solved.package[None, :])[0] - self.space.floor) / unit
        if name == "nash":
            if (first <= 1e-9).any():
                return None
            return product_lottery(best, (solved.package, first), self.space.weight)
        return smallest_lottery(best, (solved.package, first))

    @cached_property
    def frontier(self) -> Frontier:
        """The whole frontier, or in a large space a part of it: each party's best package and every solution's."""
        if self.exact_frontier is not None:
            return self._frontier_of(self.exact_frontier, True, "every package on the frontier is listed")
        packages = [self.solution(name).package for name in SOLUTIONS]
        packages += [self._best_for(party) for party in range(self.space.n_parties)]
        known = {tuple(map(int, package)): package for package in packages if package is not None}
        proven = [package for package in known.values() if self.is_undominated(package)]
        every = np.array(sorted(map(tuple, proven)), np.int32).reshape(-1, self.space.n_issues)
        return self._frontier_of(
            every,
            False,
            "each listed package is proven to be on the frontier: nothing is better for some and worse for none; "
            "between them there are more that are not listed",
        )

    def is_undominated(self, package: Integers) -> bool:
        """Whether it is proven that no package is better for some and worse for none."""
        if self.listed is not None:
            value = values_of(self.space, package[None, :])[0]
            return not (self.listed.allowed & dominating(self.listed.values, value)).any()
        return undominated(self.space, package, self.seconds) == (None, True)

    def _best_for(self, party: int) -> Integers | None:
        """The package that is best for one party, and for the others' sum as far as that leaves a choice."""
        weight = np.full(self.space.n_parties, 1e-3) / self.ideal_or_one
        weight[party] = 1.0 / self.ideal_or_one[party]
        return largest_sum(self.space, weight, self.seconds / self.space.n_parties).package

    @cached_property
    def ideal_or_one(self) -> Floats:
        """Ideal gains as positive scales: what a party's gains are divided by to be compared."""
        ideal, _ = self.ideal
        return np.where(ideal > 0, ideal, 1.0)

    def _frontier_of(self, packages: Integers, complete: bool, guarantee: str) -> Frontier:
        values = values_of(self.space, packages)
        return Frontier(packages, values, acceptable(self.space, values), complete, guarantee)

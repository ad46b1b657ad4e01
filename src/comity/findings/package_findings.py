"""From what the parties state to every published number about packages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from comity import __version__
from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.conflicts import clash, meets
from comity.engine.bargaining.large_drafts import improvements_of, single_text_of
from comity.engine.bargaining.listing import Listing
from comity.engine.bargaining.programme import Solved
from comity.engine.bargaining.robustness import margin, neighbours
from comity.engine.bargaining.single_text import single_text
from comity.engine.bargaining.solutions import SOLUTIONS
from comity.engine.bargaining.space import (
    Floats,
    Integers,
    Space,
    acceptable,
    refused,
    values_of,
)
from comity.engine.bargaining.trades import improvements, trades
from comity.findings.compared import Progress
from comity.findings.package_accounts import accounts_of
from comity.findings.package_coalitions import coalitions_of
from comity.findings.package_demands import (
    cares_of,
    check_each_party,
    conflict_finding,
    demand_findings,
    demands_of,
)
from comity.findings.package_space import (
    DECIMALS,
    names_of,
    numbers_of,
    rounded,
    space_of,
    unsaid_issues,
)
from comity.findings.package_unsaid import certainty, unsaid_findings
from comity.findings.packages import (
    METHOD_OF,
    SOLUTION_NAMES,
    CertainFinding,
    CoalitionFinding,
    DraftFinding,
    FrontierFinding,
    LotteryFinding,
    PackageFindings,
    Proof,
    Robust,
    RoundFinding,
    SolutionFinding,
    TradeFinding,
    UnsaidFinding,
    Worth,
)
from comity.record.negotiation import Negotiation, Package

N_STEPS = 10
"""Steps that are told: what is acceptable, four solutions, frontier, draft, coalitions, single text, what is unsaid."""
MOST_UNSAID = 24
"""Ranges and rankings whose ends are tried one by one."""
MOST_UNSAID_LARGE = 8
"""The same in a space too large to list, where each takes the recommended solution anew, twice."""


def package_findings(
    negotiation: Negotiation,
    *,
    solution: str = "nash",
    draft: Package | None = None,
    seconds: float = 60.0,
    lotteries: bool = False,
    progress: Progress | None = None,
) -> PackageFindings:
    """All findings, private numbers included. solution: which one is recommended; seconds: the most for one answer.
    lotteries: whether packages drawn by lot are looked at too. progress: told what is being computed, in a few
    words, before each of `N_STEPS` steps.

    Raises Refused where a party's own demands leave no package.
    """
    found = _Found(negotiation, solution, draft, seconds, progress or (lambda _: None))
    findings = found.findings()
    return replace(findings, lotteries=found.lotteries()) if lotteries else findings


class _Found:
    """One negotiation while its findings are being computed."""

    def __init__(
        self,
        negotiation: Negotiation,
        solution: str,
        draft: Package | None,
        seconds: float,
        progress: Progress,
    ) -> None:
        self.negotiation, self.solution, self.progress = negotiation, solution, progress
        self.space, self.lines = space_of(negotiation)
        self.agreements = Agreements(self.space, seconds)
        self.draft = None if draft is None else numbers_of(negotiation, draft)
        self.demands = demands_of(self.space, self.lines)
        progress("looking whether a package is acceptable to all")
        check_each_party(negotiation, self.space, self.lines)
        self.solved = {name: self._solve(name) for name in SOLUTIONS}
        self.best = self.solved[solution].package
        self.scale = self.agreements.ideal_or_one if self.best is not None else np.ones(self.space.n_parties)

    def _solve(self, name: str) -> Solved:
        self.progress(f"{SOLUTION_NAMES[name]} package")
        return self.agreements.solution(name)

    @property
    def _share(self) -> float:
        """The time for one of many questions about a space too large to list."""
        return self.agreements.seconds / 6

    def findings(self) -> PackageFindings:
        negotiation, listed, best = self.negotiation, self.agreements.listed, self.best
        conflict = clash(self.space, self.demands) if best is None else None
        return PackageFindings(
            title=negotiation.title,
            question=negotiation.question,
            kind=negotiation.kind,
            shown=negotiation.shown,
            reader="mediator",
            own=None,
            issues=tuple(issue.name for issue in negotiation.issues),
            options=tuple(issue.options for issue in negotiation.issues),
            parties=tuple(party.name for party in negotiation.parties),
            weight=rounded(self.space.weight),
            n_packages=self.space.n_packages,
            n_allowed=None if listed is None else int(listed.allowed.sum()),
            n_acceptable=None if listed is None else int(listed.accepted.sum()),
            cares=cares_of(negotiation, self.space),
            demands=demand_findings(self.space, self.lines),
            conflict=None if conflict is None else conflict_finding(negotiation, conflict),
            floor=rounded(self.space.floor),
            ideal=rounded(self.agreements.ideal[0] + self.space.floor)
            if best is not None
            else (None,) * self.space.n_parties,
            frontier=self._frontier(),
            solutions=tuple(self._solution(name) for name in SOLUTIONS),
            recommended=self.solution,
            recommended_worth=None if best is None else self._worth(best),
            draft=self._draft(listed),
            coalitions=self._coalitions(listed),
            rounds=self._rounds(listed),
            unsaid=self._unsaid(),
            certain=self._certain(listed),
            accounts=() if best is None else accounts_of(negotiation, self.space, best, self.draft),
            files=negotiation.files,
            notes=negotiation.notes,
            methods={**METHOD_OF, "frontier": "package-frontier/1", "single text": "single-text/1"},
            comity_version=__version__,
        )

    def lotteries(self) -> tuple[LotteryFinding, ...]:
        """Nash, Kalai-Smorodinsky and egalitarian lotteries over packages that are acceptable to all."""
        found = []
        for name in ("nash", "ks", "leximin"):
            lottery = self.agreements.lottery(name)
            if lottery is None:
                continue
            values = values_of(self.space, lottery.packages)
            draws = tuple(
                (round(float(chance), DECIMALS), names_of(self.negotiation, package))
                for chance, package in zip(lottery.chances, lottery.packages, strict=True)
            )
            if lottery.proven:
                says = "Proven: no lottery over acceptable packages scores more."
            else:
                says = f"Not proven best: none can score more than {_plain(lottery.bound)}."
            found.append(
                LotteryFinding(
                    name,
                    SOLUTION_NAMES[name],
                    draws,
                    rounded(lottery.chances @ values - self.space.floor),
                    Proof(
                        lottery.proven,
                        round(lottery.score, DECIMALS),
                        round(lottery.bound, DECIMALS),
                        None,
                        says,
                    ),
                )
            )
        return tuple(found)

    def _worth(self, package: Integers) -> Worth:
        value = values_of(self.space, package[None, :])[0]
        accepted = bool((value >= self.space.floor).all()) and not refused(self.space, package[None, :])[0]
        return self._worth_of(package, value, accepted)

    def _worth_of(self, package: Integers, value: Floats, accepted: bool) -> Worth:
        gain = value - self.space.floor
        return Worth(
            names_of(self.negotiation, package),
            rounded(value),
            rounded(gain),
            rounded(gain / self.scale),
            accepted,
        )

    def _solution(self, name: str) -> SolutionFinding:
        solved = self.solved[name]
        pays: tuple[float | None, ...] = (None,) * self.space.n_parties
        if solved.package is not None and self.best is not None:
            pair = values_of(self.space, np.stack([solved.package, self.best]))
            pays = rounded(pair[0] - pair[1])
        return SolutionFinding(
            name,
            SOLUTION_NAMES[name],
            METHOD_OF[name],
            None if solved.package is None else self._worth(solved.package),
            _proof(name, solved, self.space),
            self.agreements.tied(name),
            pays,
            self._robust(name, solved),
        )

    def _robust(self, name: str, solved: Solved) -> Robust | None:
        if solved.package is None:
            return None
        if self.agreements.candidates is not None:
            rivals, _ = self.agreements.candidates
        else:
            rivals = self._near(solved.package)
        found = margin(self.space, name, self.agreements.ideal[0], solved.package, rivals)
        rival = None if found.rival is None else names_of(self.negotiation, found.rival)
        if rival is None:
            says = "No other package would overtake it even if all points were off by 100 per cent."
        else:
            says = (
                f"Points may be off by up to {_percent(found.share)}, in the worst direction for everybody, before "
                "another package would score as well."
            )
        if self.agreements.candidates is None:
            says += " Only packages that differ on one or two issues were compared: another one may overtake sooner."
        to_floor = None if not np.isfinite(found.to_floor) else round(found.to_floor, DECIMALS)
        return Robust(round(found.share, DECIMALS), rival, to_floor, says)

    def _near(self, package: Integers) -> Integers:
        """Acceptable packages that differ from this one on one or two issues."""
        near = neighbours(self.space, package)
        kept = acceptable(self.space, values_of(self.space, near)) & ~refused(self.space, near)
        return near[kept]

    def _frontier(self) -> FrontierFinding | None:
        self.progress("the frontier")
        if self.best is None and self.agreements.candidates is None:
            return None
        front = self.agreements.frontier
        packages = tuple(
            self._worth_of(package, value, bool(accepted))
            for package, value, accepted in zip(front.packages, front.values, front.accepted, strict=True)
        )
        complete = front.complete
        return FrontierFinding(
            complete,
            len(packages) if complete else None,
            int(front.accepted.sum()) if complete else None,
            front.guarantee,
            packages,
        )

    def _draft(self, listed: Listing | None) -> DraftFinding | None:
        self.progress("the draft: trades, and what is better")
        if self.draft is None:
            return None
        broken = tuple(
            number
            for number, demand in enumerate(self.demands)
            if not meets(self.space, demand, self.draft[None, :])[0]
        )
        worth = self._worth(self.draft)
        distance = {
            name: self._distance(solved.package)
            for name, solved in self.solved.items()
            if solved.package is not None
        }
        found_trades = self._trades(self.draft)
        if listed is not None:
            better = improvements(self.space, listed, self.draft, self.scale)
            on_frontier: bool | None = better.n == 0 and not refused(self.space, self.draft[None, :])[0]
        else:
            better, proven = improvements_of(self.space, self.draft, self.scale, self._share)
            if better.best is not None:
                on_frontier = False
            else:
                on_frontier = not refused(self.space, self.draft[None, :])[0] if proven else None
        count = better.n
        nearest = None if better.nearest is None else self._worth(np.array(better.nearest, np.int32))
        best = None if better.best is None else self._worth(np.array(better.best, np.int32))
        return DraftFinding(
            worth,
            on_frontier,
            broken,
            count,
            nearest,
            best,
            found_trades,
            distance,
            _draft_says(on_frontier, best is not None, broken),
        )

    def _distance(self, package: Integers) -> tuple[float | None, ...]:
        """Each party's value in a solution minus its value in the draft."""
        assert self.draft is not None
        pair = values_of(self.space, np.stack([package, self.draft]))
        return rounded(pair[0] - pair[1])

    def _trades(self, draft: Integers) -> tuple[TradeFinding, ...]:
        issues = self.negotiation.issues
        return tuple(
            TradeFinding(
                tuple(issues[i].name for i in trade.issues),
                tuple(issues[i].options[int(draft[i])] for i in trade.issues),
                tuple(issues[i].options[trade.package[i]] for i in trade.issues),
                rounded(trade.change),
                round(trade.smaller, DECIMALS),
            )
            for trade in trades(self.space, draft, self.scale)
        )

    def _coalitions(self, listed: Listing | None) -> CoalitionFinding | None:
        self.progress("who could do better without the others")
        package = self.draft if self.draft is not None else self.best
        if package is None:
            return None
        return coalitions_of(self.negotiation, self.space, listed, package, self.scale, self._share)

    def _rounds(self, listed: Listing | None) -> tuple[RoundFinding, ...]:
        self.progress("the single text")
        if self.draft is None:
            return ()
        if listed is not None:
            rounds = single_text(self.space, listed, self.draft, self.scale)
        else:
            rounds, _ = single_text_of(self.space, self.draft, self.scale, self._share / 4)
        return tuple(
            RoundFinding(
                names_of(self.negotiation, one.package),
                one.why,
                tuple((party, self.negotiation.issues[issue].name) for party, issue in one.relieved),
                rounded(one.gain),
            )
            for one in rounds
        )

    def _unsaid(self) -> tuple[UnsaidFinding, ...]:
        self.progress("what is left unsaid")
        if self.agreements.candidates is None:
            only = {self.solution: self.solved[self.solution]}
            return unsaid_findings(self.negotiation, only, self._share, MOST_UNSAID_LARGE)
        return unsaid_findings(self.negotiation, self.solved, self.agreements.seconds, MOST_UNSAID)

    def _certain(self, listed: Listing | None) -> CertainFinding | None:
        if self.best is None or not any(map(unsaid_issues, self.negotiation.parties)):
            return None
        return certainty(self.negotiation, self.space, listed, self.best, self._share)


def _percent(share: float) -> str:
    percent = 100.0 * share
    return f"{percent:.1f} per cent" if percent < 10 else f"{percent:.0f} per cent"


def _plain(value: float) -> str:
    return f"{value:.4g}"


def _proof(name: str, solved: Solved, space: Space) -> Proof:
    if solved.impossible:
        return Proof(True, None, None, None, "It is proved that no package is acceptable to all.")
    if solved.package is None:
        return Proof(
            False, None, None, None, "No acceptable package was found in the time allowed; none is ruled out."
        )
    score, bound = round(solved.score, DECIMALS), round(solved.bound, DECIMALS)
    if name == "nash":
        gap = float(np.expm1(max(0.0, solved.bound - solved.score) / space.weight.sum()))
    else:
        gap = max(0.0, solved.bound - solved.score) / abs(solved.bound) if solved.bound else 0.0
    if solved.proven:
        return Proof(True, score, bound, round(gap, DECIMALS), "Proven: no acceptable package scores more.")
    says = (
        f"Not proven best: nothing can score more than {_plain(solved.bound)}, this scores {_plain(solved.score)}, "
        f"a gap of {_percent(gap)}."
    )
    if gap <= 1e-6:
        says = (
            "The score is proven best; that no other package with the same score is fairer further up is not."
        )
    return Proof(False, score, bound, round(gap, DECIMALS), says)


def _draft_says(on_frontier: bool | None, better: bool, broken: tuple[int, ...]) -> str:
    breaks = f" It breaks {len(broken)} of the parties' demands." if broken else ""
    if better:
        says = "It is not on the frontier: other packages are better for some and worse for none."
    elif on_frontier is None:
        says = "Whether it is on the frontier could not be settled in the time allowed."
    elif on_frontier:
        says = "It is on the frontier: nothing is better for some and worse for none."
    else:
        says = "No package is better for some and worse for none, but somebody refuses this one."
    return says + breaks

"""Who could do better without the others, by the decision rule and by what some can settle among themselves."""

from __future__ import annotations

from comity.engine.bargaining.coalitions import MOST_PARTIES, Powers, would_leave
from comity.engine.bargaining.large_drafts import would_leave_of
from comity.engine.bargaining.listing import Listing
from comity.engine.bargaining.space import Floats, Integers, Space
from comity.findings.package_space import names_of, rounded
from comity.findings.packages import CoalitionFinding, LeavingFinding
from comity.record.negotiation import Negotiation


def coalitions_of(
    negotiation: Negotiation,
    space: Space,
    listed: Listing | None,
    package: Integers,
    scale: Floats,
    seconds: float,
) -> CoalitionFinding:
    """Who would leave this package. listed: None where packages are too many; scale: of each party's gains, as the
    solutions take them; seconds: the most for one answer where packages are not listed.
    """
    powers, says = _powers(negotiation), _powers_say(negotiation)
    n_parties = space.n_parties
    size, proven = n_parties - 1, True
    if listed is not None and n_parties <= MOST_PARTIES:
        leaving = would_leave(space, listed, powers, package, scale)
    else:
        leaving, size, proven = would_leave_of(space, powers, package, scale, seconds)
        if size < n_parties - 1:
            says += f" Coalitions of more than {size} parties were not looked at: there are too many."
        if not proven:
            says += " Not every answer was settled in the time allowed: others may leave too."
    found = tuple(
        LeavingFinding(one.members, names_of(negotiation, one.package), rounded(one.gain), one.decides)
        for one in leaving
    )
    in_core = False if found else True if proven and size == n_parties - 1 else None
    return CoalitionFinding(True, in_core, found, says)


def _powers(negotiation: Negotiation) -> Powers:
    names = [party.name for party in negotiation.parties]
    quota = negotiation.decision.quota
    return Powers(
        len(names) if quota is None else quota,
        tuple(names.index(name) for name in negotiation.decision.veto if name in names),
        tuple(
            tuple(names.index(name) for name in issue.settled_by)
            if set(issue.settled_by) <= set(names)
            else ()
            for issue in negotiation.issues
        ),
        tuple(
            None if issue.otherwise is None else issue.options.index(issue.otherwise)
            for issue in negotiation.issues
        ),
    )


def _powers_say(negotiation: Negotiation) -> str:
    quota = negotiation.decision.quota
    rule = "all parties must consent" if quota is None else f"{quota} parties decide for all"
    if negotiation.decision.veto:
        rule += f", never without {' and '.join(negotiation.decision.veto)}"
    own = [issue.name for issue in negotiation.issues if issue.settled_by]
    some = (
        f"some parties can settle {', '.join(own)} among themselves"
        if own
        else "no issue can be settled by some alone"
    )
    return f"By the decision rule {rule}; {some}."

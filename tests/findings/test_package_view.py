"""Nothing private leaks: what a reader may not see changes no byte of any page, JSON or CSV made for that reader."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from comity.errors import Refused
from comity.exchange.negotiation import EXAMPLE, negotiation_from_toml
from comity.findings.package_findings import package_findings
from comity.findings.package_view import seen_by
from comity.findings.packages import PackageFindings
from comity.report.packages import packages_csv, packages_json, packages_page

SECRET = "ZZsecretZZ"
# Delta's private numbers, changed so little that no solution changes.
CHANGES = (
    ("no_agreement = 25", "no_agreement = 25.0173"),
    (
        '"none" = 0, "dry months" = 75, "all year" = 100',
        '"none" = 0, "dry months" = 75.0391, "all year" = 100.0219',
    ),
    ('"Dam releases" = 60', '"Dam releases" = 60.0137'),
    ('points = [["all year", "neutral body", 5]]', 'points = [["all year", "neutral body", 5.0111]]'),
)


def findings_of(text: str, shows: str, draft: bool = True) -> PackageFindings:
    negotiation = negotiation_from_toml(
        text.replace('shows = "rankings"', f'shows = "{shows}"').encode(), "lira.toml"
    )
    package = ("none", "neutral body", "closed", "20") if draft else None
    return package_findings(negotiation, draft=package)


def written(findings: PackageFindings) -> dict[str, str]:
    return {"html": packages_page(findings), "json": packages_json(findings), "csv": packages_csv(findings)}


def changed() -> str:
    text = EXAMPLE.replace("Ships without monitoring would spoil our only drinking water.", SECRET)
    head, mark, delta = text.rpartition('name = "Delta"')
    for before, after in CHANGES:
        assert before in delta
        delta = delta.replace(before, after)
    return head + mark + delta


@pytest.mark.parametrize("shows", ["nothing", "rankings"])
@pytest.mark.parametrize("reader", ["everybody", "Upland", "Midland"])
def test_what_is_private_to_delta_changes_no_byte_for_others(shows: str, reader: str) -> None:
    before, after = findings_of(EXAMPLE, shows), findings_of(changed(), shows)
    assert [one.worth and one.worth.package for one in before.solutions] == [
        one.worth and one.worth.package for one in after.solutions
    ]
    assert written(seen_by(before, reader)) == written(seen_by(after, reader))
    assert written(seen_by(before, "Delta")) != written(seen_by(after, "Delta"))
    assert written(before) != written(after)


@pytest.mark.parametrize("shows", ["nothing", "rankings", "all"])
@pytest.mark.parametrize("reader", ["everybody", "Upland", "Midland"])
def test_a_red_line_is_published_only_by_its_party(shows: str, reader: str) -> None:
    for text in written(seen_by(findings_of(changed(), shows), reader)).values():
        assert SECRET not in text
        assert "refuses Navigation" not in text
    own = written(seen_by(findings_of(changed(), shows), "Delta"))
    assert SECRET in own["json"]
    opened = changed().replace(f'reason = "{SECRET}"', f'reason = "{SECRET}"\npublished = true')
    assert SECRET in written(seen_by(findings_of(opened, shows), reader))["json"]


def impossible(shows: str) -> str:
    """Delta asks for more than Upland can give."""
    text = changed().replace('shows = "rankings"', f'shows = "{shows}"')
    return text.replace("no_agreement = 25.0173", "no_agreement = 98.0173").replace(
        "no_agreement = 30 ", "no_agreement = 90 "
    )


@pytest.mark.parametrize("shows", ["nothing", "rankings", "all"])
def test_a_conflict_names_the_parties_and_not_their_demands(shows: str) -> None:
    found = package_findings(negotiation_from_toml(impossible(shows).encode(), "lira.toml"))
    assert found.conflict is not None
    view = seen_by(found, "Midland")
    assert view.conflict is not None
    assert len(view.conflict.conflicts) == len(found.conflict.conflicts)
    text = "".join(written(view).values())
    assert SECRET not in text
    if shows != "all":
        assert "98.02" not in text
        assert "98.0173" not in text


def test_rankings_hold_no_number_of_others() -> None:
    view = seen_by(findings_of(EXAMPLE, "rankings"), "everybody")
    assert all(care.rank is not None and care.share is None for row in view.cares for care in row)
    assert set(view.floor) == {None}
    assert view.frontier is None
    assert all(one.proof.score is None and one.robust is None for one in view.solutions)
    assert view.files == ()
    assert not re.search(
        r"\d", " ".join(s for account in view.accounts for s in account.says if "Fund" not in s)
    )


def test_nothing_is_nothing() -> None:
    view = seen_by(findings_of(EXAMPLE, "nothing"), "everybody")
    assert view.accounts == ()
    assert view.unsaid == ()
    assert all(care.order is None for row in view.cares for care in row)


def test_a_party_sees_its_own() -> None:
    view = seen_by(findings_of(EXAMPLE, "nothing"), "Upland")
    assert view.own == 0
    assert view.floor == (30.0, None, None)
    assert [account.party for account in view.accounts] == [0]
    assert all("gained from" not in sentence for account in view.accounts for sentence in account.says)


def stirred(seed: int) -> str:
    """The example with other private numbers of Delta; the same lines, issues and parties."""
    dice = np.random.default_rng(seed)
    head, mark, delta = EXAMPLE.rpartition('name = "Delta"')
    low, high = sorted(dice.integers(5, 95, 2))
    for before, after in (
        ("no_agreement = 25", f"no_agreement = {dice.integers(5, 40)}"),
        ('"dry months" = 75', f'"dry months" = {dice.integers(20, 95)}'),
        ('"Dam releases" = 60', f'"Dam releases" = {dice.integers(low, high + 1)}'),
    ):
        assert before in delta
        delta = delta.replace(before, after)
    return head + mark + delta


def kept_in_a_record(text: str, shows: str) -> PackageFindings:
    """The findings on a draft as a site computes them."""
    toml = text.replace('shows = "rankings"', f'shows = "{shows}"').encode()
    negotiation = replace(negotiation_from_toml(toml, "lira.toml"), kind="record", files=())
    return package_findings(negotiation, draft=("dry months", "joint station", "closed", "20"))


def told_by_the_draft(found: PackageFindings) -> object:
    """What a draft says of the others to everybody: whether it stands, and the nearest that is better."""
    assert found.draft is not None
    nearest = found.draft.nearest
    return (
        found.draft.worth.acceptable,
        found.draft.on_frontier,
        None if nearest is None else (nearest.package, nearest.acceptable),
        None if found.conflict is None else found.conflict.conflicts,
    )


def test_where_nothing_is_shown_a_page_tells_of_the_others_what_the_draft_tells_and_no_more() -> None:
    """Whatever Delta states: where the draft says the same of it, so does all that Upland and everybody see."""
    worlds: dict[object, list[PackageFindings]] = {}
    for seed in range(24):
        found = kept_in_a_record(stirred(seed), "nothing")
        worlds.setdefault(told_by_the_draft(found), []).append(found)
    differing = 0
    for alike in worlds.values():
        for reader in ("Upland", "everybody"):
            assert len({packages_json(seen_by(one, reader)) for one in alike}) == 1
        differing += len({str([one.solutions, one.coalitions]) for one in alike}) - 1
        assert all(packages_json(seen_by(one, "Delta")) for one in alike)
    assert differing >= 10, "the worlds that look alike must differ in what is hidden"
    assert len(worlds) < 15


def test_where_nothing_is_shown_there_are_no_solutions_trades_or_coalitions_beside_a_draft() -> None:
    found = kept_in_a_record(EXAMPLE, "nothing")
    view = seen_by(found, "Upland")
    assert found.draft is not None
    assert view.draft is not None
    assert found.draft.trades
    assert (view.draft.trades, view.draft.best, dict(view.draft.distance)) == (None, None, {})
    assert (view.solutions, view.accounts, view.rounds, view.unsaid, view.certain) == ((), (), (), (), None)
    assert view.ideal == view.draft.worth.share == (None, None, None)
    assert view.draft.worth.value[1:] == (None, None)
    assert view.draft.worth.value[0] == found.draft.worth.value[0]
    assert seen_by(found, "mediator") is found


@pytest.mark.parametrize(("shows", "trades"), [("nothing", False), ("rankings", True), ("all", True)])
def test_trades_are_for_readers_who_may_see_every_order(shows: str, trades: bool) -> None:
    found = findings_of(EXAMPLE, shows)
    for reader in ("Upland", "everybody"):
        view = seen_by(found, reader)
        assert view.draft is not None
        assert (view.draft.trades is not None) == trades
        page = packages_page(view)
        assert ("Not shown: that each change of a trade alone" in page) == (not trades)


def leaving(shows: str, quota: str = "quota = 2") -> PackageFindings:
    text = EXAMPLE.replace('shows = "rankings"', f'shows = "{shows}"').replace("quota = 3", quota)
    return package_findings(
        negotiation_from_toml(text.encode(), "lira.toml"), draft=("none", "neutral body", "closed", "20")
    )


def test_who_would_leave_is_for_readers_who_may_see_all_numbers_and_tells_of_no_hidden_line() -> None:
    whole = leaving("all").coalitions
    assert whole is not None
    assert any(len(one.members) == 2 for one in whole.leaving)
    for shows in ("nothing", "rankings"):
        view = seen_by(leaving(shows), "Upland").coalitions
        assert view is not None
        assert (view.computed, view.in_core) == (False, None)
        assert all(one.members == (0,) for one in view.leaving)
    found = leaving("all")
    hiding = {one.party for one in found.demands if one.kind != "floor" and not one.published}
    assert hiding, "the example keeps a line to itself"
    for reader, own in (("Upland", 0), ("Midland", 1), ("Delta", 2), ("everybody", None)):
        view = seen_by(found, reader).coalitions
        assert view is not None
        hidden = hiding - {own}
        assert view.partly == bool(hidden)
        assert all(hidden.isdisjoint(one.members) for one in view.leaving)
        assert view.in_core is not True or not hidden


def test_a_party_may_know_what_it_could_do_alone() -> None:
    """Upland has a veto: where one party decides, it can decide alone."""
    found = leaving("nothing", "quota = 1")
    view = seen_by(found, "Upland").coalitions
    assert view is not None
    assert [one.members for one in view.leaving] == [(0,)]
    assert view.leaving[0].gain[1:] == (None, None)
    for reader in ("everybody", "Delta"):
        assert seen_by(found, reader).coalitions == seen_by(leaving("nothing"), reader).coalitions


def test_a_reader_who_is_nobody_is_refused() -> None:
    with pytest.raises(Refused, match="no party 'Nobody'"):
        seen_by(findings_of(EXAMPLE, "nothing"), "Nobody")

"""Nothing private leaks: what a reader may not see changes no byte of any page, JSON or CSV made for that reader."""

from __future__ import annotations

import re

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


def test_a_reader_who_is_nobody_is_refused() -> None:
    with pytest.raises(Refused, match="no party 'Nobody'"):
        seen_by(findings_of(EXAMPLE, "nothing"), "Nobody")

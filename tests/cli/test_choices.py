"""What a reader may choose, and the sentence for what is out of its range."""

from __future__ import annotations

import pytest

from comity.cli.choices import Choices
from comity.errors import Refused
from comity.findings.parameters import Parameters

GROUP_COUNT_ALONE = (
    "--group-count is 3, but only --method classic lets you choose the number of groups; "
    "Comity's own model finds it"
)


def test_what_nobody_chose_is_what_the_findings_would_choose() -> None:
    assert Choices().parameters() == Parameters()


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (Choices(threshold=1.5), "--threshold is 1.5; it must be more than 0 and less than 1"),
        (Choices(threshold=0), "--threshold is 0; it must be more than 0 and less than 1"),
        (Choices(threshold=float("nan")), "--threshold is nan; it must be more than 0 and less than 1"),
        (Choices(certainty=0.5), "--certainty is 0.5; it must be more than 0.5 and less than 1"),
        (Choices(interval=1), "--interval is 1; it must be more than 0 and less than 1"),
        (Choices(group_count=3), GROUP_COUNT_ALONE),
        (
            Choices(method="classic", group_count=0),
            "--group-count is 0; it must be a whole number from 1 to 100",
        ),
        (
            Choices(delegation_below=-1),
            "--delegation-below is -1; it must be a whole number from 0 to 1,000,000",
        ),
        (Choices(dimensions=0), "--dimensions is 0; it must be a whole number from 1 to 10"),
        (Choices(minimum_votes=0), "--minimum-votes is 0; it must be a whole number from 1 to 1,000,000"),
    ],
)
def test_a_number_out_of_its_range_is_refused(chosen: Choices, says: str) -> None:
    with pytest.raises(Refused) as refused:
        chosen.parameters()
    assert (refused.value.code, refused.value.text) == ("out-of-range", says)

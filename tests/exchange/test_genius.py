"""Genius XML: a pair drawn by hand, the provided domains, and everything that is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from comity.errors import Refused
from comity.exchange.genius import genius_negotiation

DOMAIN = b"""<negotiation_template><utility_space number_of_issues="2">
<objective index="0" name="Barter" type="objective">
<issue index="1" name="Bread" type="discrete"><item index="1" value="rye"/><item index="2" value="wheat"/></issue>
<issue index="2" name="Days" type="integer" lowerbound="2" upperbound="4"/>
</objective></utility_space></negotiation_template>"""


def profile(
    rye: str = "2", wheat: str = "4", slope: str = "-0.25", reservation: str = '<reservation value="0.3"/>'
) -> bytes:
    return f"""<utility_space><objective index="0" name="Barter" type="objective">
<issue index="1" name="Bread" type="discrete"><item index="1" value="rye" evaluation="{rye}"/>
<item index="2" value="wheat" evaluation="{wheat}"/></issue>
<issue index="2" name="Days" type="integer" lowerbound="2" upperbound="4">
<evaluator ftype="linear" slope="{slope}" offset="1"/></issue>
<weight index="1" value="0.6"/><weight index="2" value="0.4"/></objective>{reservation}</utility_space>""".encode()


def refusal(files: dict[str, bytes]) -> str:
    with pytest.raises(Refused) as caught:
        genius_negotiation(files)
    return f"{caught.value.code}: {caught.value.text}"


def test_a_pair() -> None:
    found = genius_negotiation({"d.xml": DOMAIN, "ana.xml": profile(), "bo.xml": profile(rye="5")})
    ana, bo = found.parties
    assert found.title == "Barter"
    assert [issue.options for issue in found.issues] == [("rye", "wheat"), ("2", "3", "4")]
    assert (ana.name, ana.no_agreement, bo.name) == ("ana", 0.3, "bo")
    assert {option: value.low for option, value in ana.points["Bread"].items()} == {"rye": 0.5, "wheat": 1.0}
    assert {option: value.low for option, value in bo.points["Bread"].items()} == {"rye": 1.0, "wheat": 0.8}
    assert {option: value.low for option, value in ana.points["Days"].items()} == {
        "2": 1.0,
        "3": 0.75,
        "4": 0.5,
    }
    assert ana.weight_of("Bread").low == pytest.approx(60)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a.xml": profile()}, "negotiation-form: one Genius domain file"),
        ({"d.xml": DOMAIN}, "no-parties: d.xml"),
        ({"d.xml": b"<not closed"}, "negotiation-form: d.xml: this is not well-formed XML"),
        (
            {"d.xml": DOMAIN, "a.xml": b'<utility_space type="nonlinear"/>'},
            "nonlinear-preferences: a.xml: its utility is nonlinear",
        ),
        (
            {"d.xml": DOMAIN, "a.xml": profile(rye="NaN")},
            "not-a-number: a.xml: 'a' evaluation of option 'rye' of issue 'Bread' is NaN",
        ),
        ({"d.xml": DOMAIN, "a.xml": profile(rye="many")}, "'many' is not a number"),
        ({"d.xml": DOMAIN, "a.xml": profile(rye="-1")}, "is -1"),
        (
            {
                "d.xml": DOMAIN,
                "a.xml": profile().replace(b'value="rye" evaluation="2"', b'value="oat" evaluation="2"'),
            },
            "unknown-name: a.xml: 'a' gives points for option 'oat' of issue 'Bread'",
        ),
        (
            {"d.xml": DOMAIN, "a.xml": profile().replace(b' evaluation="2"', b"")},
            "missing-points: a.xml: 'a' evaluation of option 'rye' of issue 'Bread'",
        ),
        (
            {
                "d.xml": DOMAIN.replace(b'<item index="1" value="rye"/><item index="2" value="wheat"/>', b""),
                "a.xml": profile(),
            },
            "no-options: d.xml: issue 'Bread' has no options",
        ),
        (
            {"d.xml": b'<!DOCTYPE x [<!ENTITY a "b">]>' + DOMAIN, "a.xml": profile()},
            "negotiation-form: d.xml: it declares entities",
        ),
        (
            {"d.xml": DOMAIN, "x/a.xml": profile(), "y/a.xml": profile()},
            "same-name: d.xml: two parties are called 'a'",
        ),
    ],
)
def test_refusals_name_file_party_and_issue(files: dict[str, bytes], says: str) -> None:
    assert says in refusal(files)


def domain_files(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in sorted(folder.glob("*.xml")) if path.name != "pareto.xml"
    }


def test_every_provided_domain(shared_data: Callable[[str], Path]) -> None:
    folders = sorted(path for path in shared_data("negotiation").iterdir() if path.is_dir())
    assert len(folders) >= 15
    for folder in folders:
        files = domain_files(folder)
        if folder.name == "y2014-10issues":
            assert refusal(files).startswith("nonlinear-preferences: profile-1.xml")
        else:
            assert len(genius_negotiation(files).parties) == len(files) - 1

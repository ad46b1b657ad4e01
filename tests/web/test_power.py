"""The page on what votes would be worth: a rule by form or address, its numbers, and what cannot be shown."""

from __future__ import annotations

import re
from html import unescape

import pytest

from comity.web.language import language
from comity.web.pages.weighing import share_words
from tests.web.visits import House, text_of

TABLE = "party; bloc; votes; area\nAna; one; 3; 10\nDov; one; 2;\nEve; ; 1; 5"
POWER = "/c/rivers/power"


def rows(page: str) -> dict[str, list[str]]:
    """The cells of the table, by party."""
    found = re.findall(r'<tr><th scope="row"><bdi>(.*?)</bdi>.*?</th>(.*?)</tr>', page)
    return {
        name: [unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for cell in re.findall("<td.*?</td>", cells)]
        for name, cells in found
    }


def test_three_two_one_by_their_votes(house: House) -> None:
    """A need of four of six: of the five times that one vote decides, Ana's decides three."""
    house.host(parties=TABLE)
    answer = house.visitor().get(f"{POWER}?count=votes")
    table = rows(answer.text)
    assert table["Ana"] == ["50%  3", "60%", "66.7%", "\u2066+10\u2069"]
    assert [cells[1] for cells in table.values()] == ["60%", "20%", "20%"]
    assert list(table) == ["Ana", "Dov", "Eve"]
    words = text_of(answer)
    for said in (
        "hold more than half of this: votes . Here that means more than 3 of 6.",
        "can stop alone",
        "Of the 8 ways in which the parties can say yes or no, 3 pass: 37.5%.",
        "More say than its share Ana , Eve Less say than its share Dov",
        "Never decides, however the others vote nobody",
        "The fewest who can pass something 2 parties Ana , Dov Ana , Eve",
        "The fewest who can stop something 1 party Ana",
        "banzhaf/1 · shapley-shubik/1",
        "nothing here decides anything",
    ):
        assert said in words, said
    assert "as many others" not in words


def test_by_default_every_party_has_one_vote_and_nobody_gains(house: House) -> None:
    house.host(parties=TABLE)
    client = house.visitor()
    assert 'href="/c/rivers/power"' in client.get("/c/rivers/findings").text
    answer = client.get(POWER)
    words = text_of(answer)
    assert "more than half of the parties say yes. Here that means at least 2 of 3." in words
    assert "As much say as its share every party" in words
    assert "Can stop any decision alone nobody" in words
    assert rows(answer.text)["Dov"] == ["33.3%", "33.3%", "33.3%", "\u2066±0\u2069"]


def test_a_capacity_that_a_party_lacks_is_not_offered(house: House) -> None:
    house.host(parties=TABLE)
    page = house.visitor().get(POWER).text
    assert '<option value="votes">' in page
    assert 'value="area"' not in page
    asked = house.visitor().get(f"{POWER}?count=area")
    assert asked.status_code == 422
    assert "'area' cannot be counted here" in text_of(asked)
    assert '<option value="votes">' in asked.text


@pytest.mark.parametrize(
    ("need", "said", "mark"),
    [
        ("half", "more than half of the parties say yes", None),
        ("two-thirds", "at least two thirds of the parties say yes", None),
        ("three-quarters", "at least three quarters of the parties say yes", "can stop alone"),
        ("all-but-one", "no more than one party says no", None),
        ("all", "every party says yes", "can stop alone"),
    ],
)
def test_every_need_is_said_and_stays_chosen(house: House, need: str, said: str, mark: str | None) -> None:
    house.host(parties="Ana\nDov\nEve")
    answer = house.visitor().get(f"{POWER}?need={need}")
    assert said in text_of(answer)
    assert f'<option value="{need}" selected>' in answer.text
    assert ("can stop alone" in answer.text) == (mark is not None)
    assert 'name="count"' not in answer.text


@pytest.mark.parametrize("need", ["half", "two-thirds", "three-quarters"])
def test_a_capacity_with_more_than_half_of_the_parties_beside_it(house: House, need: str) -> None:
    house.host(parties="party; bloc; votes\nAna; ; 8\nDov; ; 1\nEve; ; 1\nFay; ; 0")
    answer = house.visitor().get(f"{POWER}?count=votes&need={need}&also=majority")
    words = text_of(answer)
    assert "They must also be more than half of the parties." in words
    assert 'value="majority" checked' in answer.text
    assert "never decides" not in words
    assert "&amp;also=majority" in answer.text
    alone = text_of(house.visitor().get(f"{POWER}?count=votes&need={need}"))
    assert "Never decides, however the others vote Dov , Eve , Fay" in alone


def test_a_need_that_is_none_gives_the_form_back(house: House) -> None:
    house.host()
    asked = house.visitor("fr").get(f"{POWER}?need=most")
    assert asked.status_code == 422
    assert "choisissez-en une dans le formulaire" in text_of(asked)
    assert 'name="need"' in asked.text


def test_fewer_than_two_parties_have_no_vote_to_share(house: House) -> None:
    house.host(parties="Ana")
    client = house.visitor()
    assert "at least two parties, and here are fewer" in text_of(client.get(POWER))
    assert 'href="/c/rivers/power"' not in client.get("/c/rivers/findings").text
    asked = client.get("/api/consultations/rivers/power")
    assert (asked.status_code, asked.json()["code"]) == (422, "too-few-parties")
    assert client.get("/c/nowhere/power").status_code == 404


def test_the_same_as_data(house: House) -> None:
    house.host(parties=TABLE)
    client = house.visitor()
    place = re.findall(r'href="([^"]+power\.json[^"]*)"', client.get(f"{POWER}?count=votes").text)
    document = client.get(unescape(place[0])).json()
    assert [party["banzhaf_share"]["exact"] for party in document["parties"]] == ["3/5", "1/5", "1/5"]
    assert client.get("/api/consultations/rivers/power?count=votes").json() == document
    refused = client.get("/api/consultations/rivers/power?need=most")
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-choice")


def test_too_many_ways_of_voting_are_refused_with_a_sentence_and_the_form_stays(house: House) -> None:
    lines = [f"P{number}; ; {10_000_019 + 7_919 * number**2}" for number in range(60)]
    house.host(parties="\n".join(["party; bloc; people", *lines]))
    asked = house.visitor().get(f"{POWER}?count=people")
    assert asked.status_code == 422
    assert "60 parties with such long numbers of people can vote in too many different ways" in text_of(asked)
    assert '<option value="people" selected>' in asked.text
    by_heads = text_of(house.visitor().get(POWER))
    assert "others, just as few, may do it too" in by_heads
    assert "P6 , P7 and 23 more" in by_heads


def test_in_arabic_the_page_reads_from_right_to_left(house: House) -> None:
    house.host(parties=TABLE)
    page = house.visitor("ar").get(f"{POWER}?count=votes&also=majority").text
    assert 'dir="rtl"' in page
    for said in ("قيمة كل صوت", "يستطيع المنع وحده", "ويجب أيضًا أن تكون أكثر من نصف الأطراف."):
        assert said in page


def test_while_it_is_computed_the_page_looks_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.host()
    powers = house.framework.state.parts.powers
    monkeypatch.setattr(type(powers), "of", lambda *_: None)
    assert house.visitor().get(POWER).headers["refresh"] == "3"
    asked = house.visitor().get("/api/consultations/rivers/power")
    assert asked.json()["code"] == "still-computing"


def test_the_numbers_of_one_rule_are_computed_once(house: House) -> None:
    house.host()
    powers = house.framework.state.parts.powers
    client = house.visitor()
    client.get(POWER)
    (kept,) = powers._asked.values()
    client.get(f"{POWER}?need=half")
    assert list(powers._asked.values()) == [kept]


def test_a_share_that_is_almost_nothing_is_not_said_as_nothing() -> None:
    spoken = language("en")
    assert [share_words(value, spoken) for value in (0.0, 0.0004, 0.001, 0.25)] == [
        "0%",
        "under 0.1%",
        "0.1%",
        "25%",
    ]

"""The report is one file that tells the findings and nothing but the findings, whatever their shape."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pytest

from comity.findings.findings import Estimate, Findings
from comity.report.drawings import interval_bar
from comity.report.explanations import OUTCOMES
from comity.report.language import LONGEST
from comity.report.numbers import bytes_of, count, figure, share_with_interval
from comity.report.page import SECTIONS, report_html
from comity.report.reading import FULL, Reading, map_rows, party_rows
from tests.report.examples import SHAPES, classic, delta, no_votes, nothing_named, river, taxis
from tests.report.reading_pages import Element, parsed

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}</style></title>"
LOADING = ("src", "href", "srcset", "action", "formaction", "data", "poster", "background", "xlink:href")


@lru_cache(maxsize=32)
def page_of(name: str) -> str:
    return report_html(SHAPES[name]())


@lru_cache(maxsize=32)
def tree_of(name: str) -> Element:
    return parsed(page_of(name))


every_shape = pytest.mark.parametrize("name", SHAPES)


@every_shape
def test_it_loads_nothing_from_anywhere(name: str) -> None:
    tree = tree_of(name)
    assert all(
        one.attributes[attribute].startswith("#")
        for one in tree
        for attribute in LOADING
        if attribute in one.attributes
    )
    assert not tree.all("link")
    assert not tree.all("img")
    assert not tree.all("iframe")
    page = page_of(name)
    assert re.findall(r"url\((?!#)", page) == []
    assert "@import" not in page
    policy = tree.all("meta", **{"http-equiv": "Content-Security-Policy"})[0].attributes["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")


@every_shape
def test_its_sections_stand_in_the_order_of_the_issue(name: str) -> None:
    tree = tree_of(name)
    ids = [section.attributes["id"] for section in tree.all("section")]
    assert ids == ["asked", *(section.anchor for section in SECTIONS)]
    assert len(tree.all("h1")) == 1
    levels = [int(one.name[1]) for one in tree if re.fullmatch("h[1-6]", one.name)]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


@every_shape
def test_every_link_leads_somewhere_and_every_id_is_its_own(name: str) -> None:
    tree = tree_of(name)
    ids = [one.attributes["id"] for one in tree if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    links = {one.attributes["href"] for one in tree if "href" in one.attributes}
    assert links <= {f"#{one}" for one in ids}
    named = {one.attributes["aria-labelledby"] for one in tree if "aria-labelledby" in one.attributes}
    assert named <= set(ids)


@every_shape
def test_five_sentences_tell_what_was_found(name: str) -> None:
    (five,) = tree_of(name).all("dl", class_="five")
    sentences = [answer.text() for answer in five.all("dd")]
    assert len(sentences) == 5
    assert all(sentence.endswith(".") for sentence in sentences)
    assert all(not re.search(r"\b1 (people|votes|statements|groups)\b", sentence) for sentence in sentences)


@every_shape
def test_every_drawing_has_a_name_or_stands_beside_its_numbers(name: str) -> None:
    for drawing in tree_of(name).all("svg"):
        if drawing.attributes.get("role") == "img":
            assert drawing.all("title")[0].text()
            assert drawing.all("desc")[0].text()
        else:
            assert drawing.attributes["aria-hidden"] == "true"


@every_shape
def test_every_table_says_what_its_columns_are(name: str) -> None:
    for table in tree_of(name).all("table"):
        heads = table.all("thead")[0].all("th")
        assert heads
        assert all(head.attributes.get("scope") == "col" and head.text().strip() for head in heads)


@every_shape
def test_all_statements_are_there_in_full(name: str) -> None:
    findings = SHAPES[name]()
    (table,) = tree_of(name).all("table", class_="all")
    rows = {row.attributes["id"]: row for row in table.all("tr") if "id" in row.attributes}
    assert len(rows) == len(findings.statements)
    anchors = Reading(findings).anchors
    for found in findings.statements:
        row = rows[anchors[found.statement.statement_id]]
        assert found.statement.text[:LONGEST].strip() in row.text()


def test_a_row_tells_the_numbers_of_its_statement() -> None:
    findings = river()
    reading = Reading(findings)
    (table,) = tree_of("river").all("table", class_="all")
    rows = {row.attributes["id"]: row for row in table.all("tr") if "id" in row.attributes}
    for found in findings.statements:
        number, _, share, votes, divisive = [
            one
            for one in rows[reading.anchors[found.statement.statement_id]].holds
            if isinstance(one, Element)
        ]
        assert number.text() == found.statement.statement_id
        assert share.text().strip() == share_with_interval(found.agree)
        assert votes.text().split() == [
            count(found.tally.voted),
            *(count(found.tally.agreed), "agreed", count(found.tally.disagreed), "disagreed"),
            *(count(found.tally.passed), "passed"),
        ]
        assert divisive.text() == figure(found.divisiveness, 2)


def test_every_interval_is_drawn() -> None:
    """In the table of all: one line for everybody and each group. In a card: two lines for every side."""
    findings = river()
    reading = Reading(findings)
    page = page_of("river")
    for found in findings.statements:
        row = re.search(
            rf'<tr id="{reading.anchors[found.statement.statement_id]}">.*?</tr>', page, re.DOTALL
        )
        assert row is not None
        groups = [one for one in found.supports if one.side_id.startswith("group")]
        for estimate in (found.agree, *(one.agree for one in groups)):
            assert has_line(row[0], estimate)
    for shared in reading.common_ground[:FULL]:
        for support in reading.statements[shared.statement_id].supports:
            assert support.corrected_agree is not None
            assert (
                drawn(support.agree, support.corrected_agree, reading.letters.get(support.side_id, ""))
                in page
            )
    for apart in reading.differences[:FULL]:
        assert str(interval_bar(apart.gap)) in page


def has_line(row: str, estimate: Estimate) -> bool:
    """Is there a line from low to high? 4 pixels of margin, 200 for the whole."""
    low, high = (
        re.escape(f"{4 + share * 200:.1f}".removesuffix(".0")) for share in (estimate.low, estimate.high)
    )
    return re.search(rf'd="M{low} [\d.]+H{high}"', row) is not None


def drawn(estimate: Estimate, corrected: Estimate, letter: str) -> str:
    return str(interval_bar(estimate, corrected=corrected, letter=letter, threshold=True))


@pytest.mark.parametrize("name", ["river", "delta", "no_groups", "nobody_on_the_map", "classic"])
def test_every_number_on_the_page_is_a_number_of_the_findings(name: str) -> None:
    """Every figure, texts of people aside, is a count, a share or a parameter, written by our rules."""
    findings = SHAPES[name]()
    tree = tree_of(name)
    (page,) = tree.all("body")
    text = page.text(without=frozenset({"style", "script", "code"}), sayings=False)
    allowed = set(written(findings))
    for number in re.findall(r"[−-]?\d+(?:,\d{3})*(?:\.\d+)?", text):
        assert number.strip("-–") in allowed, f"{number!r} is on the page and not in the findings"


def written(findings: Findings) -> Iterator[str]:
    """Every number of the findings as the page may write it."""
    yield from (
        "0",
        "100",
        "1",
        findings.comity_version.rpartition(".")[0],
        *findings.comity_version.split("."),
    )
    yield from ("80", "256")  # where "between groups" begins; SHA-256
    reading = Reading(findings)
    for number in numbers_in(findings):
        if isinstance(number, float):
            for step in (1, 5):
                scaled = number * 100 / step
                yield from (
                    str(step * whole) for whole in (round(scaled), math.floor(scaled), math.ceil(scaled))
                )
                yield str(step * math.floor(scaled + 0.5))
            yield from (figure(number, decimals) for decimals in (1, 2, 3))
            yield str(number)
            yield from ("99", "95")  # over 99 %; kept off 100
        else:
            yield count(number)
    for outcome in OUTCOMES:
        yield count(reading.n_by_outcome[outcome])
    yield from (count(len(having)) for having in (findings.sides, reading.parties, findings.skipped))
    yield count(len(findings.opinion_map.points))
    yield count(findings.n_participants - findings.n_voted)
    yield count(reading.without_stance)
    for groups in reading.groups_of_parties.values():
        yield from (count(number) for number in groups.values())
    yield from derived(findings)


def derived(findings: Findings) -> Iterator[str]:
    """The few numbers that the page computes itself: shares of groups, the table beside the map, sizes of files."""
    reading = Reading(findings)
    on_map = len(findings.opinion_map.points)
    yield from (str(math.floor(side.size / on_map * 100 + 0.5)) for side in findings.sides if on_map)
    for row in map_rows(reading):
        yield from (figure(value, 1) for value in (row.across, row.upwards, row.scatter or 0))
        yield from (count(row.number), count(row.between or 0))
    for party in party_rows(reading):
        yield from (str(party.supports), str(party.rejects))
    yield from (bytes_of(file.size).split()[0] for file in findings.source.files)
    yield from (str(number) for number in range(1, len(reading.parties) + 1))
    text = " ".join((*findings.quality.says, findings.quality.why_groups, *findings.warnings))
    yield from re.findall(r"\d+", f"{text} {findings.opinion_map.reason_not_placed}")
    yield from re.findall(r"\d+", " ".join(line.reason for line in findings.skipped))


def numbers_in(value: object) -> Iterator[int | float]:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, (int, float)):
        yield value
    elif is_dataclass(value):
        yield from (number for one in fields(value) for number in numbers_in(getattr(value, one.name)))
        if hasattr(value, "voted"):
            yield value.voted
    elif isinstance(value, Mapping):
        yield from (number for one in value.values() for number in numbers_in(one))
    elif isinstance(value, (tuple, list)):
        yield from (number for one in value for number in numbers_in(one))


@pytest.mark.parametrize("make", [river, delta, classic, nothing_named, no_votes])
def test_no_text_of_anybody_becomes_markup(make: Callable[[], Findings]) -> None:
    findings = poisoned(
        make(), keep={"kind", "stance", "direction", "method", "side_id", "group", "party_id"}
    )
    page = report_html(findings)
    tree = parsed(page)
    assert len(tree.all("script")) == 1
    assert not tree.all("img")
    assert not [one for one in tree for name in one.attributes if name.startswith("on")]
    assert "<script>alert" not in page
    assert "49" not in tree.all("h1")[0].text()
    assert page.count("</style>") == 1


def poisoned(value: Any, keep: set[str]) -> Any:
    """The same findings with an attack in every text that is not one of our own words."""
    if isinstance(value, str):
        return value + ATTACK
    if is_dataclass(value) and not isinstance(value, type):
        ids = (
            "statement_id",
            "weakest_side",
            "participant_id",
            "letter",
            "moderation",
            "comity_version",
            "author_id",
        )
        return replace(
            value,
            **{
                one.name: poisoned(getattr(value, one.name), keep)
                for one in fields(value)
                if one.name not in keep
                and one.name not in ids
                and not one.name.endswith("_sides")
                and one.name not in ("side_certainty", "most_divisive")
            },
        )
    if isinstance(value, Mapping):
        return {key + ATTACK: poisoned(one, keep) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(poisoned(one, keep) for one in value)
    return value


def test_a_hostile_id_is_no_markup_and_no_link() -> None:
    findings = delta()
    first = findings.statements[0].statement.statement_id
    renamed = replace(
        findings,
        statements=tuple(
            replace(one, statement=replace(one.statement, statement_id=ATTACK))
            if one.statement.statement_id == first
            else one
            for one in findings.statements
        ),
        common_ground=tuple(
            replace(one, statement_id=ATTACK) if one.statement_id == first else one
            for one in findings.common_ground
        ),
        reserved_differences=tuple(
            replace(one, statement_id=ATTACK) if one.statement_id == first else one
            for one in findings.reserved_differences
        ),
        most_divisive=(),
        groups=tuple(replace(group, representative=()) for group in findings.groups),
    )
    tree = parsed(report_html(renamed))
    assert len(tree.all("script")) == 1
    assert not tree.all("img")


def test_statements_keep_their_language_and_direction() -> None:
    quotes = tree_of("delta").all("blockquote")
    assert quotes
    assert all(quote.attributes["dir"] == "rtl" for quote in quotes)
    chinese = [one for one in tree_of("taxis") if one.attributes.get("lang")]
    assert {one.attributes["lang"] for one in chinese if one.name != "html"} == {"zh-Hant"}


def test_a_consultation_of_the_size_of_vtaiwan_is_at_most_400_kilobytes() -> None:
    assert len(page_of("taxis").encode()) <= 400_000


def test_the_same_findings_give_the_same_bytes() -> None:
    assert report_html(river()) == report_html(river())


def test_the_classic_method_says_what_it_does_not_compute() -> None:
    text = tree_of("classic").text()
    assert "This method does not say how exactly people are placed." in text
    assert "Corrected" not in text
    assert "comity report PATH --method classic" in text


def test_skipped_lines_are_listed() -> None:
    text = tree_of("river").text()
    assert "the vote is 2; it has to be 1, 0 or -1" in text
    assert "4,021" in text


EMPTY = {
    "no_votes": ("Nobody has voted yet on the 3 statements.", "Nobody has a place on the map."),
    "one_participant": ("1 person cast 5 votes", "Only one person has a place; a map needs two."),
    "one_statement": ("on 1 statement", "The one statement is open"),
    "everybody_agrees": ("Five statements are common ground", "each end of the spectrum supports them"),
    "no_groups": (
        "There are no separate opinion groups",
        "no parties were named",
        "are the outer quarters",
    ),
    "nothing_named": (
        "No common ground is certain",
        "No difference is certain",
        "No statement reaches that here.",
    ),
    "nobody_on_the_map": ("Nobody has a place on the map", "60 people are not drawn (fewer than 7 votes)."),
    "many_parties": ("26 parties, a line each", "speaks through a delegation"),
    "assembly": ("190 parties vote themselves, a line each", "190 parties cast"),
    "private": ("single people are not shown", "its first 4,211 entries"),
}


@pytest.mark.parametrize("name", EMPTY)
def test_what_is_not_there_is_said_in_words(name: str) -> None:
    text = re.sub(r"\s+", " ", tree_of(name).text()).replace(" ,", ",").replace(" .", ".")
    for sentence in EMPTY[name]:
        assert sentence in text


def test_the_chinese_example_is_as_large_as_vtaiwan() -> None:
    findings = taxis()
    assert findings.n_participants == 1_921
    assert findings.n_statements == 197
    assert 40_000 < findings.n_votes < 60_000

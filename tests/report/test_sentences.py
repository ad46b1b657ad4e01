"""Plain sentences: one and many, certain and not, nobody and everybody."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from comity.cli.choices import Choices
from comity.findings.findings import Findings, OpinionMap
from comity.findings.parameters import Parameters
from comity.report import explanations, sentences
from comity.report.language import plain
from comity.report.numbers import chance, share_with_interval
from comity.report.reading import Reading
from tests.report.examples import (
    assembly,
    classic,
    everybody_agrees,
    many_parties,
    no_votes,
    nothing_named,
    river,
    small,
    taxis,
)


def found(findings: Findings) -> dict[str, str]:
    return {label: plain(sentence) for label, sentence in sentences.found(Reading(findings))}


def test_one_shared_statement_and_many() -> None:
    findings = taxis()
    shared = [one for one in findings.common_ground if one.named]
    first_only = replace(
        findings, common_ground=tuple(replace(one, named=one is shared[0]) for one in findings.common_ground)
    )
    assert found(first_only)["Common ground"].startswith(
        "One statement is common ground, supported by every group: “"
    )
    supported = sum(one.direction == "support" for one in shared)
    assert found(findings)["Common ground"].startswith(
        f"{len(shared)} statements are common ground: every group supports {supported} and rejects "
        f"{len(shared) - supported} of them; the surest is “"
    )


def test_one_difference_names_who_is_for_and_who_is_against() -> None:
    findings = river()
    apart = [one for one in findings.reserved_differences if one.named]
    first_only = replace(findings, reserved_differences=(apart[0],))
    sentence = found(first_only)["Differences"]
    assert sentence.startswith("On one statement sides stand surely apart, “")
    assert "support it; " in sentence
    assert "reject it." in sentence
    whole = plain(sentences.difference_sentence(Reading(findings), apart[0]))
    for side in findings.sides:
        assert side.name in whole
    assert whole.endswith(f"({chance(apart[0].certainty)}).")


def test_a_partial_difference_does_not_say_that_anybody_rejects() -> None:
    findings = river()
    apart = next(one for one in findings.reserved_differences if one.kind == "partial")
    sentence = plain(sentences.stances(Reading(findings), apart))
    assert "reject it" not in sentence.replace("nor reject it", "")
    assert "neither support nor reject it" in sentence


def test_no_groups_are_said_to_be_none() -> None:
    assert found(small(n_people=40, n_statements=12))["Groups"].startswith(
        "There are no separate opinion groups:"
    )
    assert found(no_votes())["Groups"].startswith("Nobody cast enough votes")


def test_everybody_is_one_side_when_nobody_is_told_apart() -> None:
    assert "each end of the spectrum supports them" in found(everybody_agrees())["Common ground"]
    alone = replace(everybody_agrees(), sides=everybody_agrees().sides[:1], ends=())
    assert "everybody taken together supports them" in found(alone)["Common ground"]
    assert "With one side only" in found(alone)["Differences"]


def test_nothing_certain_is_said_so() -> None:
    sentence = found(nothing_named())
    assert sentence["Common ground"].startswith("No common ground is certain")
    assert sentence["Differences"].startswith("No difference is certain")


def test_people_who_are_not_on_the_map_are_counted() -> None:
    findings = river()
    one = replace(findings, opinion_map=replace(findings.opinion_map, not_placed=1))
    assert "1 person with few votes is counted in every total but not on the map." in found(one)["How sure"]
    assert explanations.not_placed(Reading(one)) == "1 person is not drawn (fewer than 7 votes)."


def test_many_sides_without_a_stance_are_a_number() -> None:
    findings = many_parties()
    apart = next(one for one in findings.reserved_differences if len(one.other_sides) > 20)
    assert "other sides have no certain stance" in plain(sentences.stances(Reading(findings), apart))


def test_a_party_says_where_its_people_stand() -> None:
    reading = Reading(river())
    texts = [plain(sentences.party_sentence(reading, side)) for side in reading.parties]
    assert any(text.endswith("all in Group A.") for text in texts)
    nobody = replace(reading.parties[0], on_map=0)
    assert plain(sentences.party_sentence(reading, nobody)).endswith("; nobody has a place on the map.")
    assert plain(sentences.party_sentence(reading, replace(nobody, n_votes=0))) == "Nobody has voted for it."


def test_the_command_names_only_what_was_chosen_otherwise() -> None:
    findings = river()
    assert explanations.command(Reading(findings)) == "comity report PATH"
    chosen = replace(findings.parameters, threshold=0.7, include_rejected=True, method="classic")
    assert explanations.command(Reading(replace(findings, parameters=chosen))) == (
        "comity report PATH --method classic --threshold 0.7 --include-rejected"
    )


def test_the_command_uses_options_that_the_command_line_has() -> None:
    options = {field.name for field in fields(Choices)}
    assert {field.name for field in fields(Parameters)} - {"delegation_below"} <= options


def test_what_the_axes_explain_is_said_as_the_method_means_it() -> None:
    findings = river()
    whole = replace(findings, opinion_map=replace(findings.opinion_map, axes_explained=(0.9, 0.1)))
    assert explanations.map_explained(Reading(whole)).endswith(
        "Of what the map explains of their answers, 90% lies from left to right and 10% from bottom to top."
    )
    assert explanations.map_explained(Reading(findings)).endswith("; the rest is not drawn.")
    assert "Of all that sets answers apart, 31% lies" in explanations.map_explained(Reading(classic()))
    assert explanations.map_explained(Reading(assembly())).startswith("Parties that stand near")


def test_the_directions_of_the_map_are_told_by_statements() -> None:
    reading = Reading(river())
    ends = explanations.axes(reading)
    assert [direction for direction, _ in ends][:2] == ["Further right", "Further left"]
    rightmost = max(reading.statements.values(), key=lambda one: one.position[0] if one.position else 0.0)
    assert ends[0][1] == rightmost.statement.statement_id
    nowhere = replace(
        reading.findings, statements=tuple(replace(one, position=None) for one in reading.statements.values())
    )
    assert explanations.axes(Reading(nowhere)) == ()


def test_an_empty_map_has_no_rows() -> None:
    findings = replace(river(), opinion_map=OpinionMap((), (), 3, ""))
    assert explanations.not_placed(Reading(findings)) == "3 people are not drawn."


@pytest.mark.parametrize("make", [river, taxis, many_parties])
def test_every_shared_statement_says_how_sure_and_of_whom_least(make: object) -> None:
    assert callable(make)
    reading = Reading(make())
    for shared in reading.common_ground:
        sentence = plain(sentences.common_ground_sentence(reading, shared))
        assert chance(shared.certainty) in sentence
        assert f"least surely by {reading.sides[shared.weakest_side].name}." in sentence


def test_a_small_side_is_told_in_fives() -> None:
    reading = Reading(river())
    wide = [
        support
        for found in reading.statements.values()
        for support in found.supports
        if support.agree.high - support.agree.low > 0.2
    ]
    assert wide
    assert all(share_with_interval(support.agree).startswith("about ") for support in wide)

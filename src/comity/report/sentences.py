"""What was found, in plain sentences: certainty in words and in numbers, and no more than the findings hold.

Every function returns `Markup`: names and statements of people are escaped and keep their language and direction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from comity.findings.findings import (
    CommonGround,
    Direction,
    Estimate,
    ReservedDifference,
    Side,
)
from comity.report.drawings import badge
from comity.report.language import attributes, quoted
from comity.report.numbers import (
    certainty_words,
    chance,
    count,
    counted,
    figure,
    listed,
    percent,
    share_with_interval,
)
from comity.report.reading import FEW_SIDES, Reading

STANCES = {
    "supports": ("supports it", "support it"),
    "rejects": ("rejects it", "reject it"),
    "divided": ("neither supports nor rejects it", "neither support nor reject it"),
    "uncertain": ("has no certain stance", "have no certain stance"),
    "silent": ("did not vote on it", "did not vote on it"),
}
"""What one side, and several sides, do about a statement."""
IN_A_SENTENCE = 120
"""A statement inside one of our sentences is shortened to so many letters; it stands in full further down."""


def side_name(reading: Reading, side_id: str) -> Markup:
    """A side as it is called, a group or an end with its mark before it."""
    side = reading.sides[side_id]
    if side_id in reading.letters:
        return Markup('<span class="nb">{}{}</span>').format(badge(reading.letters[side_id]), side.name)
    if side.kind == "group":
        return Markup("the map as a whole")
    return Markup("<bdi{}>{}</bdi>").format(attributes(side.name), side.name)


def side_head(reading: Reading, side_id: str) -> Markup:
    """A side as the head of a line in a table."""
    return _capital(side_name(reading, side_id))


def numbered_head(reading: Reading, side_id: str) -> Markup:
    """The same beside the map: a party or bloc with the number that it has there."""
    order = [side.side_id for side in reading.numbered]
    if side_id not in order:
        return side_head(reading, side_id)
    return Markup('<span class="place">{}</span> {}').format(
        order.index(side_id) + 1, side_head(reading, side_id)
    )


def side_names(reading: Reading, side_ids: Sequence[str], *, longest: int = 0) -> Markup:
    """Sides in a row; beyond `longest` the rest is a number."""
    names = [side_name(reading, side_id) for side_id in side_ids]
    if longest and len(names) > longest:
        more = Markup("{} more").format(count(len(names) - longest + 1))
        names = [*names[: longest - 1], more]
    return _listed(names)


def all_sides(reading: Reading) -> str:
    """Who has to agree before something is common ground, as the subject of a sentence in the singular.

    'every group and every party', 'each end of the spectrum', 'every party', or 'everybody taken together' where
    nobody is told apart.
    """
    kinds = ["every group"] if reading.has_groups else []
    kinds += ["each end of the spectrum"] if reading.ends else []
    kinds += ["every party"] if reading.parties else []
    kinds += ["every bloc"] if reading.blocs else []
    return listed(kinds) or "everybody taken together"


def people(reading: Reading, number: int, *, words: bool = False) -> str:
    """A number of participants: people, or parties where each participant is one."""
    if reading.parties_vote:
        return counted(number, "party", "parties", words=words)
    return counted(number, "person", "people", words=words)


def asked(reading: Reading) -> Markup:
    """Of whom: people, votes, statements, parties."""
    findings = reading.findings
    if findings.n_votes == 0:
        return Markup("Nobody has voted yet on the {}.").format(counted(findings.n_statements, "statement"))
    silent = findings.n_participants - findings.n_voted
    also = f"; {counted(silent, 'other')} took part without voting" if silent > 0 else ""
    return Markup("{} cast {} on {}{}.{}").format(
        people(reading, findings.n_voted),
        counted(findings.n_votes, "vote"),
        counted(findings.n_statements, "statement"),
        also,
        _parties_asked(reading),
    )


def found(reading: Reading) -> tuple[tuple[str, Markup], ...]:
    """The five sentences: common ground, differences, what is open, groups, and how sure all this is."""
    return (
        ("Common ground", common_ground_found(reading)),
        ("Differences", differences_found(reading)),
        ("Still open", open_found(reading)),
        ("Groups", groups_found(reading)),
        ("How sure", surety(reading)),
    )


def groups_found(reading: Reading) -> Markup:
    on_map = reading.n_on_map
    if on_map == 0:
        return Markup(
            "Nobody cast enough votes to be placed on an opinion map, so no groups were looked for."
        )
    if on_map == 1:
        return Markup("Only one person has a place on the opinion map, so there can be no groups.")
    none = Markup("There are <b>no separate opinion groups</b>")
    if reading.ends:
        return Markup("{}: {} spread along a spectrum, of which {} and {} are the outer quarters.").format(
            none, people(reading, on_map), *(side_name(reading, side.side_id) for side in reading.ends)
        )
    if not reading.has_groups:
        return Markup("{} among the {} on the map.").format(none, people(reading, on_map))
    sizes = [
        Markup("{} with {}").format(side_name(reading, side.side_id), people(reading, side.size))
        for side in reading.group_sides
    ]
    groups = counted(len(reading.group_sides), "opinion group", words=True)
    return Markup("Answers fall into <b>{}</b>: {}.").format(groups, _listed(sizes))


def common_ground_found(reading: Reading) -> Markup:
    shared = reading.common_ground
    if len(shared) == 1:
        verb = "supported" if shared[0].direction == "support" else "rejected"
        return Markup("<b>One statement is common ground</b>, {} by {}: {}.").format(
            verb, all_sides(reading), _statement(reading, shared[0].statement_id)
        )
    if shared:
        opening = capital(f"{counted(len(shared), 'statement', words=True)} are common ground")
        return Markup("<b>{}</b>: {}; the surest is {}.").format(
            opening, _shared_how(reading, shared), _statement(reading, shared[0].statement_id)
        )
    if reading.findings.n_votes == 0:
        return Markup("No common ground can be shown before anybody has voted.")
    if reading.nearly_common:
        near = reading.nearly_common[0]
        return Markup(
            "<b>No common ground</b> is certain; nearest to it is {}, with a certainty of {}."
        ).format(_statement(reading, near.statement_id), chance(near.certainty))
    return Markup("<b>No common ground</b> is certain, and no statement comes near it.")


def differences_found(reading: Reading) -> Markup:
    apart = reading.differences
    if len(reading.findings.sides) < 2:
        return Markup("With one side only, nobody can stand apart: <b>no difference</b> is reserved.")
    if not apart:
        return Markup("<b>No difference</b> is certain: on no statement do sides stand surely apart.")
    first = apart[0]
    return Markup("<b>On {} sides stand surely apart</b>{} {}: {}.").format(
        counted(len(apart), "statement", words=True),
        "," if len(apart) == 1 else ", furthest on",
        _statement(reading, first.statement_id),
        stances(
            reading, replace(first, other_sides=() if first.against_sides else first.other_sides), longest=3
        ),
    )


def open_found(reading: Reading) -> Markup:
    number, total = reading.n_by_outcome["open"], len(reading.statements)
    if total == 0:
        return Markup("There was no statement to vote on.")
    if reading.findings.n_votes == 0:
        waits = counted(total, "statement waits", "statements wait", words=True)
        return Markup("{} for votes.").format(capital(waits))
    if number == 0:
        return Markup("Nothing is left open: every statement is either shared by all or surely disputed.")
    few = reading.without_stance
    which = f"{'All' if number == total else 'The other'} {counted(number, 'statement', words=True)}"
    if number == 1:
        which = "The one statement" if total == 1 else "One statement"
    tail = ""
    if few:
        where = "there" if number == 1 else "on all of them" if few == number else f"on {count(few)} of them"
        tail = f"; {where} it is not certain where every side stands"
    return Markup("{} {} <b>open</b>, neither surely shared nor surely disputed{}.").format(
        which, "is" if number == 1 else "are", tail
    )


def surety(reading: Reading) -> Markup:
    """What the certainty of all this rests on, and who is not on the map."""
    findings = reading.findings
    if findings.n_votes == 0:
        return Markup("There is nothing yet to be sure of.")
    least = percent(findings.parameters.certainty)
    parts = [f"Nothing is called shared or disputed unless it is at least {least} certain"]
    stability = findings.quality.group_stability
    if reading.has_groups and stability is not None:
        parts.append(f"the grouping is {stability_words(stability)} ({figure(stability, 2)} of 1)")
    missing = findings.opinion_map.not_placed
    if missing and reading.n_on_map:
        are = "is" if missing == 1 else "are"
        parts.append(
            f"{people(reading, missing)} with few votes {are} counted in every total but not on the map"
        )
    return Markup("{}.").format("; ".join(parts))


def stability_words(stability: float) -> str:
    """How well the grouping would survive another sample of people.

    >>> [stability_words(s) for s in (0.95, 0.8, 0.6, 0.3)]
    ['stable', 'fairly stable', 'shaky', 'unstable']
    """
    steps = ((0.9, "stable"), (0.75, "fairly stable"), (0.5, "shaky"))
    return next((words for least, words in steps if stability >= least), "unstable")


def common_ground_sentence(reading: Reading, shared: CommonGround) -> Markup:
    """One shared statement: how certainly, who supports it, and of whom that is least sure."""
    verb = "supported" if shared.direction == "support" else "rejected"
    least = Markup("")
    if len(shared.side_certainty) > 1:
        least = Markup(", least surely by {}").format(side_name(reading, shared.weakest_side))
    return Markup("{} {} by {}{}.").format(certainty(shared.certainty), verb, all_sides(reading), least)


def nearly_sentence(reading: Reading, near: CommonGround) -> Markup:
    """Why one statement is not yet common ground: how likely it is, and who is least sure."""
    verb = "supported" if near.direction == "support" else "rejected"
    if len(near.side_certainty) < 2:
        return Markup("{} {}.").format(certainty(near.certainty), verb)
    return Markup("{} {} by all, least surely by {}.").format(
        certainty(near.certainty), verb, side_name(reading, near.weakest_side)
    )


def difference_sentence(reading: Reading, apart: ReservedDifference) -> Markup:
    """One disputed statement: who is for it, who is against it, who is neither."""
    return Markup("{}. {}.").format(_capital(stances(reading, apart)), certainty(apart.certainty))


def stances(reading: Reading, apart: ReservedDifference, *, longest: int = 0) -> Markup:
    """Each side's stance on a disputed statement; sides of one stance together."""
    together: dict[str, list[str]] = {}
    for side_id in (*apart.for_sides, *apart.against_sides, *apart.other_sides):
        support = reading.support(apart.statement_id, side_id)
        together.setdefault(support.stance if support else "silent", []).append(side_id)
    parts = [
        Markup("{} {}").format(
            _who(reading, stance, together[stance], longest), verbs[len(together[stance]) > 1]
        )
        for stance, verbs in STANCES.items()
        if stance in together
    ]
    return Markup("; ").join(parts)


def group_sentence(reading: Reading, side: Side) -> Markup:
    """Who a group, or an end of the spectrum, is, in figures."""
    group = reading.group(side.side_id)
    share = percent(side.on_map / reading.n_on_map) if reading.n_on_map else "0%"
    belong = Markup("")
    if group is not None and side.kind == "group":
        belong = Markup(" On average a member belongs to it with {} probability.").format(
            chance(group.mean_membership)
        )
    return Markup("{}, {} of those on the map; {}.{}").format(
        people(reading, side.size), share, counted(side.n_votes, "vote"), belong
    )


def bloc_sentence(reading: Reading, side: Side) -> Markup:
    """How many parties of a bloc voted, and where they stand on the map."""
    cast = f"{counted(side.size, 'party', 'parties')} cast {counted(side.n_votes, 'vote')}"
    where = reading.groups_of_parties.get(side.side_id, Counter())
    parts = [
        Markup("{} in {}").format(count(where[group.side_id]), side_name(reading, group.side_id))
        for group in reading.group_sides
        if reading.has_groups and where.get(group.side_id)
    ]
    return Markup("{}, taken as its position{}.").format(cast, Markup("; ") + _listed(parts) if parts else "")


def party_sentence(reading: Reading, side: Side) -> Markup:
    """Who speaks for a party, and where its people stand on the map."""
    if side.n_votes == 0:
        return Markup("Nobody has voted for it.")
    voted = Markup("{} cast {} for it").format(
        counted(side.size, "person", "people"), counted(side.n_votes, "vote")
    )
    if side.is_delegation:
        voted = Markup("A delegation of {} cast {}, taken as its position").format(
            counted(side.size, "person", "people"), counted(side.n_votes, "vote")
        )
    if side.on_map == 0:
        return Markup("{}; {} has a place on the map.").format(voted, "nobody")
    if not reading.has_groups:
        return Markup("{}; {} on the map.").format(
            voted, counted(side.on_map, "person has a place", "people have a place")
        )
    where = reading.groups_of_parties.get(side.side_id, Counter())
    parts = [
        Markup("{} in {}").format(count(where[group.side_id]), side_name(reading, group.side_id))
        for group in reading.group_sides
        if where.get(group.side_id)
    ]
    on_map = counted(side.on_map, "of them has", "of them have")
    if len(parts) == 1 and side.on_map > 1:
        return Markup("{}; {} a place on the map, all {}.").format(voted, on_map, parts[0].partition(" ")[2])
    return Markup("{}; {} a place on the map: {}.").format(voted, on_map, _listed(parts))


def certainty(probability: float) -> Markup:
    """Certainty in words and in numbers.

    >>> certainty(0.97)
    Markup('Very likely (97%)')
    """
    return Markup("{} ({})").format(capital(certainty_words(probability)), chance(probability))


def share_in(direction: Direction, estimate: Estimate) -> str:
    """The share of a side that answered in a direction.

    >>> share_in("reject", Estimate(0.71, 0.64, 0.78))
    '71% (64–78) disagreed'
    """
    return f"{share_with_interval(estimate)} {'agreed' if direction == 'support' else 'disagreed'}"


def capital(text: str) -> str:
    """With a capital letter."""
    return text[:1].upper() + text[1:]


def closed(sentence: str) -> str:
    """A sentence with a capital letter and a full stop, whoever wrote it.

    >>> closed("one cloud fits best"), closed("Two.")
    ('One cloud fits best.', 'Two.')
    """
    text = capital(sentence.strip())
    return text if text.endswith((".", "!", "?")) or not text else text + "."


def _who(reading: Reading, stance: str, side_ids: Sequence[str], longest: int) -> Markup:
    """Sides of one stance by name; of many that neither support nor reject, the number."""
    if len(side_ids) > FEW_SIDES and stance not in ("supports", "rejects"):
        return Markup("{}").format(counted(len(side_ids), "other side"))
    return side_names(reading, side_ids, longest=longest)


def _statement(reading: Reading, statement_id: str) -> Markup:
    """A statement inside a sentence, leading to its line in the table of all."""
    statement = reading.statements[statement_id].statement
    language = reading.language(statement.text, statement.language)
    return Markup('<a class="to" href="#{}">{}</a>').format(
        reading.anchors[statement_id], quoted(statement.text, language, longest=IN_A_SENTENCE)
    )


def _shared_how(reading: Reading, shared: Sequence[CommonGround]) -> str:
    """Who supports or rejects what is shared."""
    supported = sum(found.direction == "support" for found in shared)
    rejected = len(shared) - supported
    if not rejected or not supported:
        return f"{all_sides(reading)} {'supports' if supported else 'rejects'} them"
    return f"{all_sides(reading)} supports {count(supported)} and rejects {count(rejected)} of them"


def _parties_asked(reading: Reading) -> Markup:
    parties = reading.findings.parties
    if not parties or reading.parties_vote:
        return Markup("")
    names = [Markup("<bdi{}>{}</bdi>").format(attributes(party.name), party.name) for party in parties[:12]]
    if len(parties) > len(names):
        names[-1] = Markup("{} more").format(count(len(parties) - len(names) + 1))
    return Markup(" They spoke for {}: {}.").format(
        counted(len(parties), "party", "parties", words=True), _listed(names)
    )


def _listed(parts: Sequence[Markup]) -> Markup:
    if len(parts) < 2:
        return Markup("").join(parts)
    return Markup("{} and {}").format(Markup(", ").join(parts[:-1]), parts[-1])


def _capital(sentence: Markup) -> Markup:
    """What may begin with a side's name: with a capital letter where that is a word of ours."""
    return Markup("The") + sentence[3:] if sentence.startswith("the ") else sentence

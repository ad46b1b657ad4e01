"""Decision rules as small readable files (TOML), and the ready-made ones that come with Comity.

    title = "Council of the EEC, 1958"
    source = "Treaty of Rome, Article 148"
    [parties]
    France = 4
    Luxembourg = { votes = 1, bloc = "Benelux" }
    [rule]
    yes = "votes"
    at_least = 12

A party's number alone is its `votes`; a table names its capacities and its bloc. A part of a rule is one of

    yes = CAPACITY, at_least | more_than | all_but = NUMBER or "65 %" or "2/3", of = "all" | "present" | "voting"
    veto = [PARTY, ...] or "BLOC"        nobody of these says no (consent = ...: each says yes)
    present = CAPACITY, at_least = ...   a quorum
    all = [PART, ...]    any = [PART, ...]    at_least = 2, parts = [PART, ...]
    in_bloc = "BLOC", rule = PART        each_bloc = PART        blocs = 2, rule = PART

CAPACITY "parties" counts heads. A file without [parties] needs a table of members. `docs/reference/rule-files.md`
explains each with an example.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files
from typing import Any

from comity.errors import Refused
from comity.exchange.files import FileBytes
from comity.exchange.members import check_counted, members_from, seated
from comity.record.consultation import Party
from comity.record.rule import (
    HEADS,
    AtLeast,
    Base,
    Blocs,
    DecisionRule,
    InBloc,
    Part,
    Present,
    Veto,
    Yes,
    checked,
)

READY_MADE = (
    "consensus-minus-one",
    "eec-council-1958",
    "eu-council",
    "imf-70",
    "imf-85",
    "imf-amendment",
    "one-party-one-vote",
    "un-general-assembly",
    "un-general-assembly-two-thirds",
    "un-security-council",
    "unanimity",
    "us-electoral-college",
    "world-bank-1944",
    "world-bank-1944-amendment",
)
"""The rules that come with Comity; each is a file `ready_made/<name>.toml` that says its source and year."""
NEED_MEMBERS = ("world-bank", "world-bank-amendment")
"""Rules that come without parties, because no full official table of them could be read: the user's own is needed."""
FOUNDING = {"world-bank": "world-bank-1944", "world-bank-amendment": "world-bank-1944-amendment"}
NamedFile = tuple[str, FileBytes]
"""A file by its name and content."""
BASES: dict[str, Base] = {"all": "all", "present": "present", "voting": "voting"}
NEEDS = ("at_least", "more_than", "all_but")
TEXTS = ("title", "summary", "source", "as_of", "figures", "note", "measure")


def ready_made(name: str, members: NamedFile | None = None) -> DecisionRule:
    """A rule that comes with Comity, with its own parties or with the members of a table.

    Raises Refused for a name that is none of READY_MADE and NEED_MEMBERS, and for one of the latter without members.

    >>> ready_made("eec-council-1958").party_names[-1]
    'Luxembourg'
    """
    text = ready_made_text(name)
    if name in NEED_MEMBERS and members is None:
        raise Refused(
            "figures-missing",
            f"{name} comes without its members' votes, because no full official table of them could be read: give the "
            f"World Bank's own table with --members FILE, or take {FOUNDING[name]}, the votes of the founders",
        )
    return rule_from_toml(text, name, members)


def ready_made_text(name: str) -> str:
    """The file of a ready-made rule, as an example to copy and change. Raises Refused where there is none."""
    if name not in (*READY_MADE, *NEED_MEMBERS):
        raise Refused(
            "rule-unknown",
            f"there is no rule or file called {name}; ready-made are {', '.join((*READY_MADE, *NEED_MEMBERS))}",
        )
    return (files("comity.exchange") / "ready_made" / f"{name}.toml").read_text(encoding="utf-8")


def title_of(name: str) -> str:
    """What a ready-made rule is called, without its parties.

    >>> title_of("world-bank")
    'World Bank, most decisions'
    """
    return str(tomllib.loads(ready_made_text(name))["title"])


def rule_from_toml(text: str | bytes, name: str, members: NamedFile | None = None) -> DecisionRule:
    """A rule file -> the rule, its names and numbers checked. Raises Refused with one sentence otherwise.

    members: a table (its name and content) whose members take the place of the file's parties; its date and name
    then take the place of what the file says of its figures.

    >>> rule = rule_from_toml('title="Two"\\n[parties]\\nana=1\\ndov=2\\n[rule]\\nyes="votes"\\nat_least=2', "two")
    >>> rule.part.number
    Fraction(2, 1)
    """
    try:
        table = tomllib.loads(text.decode("utf-8") if isinstance(text, bytes) else text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(
            "rule-unreadable", f"{name} is not a rule file: {error}; see the example files"
        ) from None
    unknown = set(table) - {*TEXTS, "parties", "rule"}
    if unknown:
        raise _unreadable(name, f"it has {min(unknown)!r}, which is not part of a rule file")
    for key in TEXTS:
        if not isinstance(table.get(key, ""), str):
            raise _unreadable(name, f"its {key} is not a text")
    parties = table.get("parties", {})
    if not isinstance(parties, dict):
        raise _unreadable(name, "[parties] is not a table of names")
    if not isinstance(table.get("rule"), dict):
        raise _unreadable(name, "it has no [rule]")
    own = tuple(_party(name, party, given) for party, given in parties.items())
    title = table.get("title", name)
    if members is None:
        part = _part(name, table["rule"], own)
        return checked(_rule(name, table, own, part, table.get("as_of", ""), table.get("figures", "")))
    return _with_members(name, title, table, own, members)


def _rule(
    name: str, table: Mapping[str, Any], parties: tuple[Party, ...], part: Part, as_of: str, figures: str
) -> DecisionRule:
    return DecisionRule(
        name=name,
        title=table.get("title", name),
        parties=parties,
        part=part,
        summary=table.get("summary", ""),
        source=table.get("source", ""),
        as_of=as_of,
        figures=figures,
        note=table.get("note", ""),
        measure=table.get("measure"),
    )


def _with_members(
    name: str, title: str, table: Mapping[str, Any], own: tuple[Party, ...], given: NamedFile
) -> DecisionRule:
    """The rule with the members of a table in the place of its own parties."""
    file, content = given
    counted = dict.fromkeys(
        [*_counted_in(table["rule"]), *(key for party in own for key in party.capacities)]
    )
    members = members_from(content, file, tuple(counted))
    blocs = frozenset(party.bloc for party in own if party.bloc)
    parties = seated(members, own, _blocs_in(table["rule"], blocs), title)
    part = _part(name, table["rule"], parties)
    check_counted(members, part, title)
    figures = " ".join((f"The members and their numbers are those of the table {file}.", *members.notes))
    rule = _rule(name, table, parties, part, members.as_of, figures)
    if rule.measure not in (None, HEADS, *rule.capacities):
        rule = replace(rule, measure=None)
    return checked(rule)


def _counted_in(given: Any) -> Iterator[str]:
    """The capacities that a part counts, as written, before it is read as a part."""
    if isinstance(given, dict):
        yield from (str(given[key]) for key in ("yes", "present") if given.get(key, HEADS) != HEADS)
        for inner in given.values():
            yield from _counted_in(inner)
    elif isinstance(given, list):
        for inner in given:
            yield from _counted_in(inner)


def _blocs_in(given: Any, known: frozenset[str]) -> frozenset[str]:
    """The blocs that a part names, all that are known where it asks each of them; before it is read as a part."""
    if isinstance(given, list):
        return frozenset().union(*(_blocs_in(inner, known) for inner in given))
    if not isinstance(given, dict):
        return frozenset()
    if "each_bloc" in given or "blocs" in given:
        return known
    named = {given[key] for key in ("veto", "consent", "in_bloc") if isinstance(given.get(key), str)}
    return frozenset(named).union(*(_blocs_in(inner, known) for inner in given.values()))


def _unreadable(name: str, why: str) -> Refused:
    return Refused(
        "rule-unreadable", f"{name} cannot be read as a rule: {why}; see docs/reference/rule-files.md"
    )


def _party(name: str, party: str, given: Any) -> Party:
    if not party.strip():
        raise _unreadable(name, "it has a party without a name")
    if _is_number(given):
        return Party(party, party, None, {"votes": given})
    if not isinstance(given, dict):
        raise _unreadable(name, f"{party} is neither a number of votes nor a table")
    bloc = given.get("bloc")
    if bloc is not None and not isinstance(bloc, str):
        raise _unreadable(name, f"the bloc of {party} is not a text")
    capacities = {key: value for key, value in given.items() if key != "bloc"}
    for key, value in capacities.items():
        if not _is_number(value):
            raise _unreadable(name, f"the {key} of {party} is not a number")
    return Party(party, party, bloc, capacities)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _part(name: str, given: Any, parties: tuple[Party, ...]) -> Part:
    if not isinstance(given, dict):
        raise _unreadable(name, f"{given!r} is not a part of a rule")
    if "yes" in given:
        return _yes(name, given)
    if "veto" in given or "consent" in given:
        key = "veto" if "veto" in given else "consent"
        _only(name, given, {key})
        return Veto(_named(name, given[key], parties), needs_yes=key == "consent")
    if "present" in given:
        _only(name, given, {"present", "at_least"})
        share, number = amount(given.get("at_least", 1), name)
        return Present(_text(name, given["present"]), share, number)
    return _of_blocs(name, given, parties)


def _of_blocs(name: str, given: Mapping[str, Any], parties: tuple[Party, ...]) -> Part:
    if "in_bloc" in given:
        _only(name, given, {"in_bloc", "rule"})
        return InBloc(_text(name, given["in_bloc"]), _part(name, given.get("rule"), parties))
    if "each_bloc" in given:
        _only(name, given, {"each_bloc"})
        return Blocs(None, _part(name, given["each_bloc"], parties))
    if "blocs" in given:
        _only(name, given, {"blocs", "rule"})
        return Blocs(_count(name, given["blocs"]), _part(name, given.get("rule"), parties))
    return _branch(name, given, parties)


def _branch(name: str, given: Mapping[str, Any], parties: tuple[Party, ...]) -> Part:
    for key, number in (("all", None), ("any", 1), ("parts", given.get("at_least"))):
        if key in given:
            _only(name, given, {key, "at_least"} if key == "parts" else {key})
            inner = given[key]
            if not isinstance(inner, list) or not inner:
                raise _unreadable(name, f"{key} needs a list of parts")
            wanted = None if number is None else _count(name, number)
            return AtLeast(wanted, tuple(_part(name, one, parties) for one in inner))
    raise _unreadable(
        name, f"a part says {', '.join(map(str, given)) or 'nothing'}, which is no kind of part"
    )


def _yes(name: str, given: Mapping[str, Any]) -> Yes:
    _only(name, given, {"yes", "of", *NEEDS})
    stated = [key for key in NEEDS if key in given]
    if len(stated) != 1:
        raise _unreadable(name, "a part with `yes` needs one of at_least, more_than and all_but")
    if given.get("of", "all") not in BASES:
        raise _unreadable(name, f"`of` is all, present or voting, not {given['of']!r}")
    share, number = amount(given[stated[0]], name)
    if number < 0:
        raise _unreadable(name, f"{stated[0]} is {given[stated[0]]}; a need is a number from 0")
    if stated[0] == "all_but":
        share, number = 1 - share, -number
    capacity = _text(name, given["yes"])
    return Yes(capacity, share, number, stated[0] == "more_than", BASES[given.get("of", "all")])


def _named(name: str, given: Any, parties: tuple[Party, ...]) -> tuple[str, ...]:
    """Party names as listed, or the members of the bloc whose name is given."""
    if isinstance(given, str):
        members = tuple(party.name for party in parties if party.bloc == given)
        if not members:
            raise Refused(
                "bloc-unknown", f"{name} gives the bloc {given!r} a veto, to which no party belongs"
            )
        return members
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise _unreadable(name, "a veto names a list of parties or a bloc")
    return tuple(given)


def _only(name: str, given: Mapping[str, Any], allowed: set[str]) -> None:
    extra = sorted(set(given) - allowed)
    if extra:
        raise _unreadable(name, f"{extra[0]!r} does not belong beside {', '.join(sorted(allowed))}")


def _text(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise _unreadable(name, f"{given!r} should be a text, such as {HEADS!r}")
    return given


def _count(name: str, given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise _unreadable(name, f"{given!r} should be a whole number from 1")
    return given


def amount(given: Any, name: str) -> tuple[Fraction, Fraction]:
    """A need as (share, number): 12 is (0, 12), "65 %" is (13/20, 0), "2/3" is (2/3, 0).

    >>> amount("65 %", "x")
    (Fraction(13, 20), Fraction(0, 1))
    """
    try:
        if _is_number(given):
            return Fraction(0), Fraction(str(given))
        text = str(given).strip()
        if text.endswith("%"):
            share = Fraction(text[:-1].strip()) / 100
        elif "/" in text:
            share = Fraction(text.replace(" ", ""))
        else:
            return Fraction(0), Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise _unreadable(name, f"{given!r} is not a number, a percentage or a fraction") from None
    if not 0 <= share <= 1:
        raise Refused(
            "quota-above-total", f"{name} needs {given} of the total; a share lies between 0 % and 100 %"
        )
    return share, Fraction(0)

"""`comity power`: what a decision rule does to each party's influence."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from comity.assemble import read_consultation
from comity.cli.choices import RollCallChoices
from comity.cli.talk import Working, count, say
from comity.cli.writing import Out, put
from comity.errors import Refused
from comity.exchange.party_votes import party_votes_from_csv
from comity.exchange.rules import (
    NEED_MEMBERS,
    READY_MADE,
    NamedFile,
    ready_made,
    ready_made_text,
    rule_from_toml,
    title_of,
)
from comity.exchange.what_if import change_from
from comity.findings.power import power_findings
from comity.findings.power_in_fact import power_in_fact
from comity.findings.what_if import comparison
from comity.record.party_votes import PartyVotes, party_votes_of
from comity.record.rule import DecisionRule
from comity.report.power import power_csv, power_json, power_page

Format = Literal["html", "json", "csv"]
STEPS = 3
ALL_ROLL_CALLS = RollCallChoices()
LISTED = 6
"""So many parties are named in a remark."""


def power(
    rule: str | None = None,
    /,
    *,
    format: Format = "html",
    what_if: Annotated[list[str] | None, Parameter(consume_multiple=False, negative=())] = None,
    members: Path | None = None,
    votes: Path | None = None,
    roll_calls: RollCallChoices = ALL_ROLL_CALLS,
    out: Out | None = None,
    list: Annotated[bool, Parameter(negative=())] = False,
    show: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Show what a decision rule does to each party's influence.

    Parameters
    ----------
    rule
        A rule file, or a ready-made name such as un-security-council.
    format
        A page for people, JSON with the fractions, or one CSV line a party.
    what_if
        A change, such as "set France votes=5", "drop Malta", "quota 70%", "fair population 62%"; may be repeated.
    members
        A table of members, CSV or JSON (party or member, votes, bloc, any capacity), in the place of the rule's own.
    votes
        Past votes, to see who is pivotal in fact: a CSV table (party, decision, vote), or the folder of a consultation
        or of roll calls whose parties the rule names.
    out
        The file to write; '-' is stdout. Without it a page goes to comity-power.html, data to stdout.
    list
        Name the ready-made rules and stop.
    show
        Print the rule file of a ready-made rule, to copy and change, and stop.
    """
    if list:
        _print_list()
        return
    if rule is None:
        raise Refused(
            "rule-unknown",
            f"name a rule file or a ready-made rule; ready-made are {', '.join((*READY_MADE, *NEED_MEMBERS))}",
        )
    if show:
        sys.stdout.write(ready_made_text(rule))
        return
    place = out or ("comity-power.html" if format == "html" else "-")
    with Working(STEPS) as working:
        working.step("reading the rule")
        read = _read(rule, _members(members))
        if members:
            say(f"  {read.figures}")
        words = [rule, *(["--members", str(members)] if members else [])]
        text = _made(read, words, format, what_if or [], votes, roll_calls, working)
    put(place, text.encode("utf-8"))
    if place != "-":
        say(f"wrote {place}{': open it in a browser' if format == 'html' else ''}")


def _made(
    rule: DecisionRule,
    named: list[str],
    format: Format,
    what_if: list[str],
    votes: Path | None,
    roll_calls: RollCallChoices,
    working: Working,
) -> str:
    working.step("computing power")
    compared = comparison(rule, [change_from(text) for text in what_if]) if what_if else None
    findings = compared.after if compared else power_findings(rule)
    if compared and compared.fair:
        say(f"  fair weights leave {compared.fair.error:.3%} of all power in other hands than wanted")
    in_fact = None
    if votes:
        working.step("reading votes and asking who is pivotal in fact")
        in_fact = power_in_fact(findings.rule, _votes(votes, roll_calls, findings.rule))
    if format == "json":
        return power_json(findings, compared, in_fact)
    if format == "csv":
        return power_csv(findings, compared, in_fact)
    words = ["comity", "power", *named, *(word for text in what_if for word in ("--what-if", text))]
    words += ["--votes", str(votes)] if votes else []
    for option, value in roll_calls.options().items():
        words += [f"--{option}", str(value)] if votes and value is not None else []
    return power_page(findings, compared, in_fact, shlex.join(words))


def _votes(path: Path, roll_calls: RollCallChoices, rule: DecisionRule) -> PartyVotes:
    if path.is_dir():
        votes = party_votes_of(read_consultation(path, **roll_calls.options()))
        kept, others = votes.among(rule.party_names)
        _remark("not in the rule, left out", others)
        _remark(
            "without votes, taken as absent", [one for one in rule.party_names if one not in kept.parties]
        )
        return kept
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("vote-unreadable", f"{path} cannot be read as a CSV table of votes ({error})") from None
    return party_votes_from_csv(text, path.name)


def _remark(what: str, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
        say(f"  {count(len(names), 'party', 'parties')} {what}: {', '.join(names[:LISTED])}{more}")


def _members(path: Path | None) -> NamedFile | None:
    if path is None:
        return None
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise Refused("no-such-file", f"{path} cannot be read ({reason}); check its name") from None


def _read(name: str, members: NamedFile | None) -> DecisionRule:
    path = Path(name)
    if path.suffix == "" and not path.exists():
        return ready_made(name, members)
    try:
        text = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise Refused(
            "rule-unknown",
            f"{name} cannot be read ({reason}); ready-made rules are "
            f"{', '.join((*READY_MADE, *NEED_MEMBERS))}",
        ) from None
    return rule_from_toml(text, path.name, members)


def _print_list() -> None:
    for name in READY_MADE:
        rule = ready_made(name)
        print(f"{name:32} {len(rule.parties):4} parties  {rule.title}")
    for name in NEED_MEMBERS:
        print(f"{name:32} needs --members {title_of(name)}")

"""`comity power`: what a decision rule does to each party's influence."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from comity.errors import Refused
from comity.exchange.party_votes import party_votes_from_csv
from comity.exchange.rules import READY_MADE, ready_made, ready_made_text, rule_from_toml
from comity.exchange.what_if import change_from
from comity.findings.power import power_findings
from comity.findings.power_in_fact import power_in_fact
from comity.findings.what_if import comparison
from comity.record.party_votes import PartyVotes
from comity.record.rule import DecisionRule
from comity.report.power import power_csv, power_json, power_page

Format = Literal["html", "json", "csv"]


def power(
    rule: str | None = None,
    *,
    format: Format = "html",
    what_if: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    votes: Path | None = None,
    out: Path | None = None,
    list: Annotated[bool, Parameter(negative=())] = False,
    show: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Show what a decision rule does to each party's influence.

    Parameters
    ----------
    rule: a rule file, or a ready-made name such as un-security-council.
    format: a page for people, JSON with the fractions, or one CSV line a party.
    what_if: a change, such as "set France votes=5", "drop Malta", "quota 70%", "fair population 62%"; may be repeated.
    votes: a CSV table of past votes (party, decision, vote), to see who is pivotal in fact.
    out: where to write; without it the result goes to stdout.
    list: name the ready-made rules and stop.
    show: print the rule file of a ready-made rule, to copy and change, and stop.
    """
    if list:
        _print_list()
        return
    if rule is None:
        raise Refused(
            "rule-unknown", f"name a rule file or a ready-made rule; ready-made are {', '.join(READY_MADE)}"
        )
    if show:
        ready_made(rule)
        sys.stdout.write(ready_made_text(rule))
        return
    text = _made(_read(rule), rule, format, what_if or [], votes)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(
            "cannot-write", f"{out} cannot be written ({error.strerror}); choose another file"
        ) from None
    print(f"comity: wrote {out}", file=sys.stderr)


def _made(rule: DecisionRule, name: str, format: Format, what_if: list[str], votes: Path | None) -> str:
    compared = comparison(rule, [change_from(text) for text in what_if]) if what_if else None
    findings = compared.after if compared else power_findings(rule)
    in_fact = power_in_fact(findings.rule, _votes(votes)) if votes else None
    if format == "json":
        return power_json(findings, compared, in_fact)
    if format == "csv":
        return power_csv(findings, compared, in_fact)
    words = ["comity", "power", name, *(word for text in what_if for word in ("--what-if", text))]
    words += ["--votes", str(votes)] if votes else []
    return power_page(findings, compared, in_fact, shlex.join(words))


def _votes(path: Path) -> PartyVotes:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("vote-unreadable", f"{path} cannot be read as a CSV table of votes ({error})") from None
    return party_votes_from_csv(text, path.name)


def _read(name: str) -> DecisionRule:
    path = Path(name)
    if path.suffix == "" and not path.exists():
        return ready_made(name)
    try:
        text = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise Refused(
            "rule-unknown", f"{name} cannot be read ({reason}); ready-made rules are {', '.join(READY_MADE)}"
        ) from None
    return rule_from_toml(text, path.name)


def _print_list() -> None:
    for name in READY_MADE:
        rule = ready_made(name)
        print(f"{name:32} {len(rule.parties):4} parties  {rule.title}")

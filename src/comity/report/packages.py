"""The report on packages: a page, JSON and CSV, all from findings that already hold only what the reader may see."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from decimal import Decimal

from markupsafe import Markup

from comity.findings.package_accounts import amount, joined
from comity.findings.packages import SOLUTION_NAMES, Numbers, PackageFindings, SolutionFinding
from comity.report.frame import Frame, Section, page_from
from comity.report.package_drawings import care_bar, pairs_of, parallel_of

PAIRS_UP_TO = 3
"""Up to this many parties the frontier is drawn in pairs, with more as parallel lines."""
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
KIND = "Packages"
FORMAT = "comity-packages/1"
ANONYMOUS_LIST = 12
"""Coalitions, trades and unsaid matters listed on the page; the JSON holds all of them."""


def packages_page(findings: PackageFindings) -> str:
    """One self-contained HTML page."""
    sections = tuple(Section(anchor, heading) for anchor, heading in _headings(findings))
    return page_from(
        "packages.html",
        Frame(findings.title, KIND, sections),
        found=findings,
        headings=dict(_headings(findings)),
        recommended=_recommended(findings),
        drawings=_drawings(findings),
        care_bar=care_bar,
        amount=_amount,
        signed=_signed,
        percent=_percent,
        share=_share,
        called=lambda ids: joined([SOLUTION_NAMES[one] for one in ids]),
        names=SOLUTION_NAMES,
        party=lambda number: findings.parties[number],
        most=ANONYMOUS_LIST,
        any_number=_any_number,
        same=_same_solutions(findings),
        grouped=how_many(findings.n_packages),
    )


def how_many(n_packages: int) -> str:
    """A number of packages as a person writes it; many issues make more than a float can hold.

    >>> how_many(1200), how_many(6**20)
    ('1\u202f200', '3.7 × 10¹⁵')
    """
    if n_packages < 10**9:
        return f"{n_packages:,}".replace(",", "\u202f")
    digits, power = f"{Decimal(n_packages):.1e}".split("e+")
    return f"{digits} × 10{power.translate(RAISED)}"


def packages_json(findings: PackageFindings) -> str:
    """Everything that the reader may see, as JSON; keys as in `PackageFindings`, documented in the reference."""
    table = {"format": FORMAT, **asdict(_plain(findings))}
    return json.dumps(table, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def packages_csv(findings: PackageFindings) -> str:
    """One line for each solution, draft and frontier package: its options, then value and gain for each party shown."""
    text = _Text()
    writer = csv.writer(text, lineterminator="\n")
    shown = [place for place, floor in enumerate(findings.floor) if floor is not None]
    heads = [f"{what}: {findings.parties[place]}" for what in ("value", "gain") for place in shown]
    writer.writerow(map(_cell, ["kind", "acceptable", "proven", *findings.issues, *heads]))
    rows = [
        (one.solution_id, one.worth, str(one.proof.proven).lower())
        for one in findings.solutions
        if one.worth is not None
    ]
    if findings.draft is not None:
        rows.append(("draft", findings.draft.worth, ""))
    if findings.frontier is not None:
        rows += [("frontier", worth, "") for worth in findings.frontier.packages]
    for kind, worth, proven in rows:
        numbers = [_number(values[place]) for values in (worth.value, worth.gain) for place in shown]
        writer.writerow(map(_cell, [kind, str(worth.acceptable).lower(), proven, *worth.package, *numbers]))
    return "".join(text)


class _Text(list[str]):
    """What `csv.writer` writes to."""

    write = list.append


def _plain(findings: PackageFindings) -> PackageFindings:
    """Without the texts kept for other readers, which no export may hold."""
    return replace(
        findings,
        accounts=tuple(replace(account, variants={}) for account in findings.accounts),
        methods=dict(findings.methods),
        draft=None
        if findings.draft is None
        else replace(findings.draft, distance=dict(findings.draft.distance)),
    )


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return (
        f"'{text}"
        if text[:1] in {"=", "+", "@", "\t"} or (text[:1] == "-" and not _is_number(text))
        else text
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _headings(findings: PackageFindings) -> list[tuple[str, str]]:
    found = [("care", "Who cares about what")]
    if findings.conflict is not None:
        found.append(("conflicts", "What clashes"))
    if findings.draft is not None:
        found.append(("draft", "The draft"))
    if findings.recommended_worth is not None:
        if findings.frontier is not None:
            found.append(("frontier", "What is possible"))
        found.append(("solutions", "Solutions side by side"))
        if findings.lotteries:
            found.append(("lotteries", "Drawn by lot"))
        if findings.accounts:
            found.append(("parties", "What it means to each party"))
        found.append(("sure", "How sure this is"))
    if findings.coalitions is not None:
        found.append(("coalitions", "Who could do better without the others"))
    found.append(("method", "How this was computed"))
    return found


def _recommended(findings: PackageFindings) -> SolutionFinding:
    return next(one for one in findings.solutions if one.solution_id == findings.recommended)


def _drawings(findings: PackageFindings) -> Markup:
    if findings.frontier is None:
        return Markup("")
    return pairs_of(findings) if len(findings.parties) <= PAIRS_UP_TO else parallel_of(findings)


def _same_solutions(findings: PackageFindings) -> str:
    """Which solutions choose one package, in words."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in findings.solutions:
        if one.worth is not None:
            groups.setdefault(one.worth.package, []).append(one.name)
    same = [names for names in groups.values() if len(names) > 1]
    if len(groups) == 1 and same:
        return "All four choose the same package."
    return " ".join(f"{joined(names)} choose the same package." for names in same)


def _amount(value: float | None) -> str:
    return "" if value is None else amount(value).replace("-", "\u2212")


def _signed(value: float | None) -> str:
    if value is None:
        return ""
    sign = "+" if value > 0 else "\u2212"
    return "0" if abs(value) < 1e-9 else sign + amount(abs(value))


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %" if value < 0.1 else f"{100 * value:.0f} %"


def _any_number(numbers: Numbers | Sequence[float | None]) -> bool:
    return any(number is not None for number in numbers)

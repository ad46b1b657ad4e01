"""Genius XML negotiation domains with linear additive profiles <-> our negotiation.

A profile's value is the sum over issues of weight times evaluation, between 0 and 1. As in Genius, the
evaluation of a discrete option is divided by the issue's largest one in that profile (an issue with nothing above
0 counts 0), and that of an integer issue is offset + slope * (value - lower bound), kept between 0 and 1
(`EvaluatorDiscrete` and `EvaluatorInteger` of the Genius sources, read in public copies). `reservation` is the
value of no agreement, 0 where it is not given. `discount_factor` speaks of time, which a package does not have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from comity.errors import Refused
from comity.record.consultation import SourceFile
from comity.record.negotiation import Between, Issue, Negotiation, PartyPreferences, checked, listed

MOST_NUMBERS = 10_000
"""Values of one integer issue; more cannot be one decision among options."""


def genius_negotiation(files: Mapping[str, bytes], title: str = "") -> Negotiation:
    """A domain and its profiles, by file name, in the order given.

    The domain is the file whose root is `negotiation_template`; a profile's root is `utility_space`. Files of other
    kinds are refused, except texts that are no XML at all, which are noted. Parties are named after their files.
    """
    roots = {name: _root(name, content) for name, content in files.items()}
    domains = [name for name, root in roots.items() if root.tag == "negotiation_template"]
    if len(domains) != 1:
        found = "none was found" if not domains else f"there are {listed(domains)}"
        raise Refused(
            "negotiation-form",
            f"one Genius domain file (root negotiation_template) is needed beside its profiles; {found}",
        )
    _refuse_nonlinear(roots)
    issues = _issues(domains[0], roots[domains[0]])
    profiles = [name for name, root in roots.items() if root.tag == "utility_space"]
    other = [name for name in roots if name not in (*profiles, *domains)]
    if other:
        raise Refused(
            "negotiation-form",
            f"{other[0]}: its root is {roots[other[0]].tag!r}; a Genius domain or profile is needed",
        )
    parties = tuple(_profile(name, roots[name], issues) for name in profiles)
    discounts = [name for name in profiles if _discount(roots[name]) not in (None, 1.0)]
    notes = (
        (
            f"A discount over time is given in {listed(discounts)}; packages have no time, so it plays no part.",
        )
        if discounts
        else ()
    )
    return checked(
        Negotiation(
            title=title or _objective_name(roots[domains[0]]) or domains[0].rpartition(".")[0],
            question="",
            issues=issues,
            parties=parties,
            shown="all",
            kind="genius",
            files=tuple(
                SourceFile(name, sha256(content).hexdigest(), len(content)) for name, content in files.items()
            ),
            notes=notes,
        ),
        domains[0],
    )


def is_xml(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _root(name: str, content: bytes) -> Element:
    try:
        root: Element = fromstring(content)
    except DefusedXmlException:
        raise Refused(
            "negotiation-form", f"{name}: it declares entities, which are refused; write the text itself"
        ) from None
    except ParseError as error:
        raise Refused("negotiation-form", f"{name}: this is not well-formed XML ({error})") from None
    return root


def _refuse_nonlinear(roots: Mapping[str, Element]) -> None:
    for name, root in roots.items():
        kind = (root.get("type") or "linear").lower()
        if kind != "linear" or root.find(".//hyperRectangle") is not None or root.find(".//ufun") is not None:
            raise Refused(
                "nonlinear-preferences",
                f"{name}: its utility is {kind if kind != 'linear' else 'nonlinear'} (hyper-rectangles over several "
                "issues); only linear additive profiles can be read, so give points for each option of each issue",
            )


def _objective_name(root: Element) -> str:
    objective = root.find(".//objective")
    name = objective.get("name", "") if objective is not None else ""
    return "" if name == "root" else name


def _discount(root: Element) -> float | None:
    found = root.find("discount_factor")
    return None if found is None else _number(found.get("value"), "discount_factor")


def _issues(file: str, root: Element) -> tuple[Issue, ...]:
    return tuple(Issue(_name(issue, file), _options(file, issue)) for issue in root.iter("issue"))


def _name(issue: Element, file: str) -> str:
    name = (issue.get("name") or "").strip()
    if not name:
        raise Refused("negotiation-form", f"{file}: issue {issue.get('index')!r} has no name")
    return name


def _kind(issue: Element) -> str:
    return (issue.get("vtype") or issue.get("etype") or issue.get("type") or "discrete").lower()


def _options(file: str, issue: Element) -> tuple[str, ...]:
    name, kind = _name(issue, file), _kind(issue)
    if kind == "discrete":
        return tuple((item.get("value") or "").strip() for item in issue.findall("item"))
    if kind == "integer":
        low, high = _bounds(file, issue)
        return tuple(str(value) for value in range(low, high + 1))
    raise Refused(
        "negotiation-form",
        f"{file}: issue {name!r} is of kind {kind!r}; only discrete and integer issues have options to choose from",
    )


def _bounds(file: str, issue: Element) -> tuple[int, int]:
    holder = issue.find("range")
    source = holder if holder is not None else issue
    what = f"{file}: bounds of issue {_name(issue, file)!r}"
    low = _number(source.get("lowerbound"), what)
    high = _number(source.get("upperbound"), what)
    if low != int(low) or high != int(high) or high < low or high - low >= MOST_NUMBERS:
        raise Refused(
            "negotiation-form",
            f"{what} are {low:g} and {high:g}; two whole numbers, the smaller first, and at most {MOST_NUMBERS} values",
        )
    return int(low), int(high)


def _number(text: str | None, what: str) -> float:
    try:
        number = float(text if text is not None else "")
    except ValueError:
        raise Refused("not-a-number", f"{what}: {text!r} is not a number") from None
    if not math.isfinite(number):
        raise Refused("not-a-number", f"{what} is {text}; a finite number is needed")
    return number


def _profile(file: str, root: Element, issues: Sequence[Issue]) -> PartyPreferences:
    party = file.rpartition("/")[2].rpartition(".")[0] or file
    by_index = {issue.get("index"): _name(issue, file) for issue in root.iter("issue")}
    weights: dict[str, Between] = {}
    for weight in root.iter("weight"):
        issue = by_index.get(weight.get("index"))
        if issue is None:
            raise Refused(
                "unknown-name",
                f"{file}: {party!r} weighs issue number {weight.get('index')!r}, which it does not have",
            )
        value = 100.0 * _number(weight.get("value"), f"{file}: {party!r} weight of issue {issue!r}")
        weights[issue] = Between(value, value)
    points: dict[str, Mapping[str, Between]] = {}
    for element in root.iter("issue"):
        name = _name(element, file)
        known = next((issue for issue in issues if issue.name == name), None)
        if known is None:
            raise Refused(
                "unknown-name",
                f"{file}: {party!r} speaks of issue {name!r}, which is not among the issues "
                f"{listed(issue.name for issue in issues)}",
            )
        if name not in weights:
            raise Refused(
                "missing-points", f"{file}: {party!r} gives issue {name!r} no weight; write 0 if it has none"
            )
        points[name] = _evaluations(file, party, element, known)
    unsaid = [issue.name for issue in issues if issue.name not in points]
    if unsaid:
        raise Refused("missing-points", f"{file}: {party!r} says nothing about issue {unsaid[0]!r}")
    reservation = root.find("reservation")
    floor = 0.0
    if reservation is not None:
        floor = _number(reservation.get("value"), f"{file}: {party!r} reservation")
    return PartyPreferences(party, points, floor, weights, file=file)


def _evaluations(file: str, party: str, element: Element, issue: Issue) -> dict[str, Between]:
    """Option -> evaluation between 0 and 1."""
    if _kind(element) == "integer":
        return _line(file, party, element, issue)
    raw: dict[str, float] = {}
    for item in element.findall("item"):
        option = (item.get("value") or "").strip()
        what = f"{file}: {party!r} evaluation of option {option!r} of issue {issue.name!r}"
        if item.get("evaluation") is None:
            raise Refused("missing-points", f"{what} is missing; write 0 if it has none")
        value = _number(item.get("evaluation"), what)
        if value < 0:
            raise Refused("not-a-number", f"{what} is {value:g}; Genius has no evaluations below 0")
        if option in raw:
            raise Refused(
                "same-name", f"{file}: {party!r} evaluates option {option!r} of issue {issue.name!r} twice"
            )
        raw[option] = value
    largest = max(raw.values(), default=0.0)
    return {
        option: Between(value / largest, value / largest) if largest > 0 else Between(0.0, 0.0)
        for option, value in raw.items()
    }


def _line(file: str, party: str, element: Element, issue: Issue) -> dict[str, Between]:
    low, _ = _bounds(file, element)
    evaluator = element.find("evaluator")
    what = f"{file}: {party!r} evaluator of issue {issue.name!r}"
    kind = "" if evaluator is None else (evaluator.get("ftype") or "").lower()
    if evaluator is None or kind not in {"linear", "constant"}:
        raise Refused(
            "nonlinear-preferences", f"{what} is {kind or 'missing'!r}; only linear ones can be read"
        )
    slope = _number(evaluator.get("slope"), what) if kind == "linear" else 0.0
    offset = _number(evaluator.get("offset"), what)
    values = {option: min(1.0, max(0.0, offset + slope * (int(option) - low))) for option in issue.options}
    return {option: Between(value, value) for option, value in values.items()}

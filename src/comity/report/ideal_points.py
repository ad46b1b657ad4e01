"""Ideal points over time as people and programs read them: a page, JSON and CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from comity.findings.findings import Estimate
from comity.findings.ideal_points import Distance, IdealPointFindings, Path
from comity.report.frame import Frame, Section, page_from

COLUMNS = ("party", "session", "ideal_point", "lower", "upper", "n_votes")
MOVERS = 12
WIDTH, HEIGHT = 640, 260
LONG_ENOUGH = 10
"""Sessions that a party needs to be shown among the movers."""


@dataclass(frozen=True)
class Row:
    """One line of the table of all parties."""

    name: str
    code: str
    first: int
    last: int
    start: float
    end: float
    low: float
    high: float
    n_votes: int


@dataclass(frozen=True)
class Drawing:
    """A picture with its title."""

    title: str
    note: str
    picture: Markup


def ideal_points_csv(findings: IdealPointFindings) -> str:
    """One line a party and session."""
    lines = [",".join(COLUMNS)]
    for path in findings.paths:
        name = path.party.name
        if any(mark in name for mark in ',"\n\r'):
            name = '"' + name.replace('"', '""') + '"'
        lines += [f"{name},{p.session},{p.at.value},{p.at.low},{p.at.high},{p.n_votes}" for p in path.points]
    return "\n".join(lines) + "\n"


def ideal_points_json(findings: IdealPointFindings, pairs: Sequence[Distance] = ()) -> str:
    """Paths, polarisation, the distances that were asked for, the method and its parameters."""
    method = findings.method
    found = {
        "title": findings.title,
        "method": {
            "id": method.method_id,
            "parameters": dict(method.parameters),
            "decimals": method.decimals,
        },
        "source": [{"name": file.name, "sha256": file.sha256} for file in findings.source.files],
        "n_votes": findings.n_votes,
        "n_roll_calls": findings.n_roll_calls,
        "step": findings.step,
        "ideal_points": [
            dict(
                zip(
                    COLUMNS,
                    (path.party.name, p.session, p.at.value, p.at.low, p.at.high, p.n_votes),
                    strict=True,
                )
            )
            for path in findings.paths
            for p in path.points
        ],
        "polarisation": [
            {"session": one.session, **_plain(one.value), "n_parties": one.n_parties}
            for one in findings.polarisation
        ],
        "distances": [
            {
                "parties": [pair.first.name, pair.second.name],
                "sessions": [{"session": n, **_plain(at)} for n, at in pair.sessions],
            }
            for pair in pairs
        ],
        "warnings": list(findings.warnings),
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _plain(at: Estimate) -> dict[str, float]:
    return {"value": at.value, "lower": at.low, "upper": at.high}


def ideal_points_page(findings: IdealPointFindings, pairs: Sequence[Distance] = ()) -> str:
    """One HTML file: polarisation, two parties of the reader's choice, distances, movers, everybody."""
    sections = (
        Section("polarisation", "How far apart all stood"),
        Section("two", "Any two parties"),
        Section("distances", "Distances with their intervals"),
        Section("movers", "Who moved most"),
        Section("parties", "Every party"),
        Section("method", "How it was computed"),
    )
    frame = Frame(findings.title, "Ideal points over time", sections, script=True)
    shown = tuple(pairs) or _telling_pairs(findings)
    ordered = sorted(findings.paths, key=lambda path: path.party.name)
    return page_from(
        "ideal_points.html",
        frame,
        found=findings,
        lede=_lede(findings),
        polarisation=_band(
            [(one.session, one.value) for one in findings.polarisation],
            findings.sessions,
            "Polarisation",
            zero=True,
        ),
        spreads=findings.polarisation,
        chooser=_chooser(findings, ordered),
        names=[(k, path.party.name) for k, path in enumerate(ordered)],
        rules=_rules(len(ordered)),
        distances=[_distance(pair, findings.sessions) for pair in shown],
        asked=bool(pairs),
        movers=_movers(findings),
        rows=[_row(path) for path in ordered],
        number=_number,
    )


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _between(at: Estimate) -> str:
    return f"{_number(at.value)} (90 % interval {_number(at.low)} to {_number(at.high)})"


def _lede(findings: IdealPointFindings) -> tuple[str, ...]:
    voted = [one for one in findings.polarisation if one.n_roll_calls >= 5] or list(findings.polarisation)
    most = max(voted, key=lambda one: one.value.value)
    least = min(voted, key=lambda one: one.value.value)
    side = f"towards {findings.positive}" if findings.positive else "the side that agrees less often"
    return (
        f"{len(findings.paths)} parties, {findings.n_roll_calls:,} roll calls and {findings.n_votes:,} votes in "
        f"sessions {findings.sessions[0]} to {findings.sessions[-1]}, placed on one line.",
        f"They stood furthest apart in session {most.session}, standard deviation {_between(most.value)}, "
        f"and closest in session {least.session}, {_between(least.value)}.",
        f"Positive is {side}. 0 is the mean and 1 the standard deviation over all parties and sessions.",
    )


def _scale(values: Sequence[float], zero: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if zero:
        low = 0.0
    return low, high if high > low else low + 1.0


def _axes(sessions: Sequence[int], low: float, high: float) -> Markup:
    """Lines and numbers of a picture whose session runs across and whose position runs up."""
    parts = []
    for value in _ticks(low, high):
        y = _up(value, low, high)
        parts.append(f'<line class="rule" x1="34" x2="{WIDTH - 6}" y1="{y:.1f}" y2="{y:.1f}"/>')
        label = f"{value:g}".replace("-", "\N{MINUS SIGN}")
        parts.append(f'<text class="axis" x="28" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for session in sessions:
        if session % 10 == 0 or len(sessions) < 12:
            x = _across(session, sessions)
            parts.append(
                f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 4}" text-anchor="middle">{session}</text>'
            )
    return Markup("".join(parts))


def _ticks(low: float, high: float) -> list[float]:
    gap = next((g for g in (0.1, 0.25, 0.5, 1.0, 2.0, 5.0) if (high - low) / g <= 6), 10.0)
    return [float(k * gap) for k in range(int(np.ceil(low / gap)), int(np.floor(high / gap)) + 1)]


def _across(session: int, sessions: Sequence[int]) -> float:
    return 40 + (WIDTH - 56) * (session - sessions[0]) / max(sessions[-1] - sessions[0], 1)


def _up(value: float, low: float, high: float) -> float:
    return 8 + (HEIGHT - 32) * (high - value) / (high - low)


def _line(points: Sequence[tuple[int, float]], sessions: Sequence[int], low: float, high: float) -> str:
    return " ".join(f"{_across(s, sessions):.0f},{_up(v, low, high):.1f}" for s, v in points)


def _shape(line: Sequence[tuple[int, Estimate]], sessions: Sequence[int], low: float, high: float) -> str:
    upper = [(s, at.high) for s, at in line]
    lower = [(s, at.low) for s, at in reversed(line)]
    return _line([*upper, *lower], sessions, low, high)


def _svg(body: str, label: str) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"<title>{escape(label)}</title>{body}</svg>"
    )


def _band(
    line: Sequence[tuple[int, Estimate]], sessions: Sequence[int], label: str, zero: bool = False
) -> Markup:
    """A line with its interval as a band."""
    if not line:
        return Markup("")
    low, high = _scale([x for _, at in line for x in (at.low, at.high)], zero)
    body = _axes(sessions, low, high)
    body += Markup(f'<polygon class="pale" points="{_shape(line, sessions, low, high)}"/>')
    mean = _line([(s, at.value) for s, at in line], sessions, low, high)
    return _svg(body + Markup(f'<polyline class="line" points="{mean}"/>'), label)


def _chooser(findings: IdealPointFindings, ordered: Sequence[Path]) -> Markup:
    """All paths in one picture; the style sheet shows the two that are chosen."""
    ends = [x for path in ordered for p in path.points for x in (p.at.value,)]
    low, high = _scale(ends, zero=False)
    parts = [str(_axes(findings.sessions, low, high))]
    for k, path in enumerate(ordered):
        line = [(p.session, p.at) for p in path.points]
        mean = _line([(s, at.value) for s, at in line], findings.sessions, low, high)
        parts.append(f'<g class="p p{k}"><polyline points="{mean}"/></g>')
    return _svg("".join(parts), "Paths of all parties, the chosen two marked")


def _rules(n: int) -> Markup:
    """One rule a party and list: the chosen path is drawn in the list's colour."""
    return Markup(
        "".join(
            f'#two:has(#first option[value="{k}"]:checked) .p{k}{{opacity:1;stroke-width:2.6;--c:var(--ga)}}'
            f'#two:has(#second option[value="{k}"]:checked) .p{k}{{opacity:1;stroke-width:2.6;--c:var(--gb)}}'
            for k in range(n)
        )
    )


def _distance(pair: Distance, sessions: Sequence[int]) -> Drawing:
    title = f"{pair.first.name} and {pair.second.name}"
    if not pair.sessions:
        return Drawing(title, "They were never there together.", Markup(""))
    first, last = pair.sessions[0], pair.sessions[-1]
    note = (
        f"Session {first[0]}: {_number(first[1].value)} ({_number(first[1].low)} to {_number(first[1].high)}). "
        f"Session {last[0]}: {_number(last[1].value)} ({_number(last[1].low)} to {_number(last[1].high)})."
    )
    return Drawing(title, note, _band(pair.sessions, sessions, f"Distance between {title}", zero=True))


def _telling_pairs(findings: IdealPointFindings) -> tuple[Distance, ...]:
    """Furthest apart at the end, drew nearest, drew apart most: of the parties that took part from first to last."""
    mean = findings.fit.mean
    whole = np.flatnonzero(~np.isnan(mean).any(axis=0))
    if len(whole) < 2:
        return ()
    i, j = np.triu_indices(len(whole), 1)
    gap = np.abs(mean[:, whole][:, i] - mean[:, whole][:, j])
    change = gap[-1] - gap[0]
    best = dict.fromkeys(int(np.argmax(x)) for x in (gap[-1], -change, change))
    return tuple(findings.distance(int(whole[i[k]]), int(whole[j[k]])) for k in best)


def _movers(findings: IdealPointFindings) -> list[Drawing]:
    long = [path for path in findings.paths if len(path.points) >= min(LONG_ENOUGH, len(findings.sessions))]

    def moved(path: Path) -> float:
        values = [p.at.value for p in path.points]
        return max(values) - min(values)

    drawings = []
    for path in sorted(long, key=lambda one: (-moved(one), one.party.name))[:MOVERS]:
        line = [(p.session, p.at) for p in path.points]
        values = [p.at.value for p in path.points]
        note = f"from {_number(min(values))} to {_number(max(values))} at its extremes"
        drawings.append(
            Drawing(path.party.name, note, _band(line, findings.sessions, f"Path of {path.party.name}"))
        )
    return drawings


def _row(path: Path) -> Row:
    first, last = path.points[0], path.points[-1]
    return Row(
        name=path.party.name,
        code=path.party.party_id,
        first=first.session,
        last=last.session,
        start=first.at.value,
        end=last.at.value,
        low=last.at.low,
        high=last.at.high,
        n_votes=sum(point.n_votes for point in path.points),
    )

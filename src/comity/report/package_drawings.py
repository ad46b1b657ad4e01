"""Drawings of packages: the frontier for two parties at a time, or all parties side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from markupsafe import Markup

from comity.findings.packages import PackageFindings, Worth

MOST_POINTS = 600
"""Packages drawn; from a longer frontier every so-many-th, so that the page stays light."""
MARKS = {"nash": "diamond", "ks": "square", "leximin": "circle", "sum": "triangle"}
SIZE = 300
EDGE = 38


@dataclass(frozen=True)
class Mark:
    """A solution (or the draft) on a drawing: shape and where it is, by party, in shares of the ideal gain."""

    shape: str
    name: str
    share: tuple[float, ...]


def pairs_of(findings: PackageFindings) -> Markup:
    """One drawing for each pair of parties, up to six pairs: gains as shares of the largest acceptable gain."""
    points, marks = _points(findings), _marks(findings)
    pairs = list(combinations(range(len(findings.parties)), 2))[:6]
    return Markup("").join(_pair(findings, points, marks, one, other) for one, other in pairs)


def parallel_of(findings: PackageFindings) -> Markup:
    """Every party an axis, every package a line: for more parties than can be drawn in pairs."""
    points, marks = _points(findings), _marks(findings)
    n, width, height = len(findings.parties), 700, 320
    step = (width - 2 * EDGE) / max(1, n - 1)

    def path(share: Sequence[float]) -> str:
        places = (
            f"{EDGE + step * place:.1f},{_down(value, height):.1f}" for place, value in enumerate(share)
        )
        return "M" + " L".join(places)

    lines = Markup("").join(
        Markup('<path class="thin gz" style="opacity:.16" d="{}"/>').format(path(share))
        for share in points[:250]
    )
    axes = Markup("").join(
        Markup(
            '<path class="rule" d="M{x} {top} V{bottom}"/>'
            '<text class="axis" text-anchor="middle" x="{x}" y="{y}">{n}</text>'
        ).format(
            x=f"{EDGE + step * place:.1f}", top=20, bottom=height - EDGE, y=height - EDGE + 16, n=place + 1
        )
        for place in range(n)
    )
    drawn = Markup("").join(
        Markup('<path class="line {}" d="{}"/>{}').format(
            colour,
            path(mark.share),
            Markup("").join(
                _shape(mark.shape, EDGE + step * place, _down(value, height), colour, "")
                for place, value in enumerate(mark.share)
            ),
        )
        for mark, colour in zip(marks, ("ga", "gb", "gc", "gd", "ge"), strict=False)
    )
    floor = Markup('<path class="bound" d="M{} {y:.1f} H{}"/>').format(
        EDGE, width - EDGE, y=_down(0.0, height)
    )
    scale = _scale(height)
    words = "; ".join(f"{place + 1} {name}" for place, name in enumerate(findings.parties))
    return Markup(
        '<figure><div class="scroll"><svg role="img" aria-label="{label}" viewBox="0 0 {w} {h}" width="{w}" '
        'height="{h}" style="min-width:34rem">{body}</svg></div>'
        "<figcaption>Each line is a package, each axis a party: {words}. 0 is no agreement, 1 the most that an "
        "acceptable package could give that party. {legend}</figcaption></figure>"
    ).format(
        label="Packages on the frontier, one axis for each party",
        w=width,
        h=height,
        body=lines + axes + floor + scale + drawn,
        words=words,
        legend=_legend(marks, coloured=True),
    )


def care_bar(share: float) -> Markup:
    """How much an issue matters to a party, as a bar as long as its share."""
    return Markup(
        '<svg aria-hidden="true" class="care" viewBox="0 0 100 6" preserveAspectRatio="none" width="100%" height="6">'
        '<rect class="pale" width="100" height="6"/><rect class="solid" width="{:.1f}" height="6"/></svg>'
    ).format(100 * share)


def _points(findings: PackageFindings) -> list[tuple[float, ...]]:
    frontier = findings.frontier
    if frontier is None:
        return []
    shares = [
        share for worth in frontier.packages if worth.acceptable and (share := _shares(worth)) is not None
    ]
    step = -(-len(shares) // MOST_POINTS) if shares else 1
    return shares[::step]


def _marks(findings: PackageFindings) -> list[Mark]:
    marks = [
        Mark(MARKS[one.solution_id], one.name, share)
        for one in findings.solutions
        if one.worth is not None and (share := _shares(one.worth)) is not None
    ]
    if findings.draft is not None and (share := _shares(findings.draft.worth)) is not None:
        marks.append(Mark("cross", "Draft", share))
    return marks


def _shares(worth: Worth) -> tuple[float, ...] | None:
    shares = tuple(share for share in worth.share if share is not None)
    return shares if len(shares) == len(worth.share) else None


def _pair(
    findings: PackageFindings, points: list[tuple[float, ...]], marks: list[Mark], one: int, other: int
) -> Markup:
    dots = Markup("").join(
        Markup('<circle class="dot gz" r="2.4" style="opacity:.5" cx="{:.1f}" cy="{:.1f}"/>').format(
            _right(share[one]), _down(share[other], SIZE)
        )
        for share in points
    )
    frame = Markup('<path class="rule" d="M{0} 20 V{1} H{2}"/>').format(EDGE, SIZE - EDGE, SIZE - 12)
    zero = Markup('<path class="bound" d="M{0} {1:.1f} H{2} M{3:.1f} {4} V{5}"/>').format(
        EDGE, _down(0.0, SIZE), SIZE - 12, _right(0.0), 20, SIZE - EDGE
    )
    drawn = Markup("").join(
        _shape(mark.shape, _right(mark.share[one]), _down(mark.share[other], SIZE), "ga", mark.name)
        for mark in marks
    )
    names = findings.parties[one], findings.parties[other]
    labels = Markup(
        '<text class="axis" x="{x}" y="{y}" text-anchor="end">{across} →</text>'
        '<text class="axis" x="{left}" y="12">↑ {up}</text>'
    ).format(x=SIZE - 12, y=SIZE - 6, across=_short(names[0]), left=EDGE, up=_short(names[1]))
    return Markup(
        '<figure class="pair"><svg role="img" aria-label="{label}" viewBox="0 0 {s} {s}" width="{s}" height="{s}">'
        "{body}</svg>"
        "<figcaption>{legend}</figcaption></figure>"
    ).format(
        label=f"Packages on the frontier as {names[0]} and {names[1]} value them",
        s=SIZE,
        body=frame + zero + _scale(SIZE) + _across() + dots + drawn + labels,
        legend=_legend(marks, coloured=False),
    )


def _short(name: str) -> str:
    return name if len(name) <= 22 else name[:21] + "…"


def _right(share: float) -> float:
    return EDGE + (SIZE - EDGE - 16) * (min(1.05, max(-0.15, share)) + 0.15) / 1.2


def _down(share: float, height: int) -> float:
    return height - EDGE - (height - EDGE - 20) * (min(1.05, max(-0.15, share)) + 0.15) / 1.2


def _scale(height: int) -> Markup:
    return Markup("").join(
        Markup('<text class="axis" text-anchor="end" x="{}" y="{:.1f}">{}</text>').format(
            EDGE - 6, _down(value, height) + 4, value
        )
        for value in (0, 0.5, 1)
    )


def _across() -> Markup:
    return Markup("").join(
        Markup('<text class="axis" text-anchor="middle" x="{:.1f}" y="{}">{}</text>').format(
            _right(value), SIZE - EDGE + 15, value
        )
        for value in (0, 0.5, 1)
    )


def _shape(shape: str, x: float, y: float, colour: str, name: str) -> Markup:
    title = Markup("<title>{}</title>").format(name) if name else Markup("")
    paths = {
        "diamond": f"M{x:.1f} {y - 7:.1f} l7 7 l-7 7 l-7 -7 z",
        "square": f"M{x - 5:.1f} {y - 5:.1f} h10 v10 h-10 z",
        "triangle": f"M{x:.1f} {y - 7:.1f} l6.5 12 h-13 z",
        "cross": f"M{x - 6:.1f} {y - 6:.1f} l12 12 m0 -12 l-12 12",
    }
    if shape == "circle":
        return Markup('<circle class="open {}" r="6" cx="{:.1f}" cy="{:.1f}">{}</circle>').format(
            colour, x, y, title
        )
    kind = "line" if shape == "cross" else "open"
    return Markup('<path class="{} {}" d="{}">{}</path>').format(kind, colour, paths[shape], title)


def _legend(marks: Sequence[Mark], coloured: bool) -> Markup:
    words = [
        Markup(
            '<span class="key"><svg aria-hidden="true" viewBox="0 0 16 16" width="14" height="14">{}</svg> '
            "{}</span>"
        ).format(_shape(mark.shape, 8, 8, colour if coloured else "ga", ""), mark.name)
        for mark, colour in zip(marks, ("ga", "gb", "gc", "gd", "ge"), strict=False)
    ]
    return Markup(" ").join(words)

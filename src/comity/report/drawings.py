"""Drawings as SVG text: marks, intervals, tallies. Shape and colour say the same thing twice.

A drawing that stands alone has role "img", a title and a description, and a table beside it on the page. A bar that
stands in a line beside its own numbers is hidden from voices, which would otherwise say everything twice. Colours
and strokes are the stylesheet's (`templates/report.css`); coordinates are in pixels, y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from comity.findings.findings import Estimate, Tally

_PLUS = (
    *((-0.38, -1.1), (0.38, -1.1), (0.38, -0.38), (1.1, -0.38), (1.1, 0.38), (0.38, 0.38)),
    *((0.38, 1.1), (-0.38, 1.1), (-0.38, 0.38), (-1.1, 0.38), (-1.1, -0.38), (-0.38, -0.38)),
)
_STAR = tuple(
    (reach * math.sin(turn * math.pi / 5), -reach * math.cos(turn * math.pi / 5))
    for turn, reach in enumerate((1.25, 0.52) * 5)
)
SHAPES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "B": ((-0.86, -0.86), (0.86, -0.86), (0.86, 0.86), (-0.86, 0.86)),
    "C": ((0, -1.15), (1.05, 0.75), (-1.05, 0.75)),
    "D": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "E": ((0, 1.15), (1.05, -0.75), (-1.05, -0.75)),
    "F": _PLUS,
    "G": _STAR,
    "H": ((-1.25, -0.5), (1.25, -0.5), (1.25, 0.5), (-1.25, 0.5)),
    "1": ((-1.15, 0), (0.75, -1.05), (0.75, 1.05)),
    "2": ((1.15, 0), (-0.75, -1.05), (-0.75, 1.05)),
}
"""Corners of the mark of each group, and of each end of a spectrum, in radii; A, and all without one, is a circle."""

BAR_WIDTH, BAR_HEIGHT = 208, 24
_MARGIN = 4


def colour_class(letter: str) -> str:
    """The class that gives a group its colour, with a space after it; '' for what belongs to no group.

    >>> colour_class("B"), colour_class("")
    ('gb ', '')
    """
    return f"g{letter.lower()} " if letter in SHAPES or letter == "A" else ""


def mark(letter: str, x: float, y: float, radius: float) -> str:
    """The outline of a group's mark around a point, as path data.

    >>> mark("B", 10, 10, 5)
    'M5.7 5.7h8.6v8.6h-8.6z'
    """
    if letter not in SHAPES:
        around = f"a{short(radius)} {short(radius)} 0 1 0 "
        return f"M{short(x - radius)} {short(y)}{around}{short(2 * radius)} 0{around}{short(-2 * radius)} 0"
    corners = [(x + dx * radius, y + dy * radius) for dx, dy in SHAPES[letter]]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners)]
    return f"M{short(corners[0][0])} {short(corners[0][1])}{''.join(_step(dx, dy) for dx, dy in steps)}z"


def shape(letter: str, x: float, y: float, radius: float, kind: str) -> str:
    """A group's mark around a point, as an element: kind "dot" is filled, "open" is hollow."""
    if letter in SHAPES:
        return f'<path class="{colour_class(letter)}{kind}" d="{mark(letter, x, y, radius)}"/>'
    return (
        f'<circle class="{colour_class(letter)}{kind}" cx="{short(x)}" cy="{short(y)}" r="{short(radius)}"/>'
    )


def _step(dx: float, dy: float) -> str:
    """One line of an outline, as short as it can be said."""
    if abs(dy) < 0.05:
        return f"h{short(dx)}"
    return f"v{short(dy)}" if abs(dx) < 0.05 else f"l{short(dx)} {short(dy)}"


def badge(letter: str) -> Markup:
    """A group's mark in a line of text, before its name."""
    drawn = f'<path d="{mark(letter, 0, 0, 10)}"/>' if letter in SHAPES else '<circle r="10"/>'
    return Markup('<svg class="{}badge" viewBox="-13 -13 26 26" aria-hidden="true">{}</svg>').format(
        colour_class(letter), Markup(drawn)
    )


def interval_bar(
    estimate: Estimate,
    *,
    letter: str = "",
    threshold: bool = False,
    corrected: Estimate | None = None,
    elsewhere: float | None = None,
) -> Markup:
    """One share on a line from 0 to 100 %: a filled mark and a thick line for the estimate and its interval.

    corrected: the share corrected for who saw the statement, hollow and thin below it. elsewhere: the share among
    all others, a hollow circle. threshold: with the dotted line of support. It stands beside its own
    numbers and needs the page's `definitions`.
    """
    y = BAR_HEIGHT / 2 - (3.5 if corrected is not None else 0)
    parts = [_track(threshold), _interval(estimate, letter, y, "span")]
    if corrected is not None:
        parts.append(_interval(corrected, letter, y + 8.5, "thin", radius=3))
    if elsewhere is not None:
        parts.append(shape("", _at(elsewhere), y, 3.6, "open"))
    return beside_numbers("bar", BAR_WIDTH, BAR_HEIGHT, parts)


def dot_plot(rows: Sequence[tuple[str, Estimate]]) -> Markup:
    """Several shares under one another, each with its interval: a letter and an estimate a row.

    It needs the page's `definitions`.
    """
    pitch = 12
    height = pitch * len(rows) + 2
    parts = [_track(threshold=True)]
    parts += [
        _interval(estimate, letter, pitch * (row + 0.5) + 1, "span", radius=4)
        for row, (letter, estimate) in enumerate(rows)
    ]
    return beside_numbers("bar", BAR_WIDTH, height, parts)


def definitions(threshold: float) -> Markup:
    """What all bars of a page share, once a page: the lines at 0, 50 and 100 %, the threshold, and the ruler."""
    lines = "".join(f"M{short(_at(share))} 0V999" for share in (0, 0.5, 1))
    ticks = [(threshold, f"{threshold * 100:.0f}", "middle")]
    ticks += [(0.0, "0", "start")] if threshold > 0.1 else []
    ticks += [(1.0, "100%", "end")] if threshold < 0.8 else []
    ruler = "".join(
        f'<text class="axis" x="{short(_at(share))}" y="10" text-anchor="{anchor}">{label}</text>'
        for share, label, anchor in ticks
    )
    return Markup(
        f'<svg class="hide" aria-hidden="true"><defs><path id="track" class="rule" d="{lines}"/>'
        f'<g id="bounded"><use href="#track"/><path class="bound" d="M{short(_at(threshold))} 0V999"/></g>'
        f'<g id="ruler">{ruler}</g></defs></svg>'
    )


def scale() -> Markup:
    """The ruler over a column of bars: 0, the threshold, 100 %. It needs the page's `definitions`."""
    return beside_numbers("bar", BAR_WIDTH, 12, ['<use href="#ruler"/>'])


def legend_key(kind: str) -> Markup:
    """One part of an interval bar by itself: its "share", "interval", "corrected" or "threshold"."""
    parts = {
        "share": shape("", 18, 8, 4.5, "dot"),
        "interval": '<path class="span" d="M3 8H33"/>',
        "corrected": f'<path class="thin" d="M3 8H33"/>{shape("", 18, 8, 3, "open")}',
        "threshold": '<path class="bound" d="M18 0V16"/>',
    }
    return beside_numbers("legend", 36, 16, [parts[kind]])


def tally_bar(tally: Tally) -> Markup:
    """Agreed, passed and disagreed as parts of one bar: dark, pale, and an outline. It stands beside its numbers."""
    kinds = (("solid", tally.agreed), ("pale", tally.passed), ("none", tally.disagreed))
    return beside_numbers("bar", BAR_WIDTH, 10, _segments(kinds, _MARGIN, BAR_WIDTH - _MARGIN, 10))


def outcome_band(parts: Sequence[tuple[str, int, str]], title: str) -> Markup:
    """A number of things divided into kinds, as one band: class, number and name of each, in order."""
    description = ", ".join(f"{number} {name}" for _, number, name in parts)
    drawn = _segments([(kind, number) for kind, number, _ in parts], 0, 480, 16)
    return alone("parts", (480, 16), drawn, title, description)


def _segments(parts: Sequence[tuple[str, int]], left: float, right: float, height: float) -> list[str]:
    """Boxes beside one another, as long as their numbers; a box that is there at all can be seen."""
    total = sum(number for _, number in parts)
    if not total:
        return [f'<path class="rule" d="M{short(left)} {short(height / 2)}H{short(right)}"/>']
    drawn, x = [], left
    for kind, number in parts:
        end = x + number / total * (right - left)
        if number:
            box = (
                f"M{short(x + 0.6)} 1H{short(max(end - 0.6, x + 1.6))}V{short(height - 1)}H{short(x + 0.6)}z"
            )
            drawn.append(f'<path class="{kind}" d="{box}"/>')
        x = end
    return drawn


def _interval(estimate: Estimate, letter: str, y: float, line: str, *, radius: float = 4.5) -> str:
    """A line from low to high and a mark at the value."""
    colour = colour_class(letter)
    return (
        f'<path class="{colour}{line}" d="M{short(_at(estimate.low))} {short(y)}H{short(_at(estimate.high))}"/>'
        f"{shape(letter, _at(estimate.value), y, radius, 'dot' if line == 'span' else 'open')}"
    )


def _track(threshold: bool) -> str:
    return f'<use href="#{"bounded" if threshold else "track"}"/>'


def _at(share: float) -> float:
    return _MARGIN + min(max(share, 0.0), 1.0) * (BAR_WIDTH - 2 * _MARGIN)


def short(number: float) -> str:
    """A coordinate to a tenth of a pixel, as short as it can be."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def beside_numbers(kind: str, width: float, height: float, parts: Iterable[str]) -> Markup:
    """A drawing that only repeats the numbers beside it."""
    return Markup(
        f'<svg class="{kind}" viewBox="0 0 {short(width)} {short(height)}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def alone(kind: str, size: tuple[float, float], parts: Iterable[str], title: str, description: str) -> Markup:
    """A drawing that speaks for itself: a picture with a title and a description."""
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(kind, *map(short, size), title, description, Markup("".join(parts)))

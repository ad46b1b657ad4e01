"""The opinion map as SVG text: where everybody stands, how surely, and in which group.

Source of the ring: the ellipse of a group's own covariance, made just as large as holds half of its people.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from comity.findings.findings import MapPoint
from comity.report.drawings import alone, colour_class, mark, short
from comity.report.numbers import counted
from comity.report.reading import BETWEEN

FEW_POINTS = 120
"""Up to so many people, everybody's own uncertainty is drawn as a cross."""
MANY_POINTS = 2_500
"""From so many people on, the map draws one mark for all people of a group in a cell of a grid."""
MAP_WIDTH = 480


@dataclass(frozen=True)
class MapLabel:
    """Something named on the map: a group's letter or a party's number, at the middle of its people."""

    text: str
    letter: str
    position: tuple[float, ...]


def opinion_map(
    points: Sequence[MapPoint],
    letters: Mapping[str, str],
    labels: Sequence[MapLabel] = (),
    *,
    interval: float = 0.9,
    title: str = "Opinion map",
) -> Markup:
    """Where everybody stands: near is alike. Filled: surely of the group; hollow: between groups.

    points: with one axis or more; the first two are drawn, equally long. letters: of each group, by its side_id.
    Up to FEW_POINTS everybody's uncertainty is a cross; beyond, three crosses beside the map show the most exact,
    the middle and the least exact place. From MANY_POINTS on, people of one group who stand in one cell of a
    grid are one mark at their middle, its area growing with their number. A ring holds half of each group.
    """
    place = np.array([_two(point.position) for point in points], dtype=float).reshape(len(points), 2)
    spread = np.array([_two(point.spread) for point in points], dtype=float).reshape(len(points), 2)
    spread *= NormalDist().inv_cdf(0.5 + interval / 2)
    letter = np.array([letters.get(point.group or "", "") for point in points], dtype="<U1")
    sure = np.array([not letters or point.membership >= BETWEEN for point in points], dtype=bool)
    canvas = _Canvas.around(place, np.median(spread, axis=0) if len(points) else np.ones(2))
    xy = canvas.put(place)
    parts = [canvas.cross_hairs()]
    parts += [_ring(xy[letter == one], one) for one in sorted(set(letter.tolist())) if one]
    is_spread = bool(spread.any())
    if len(points) <= FEW_POINTS and is_spread:
        parts.append(_whiskers(xy, spread * canvas.unit))
    parts += _marks(xy, letter, sure)
    parts += _labels(canvas, labels)
    bottom = canvas.height
    if len(points) > FEW_POINTS and is_spread:
        crosses, bottom = _typical_crosses(spread * canvas.unit, canvas.height)
        parts.append(crosses)
    return alone("map", (MAP_WIDTH, bottom), parts, title, _described(letter, sure))


@dataclass(frozen=True)
class _Canvas:
    """From the map's coordinates to the drawing's: one unit is equally long both ways."""

    middle: tuple[float, float]
    unit: float
    height: float

    @classmethod
    def around(cls, place: npt.NDArray[np.float64], margin: npt.NDArray[np.float64]) -> _Canvas:
        """A canvas for all places, with a margin for how uncertain the typical one is."""
        low, high = (
            (place.min(axis=0), place.max(axis=0)) if len(place) else (np.full(2, -1.0), np.full(2, 1.0))
        )
        low, high = low - margin / 2, high + margin / 2
        extent = np.maximum(high - low, 1e-9)
        unit = float(min((MAP_WIDTH - 36) / extent[0], 400 / extent[1])) if extent.max() > 1e-6 else 60.0
        height = max(float(extent[1] * unit) + 36 if extent[1] > 1e-6 else 0.0, 200.0)
        middle = (low + high) / 2
        return cls((float(middle[0]), float(middle[1])), unit, round(height))

    def put(self, place: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x = MAP_WIDTH / 2 + (place[:, 0] - self.middle[0]) * self.unit
        y = self.height / 2 - (place[:, 1] - self.middle[1]) * self.unit
        return np.column_stack([x, y])

    def cross_hairs(self) -> str:
        """The two axes through the middle of all opinions (0, 0), where it lies in sight."""
        ((x, y),) = self.put(np.zeros((1, 2)))
        lines = [f"M{short(x)} 0V{short(self.height)}"] if 0 <= x <= MAP_WIDTH else []
        lines += [f"M0 {short(y)}H{MAP_WIDTH}"] if 0 <= y <= self.height else []
        frame = f'<path class="rule" d="M0.5 0.5H{MAP_WIDTH - 0.5}V{short(self.height - 0.5)}H0.5z"/>'
        return frame + (f'<path class="bound" d="{"".join(lines)}"/>' if lines else "")


def _marks(
    xy: npt.NDArray[np.float64], letter: npt.NDArray[np.str_], sure: npt.NDArray[np.bool_]
) -> Iterable[str]:
    """One path for each group and certainty: the hollow marks first, so that no sure one is hidden."""
    many = len(xy) > MANY_POINTS
    size = _radius(len(xy))
    largest = 1
    cells: dict[tuple[bool, str], tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = {}
    for certain in (False, True):
        for one in sorted(set(letter.tolist())):
            chosen = xy[(letter == one) & (sure == certain)]
            if len(chosen):
                cells[certain, one] = _cells(chosen) if many else (chosen, np.ones(len(chosen)))
                largest = max(largest, int(cells[certain, one][1].max()))
    for (certain, one), (middle, number) in cells.items():
        radius = np.sqrt(number / largest) * 9 if many else np.full(len(number), size)
        kind = f"{colour_class(one)}pt{'' if certain else ' hollow'}"
        if many:
            outline = "".join(
                mark(one, x, y, max(r, 0.7))
                for (x, y), r in zip(middle.tolist(), radius.tolist(), strict=True)
            )
            yield f'<path class="{kind}" d="{outline}"/>'
        else:
            yield _same_mark(middle, one, size, kind)


def _same_mark(xy: npt.NDArray[np.float64], letter: str, radius: float, kind: str) -> str:
    """One mark at every corner of an invisible path: a quarter of the size of as many outlines."""
    name = f"mark-{letter}{'-hollow' if 'hollow' in kind else ''}"
    reach = radius * 1.4 + 1
    box = f'viewBox="{short(-reach)} {short(-reach)} {short(2 * reach)} {short(2 * reach)}"'
    size = f'markerWidth="{short(2 * reach)}" markerHeight="{short(2 * reach)}" markerUnits="userSpaceOnUse"'
    corners = " ".join(f"{short(x)} {short(y)}" for x, y in xy.tolist())
    return (
        f'<marker id="{name}" {box} {size}><path class="{kind}" d="{mark(letter, 0, 0, radius)}"/></marker>'
        f'<path class="people" style="marker:url(#{name})" d="M{corners}"/>'
    )


def _cells(xy: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The middle and the number of the people in every cell of a grid that holds any."""
    cell = np.floor(xy / 16).astype(np.int64)
    _, which, number = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
    which = which.reshape(-1)
    middle = np.column_stack([np.bincount(which, weights=xy[:, axis]) / number for axis in (0, 1)])
    return middle, number.astype(np.float64)


def _ring(xy: npt.NDArray[np.float64], letter: str) -> str:
    """The ellipse, in the shape of the group's own scatter, that holds half of its people; none for a handful."""
    if len(xy) < 5:
        return ""
    covariance = np.cov(xy.T) + np.eye(2) * 1e-6
    from_middle = xy - xy.mean(axis=0)
    distance = np.einsum("ij,jk,ik->i", from_middle, np.linalg.inv(covariance), from_middle)
    variance, axes = np.linalg.eigh(covariance)
    half_long, half_short = np.sqrt(variance[::-1] * np.median(distance))
    turn = math.degrees(math.atan2(float(axes[1, 1]), float(axes[0, 1])))
    x, y = xy.mean(axis=0)
    return (
        f'<ellipse class="{colour_class(letter)}band" rx="{short(float(half_long))}" ry="{short(float(half_short))}" '
        f'transform="translate({short(float(x))} {short(float(y))}) rotate({short(turn)})"/>'
    )


def _whiskers(xy: npt.NDArray[np.float64], reach: npt.NDArray[np.float64]) -> str:
    data = "".join(
        f"M{short(x - dx)} {short(y)}h{short(2 * dx)}M{short(x)} {short(y - dy)}v{short(2 * dy)}"
        for (x, y), (dx, dy) in zip(xy.tolist(), reach.tolist(), strict=True)
    )
    return f'<path class="whisker" d="{data}"/>' if data else ""


def _typical_crosses(reach: npt.NDArray[np.float64], top: float) -> tuple[str, float]:
    """Three crosses under the map, and how far down they go: the surest tenth, the middle, the least sure tenth.

    In one row where they fit, else one under the other.
    """
    order = np.argsort(reach.sum(axis=1), kind="stable")
    quantiles = ((0.1, "surest"), (0.5, "typical"), (0.9, "least sure"))
    chosen = [(*reach[order[int(part * (len(order) - 1))]].tolist(), label) for part, label in quantiles]
    in_a_row = sum(2 * dx + 92 for dx, _, _ in chosen) <= MAP_WIDTH
    tallest = max(9.0, *(dy for _, dy, _ in chosen))
    parts, x, y = [], 2.0, top + tallest + 6
    for dx, dy, label in chosen:
        middle = x + dx
        cross = f"M{short(x)} {short(y)}h{short(2 * dx)}M{short(middle)} {short(y - dy)}v{short(2 * dy)}"
        parts.append(
            f'<path class="whisker dark" d="{cross}"/>'
            f'<text class="axis" x="{short(middle + dx + 6)}" y="{short(y + 5)}">{label}</text>'
        )
        x, y = (middle + dx + 92, y) if in_a_row else (x, y + 2 * tallest + 6)
    return "".join(parts), y + tallest + 2 if in_a_row else y - tallest - 2


def _labels(canvas: _Canvas, labels: Sequence[MapLabel]) -> Iterable[str]:
    """Letters and numbers at their places; one that would cover another is moved down until it does not."""
    taken: list[tuple[float, float]] = []
    for label in labels:
        ((x, y),) = canvas.put(np.array([_two(label.position)], dtype=float))
        while any(abs(x - ox) < 21 and abs(y - oy) < 20 for ox, oy in taken):
            y += 3
        taken.append((float(x), float(y)))
        kind = f"{colour_class(label.letter)}name" if label.letter else "party"
        chip = "" if label.letter else f'<circle class="chip" cx="{short(x)}" cy="{short(y)}" r="9"/>'
        yield Markup('{}<text class="{}" x="{}" y="{}">{}</text>').format(
            Markup(chip), kind, short(x), short(y), label.text
        )


def _described(letter: npt.NDArray[np.str_], sure: npt.NDArray[np.bool_]) -> str:
    if not len(letter):
        return "Nobody has a place on the map."
    parts = [
        f"{counted(int((letter == one).sum()), 'person', 'people')} {f'in group {one}' if one else 'in no group'}"
        for one in sorted(set(letter.tolist()))
    ]
    between = int((~sure).sum())
    tail = f"; {counted(between, 'person stands', 'people stand')} between groups" if between else ""
    return f"{', '.join(parts)}{tail}. The table beside the map has the figures."


def _radius(number: int) -> float:
    """The more people, the smaller the mark: together they cover about as much of the map."""
    return min(max(75 / math.sqrt(max(number, 1)), 2.2), 6.0)


def _two(position: Sequence[float]) -> tuple[float, float]:
    """The first two coordinates; a map of one axis is a line."""
    return (position[0], position[1] if len(position) > 1 else 0.0)

"""The opinion map as SVG text: where everybody stands, how surely, and in which group.

A person's ellipse: half axes r s_1 and r s_2, s the standard deviations, r = sqrt(-2 ln(1 - interval)), which holds
`interval` of a two-dimensional normal distribution.

Source of the ring: the ellipse of a group's own covariance, made just as large as holds half of its people.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from comity.findings.findings import MapPoint
from comity.report.drawings import alone, colour_class, mark, short
from comity.report.numbers import counted
from comity.report.reading import BETWEEN

FEW_POINTS = 12
"""Up to so many people, everybody's own uncertainty is drawn; beyond that, three people's."""
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
    letters: Sequence[str],
    labels: Sequence[MapLabel] = (),
    *,
    in_groups: bool = True,
    interval: float = 0.9,
    title: str = "Opinion map",
    described: str | None = None,
) -> Markup:
    """Where everybody stands: near is alike. Filled: surely of the group; hollow: between groups.

    points: with one axis or more; the first two are drawn, equally long. letters: the mark of each point. in_groups:
    False where there are no groups to be between. Dashed ellipses hold a person with the probability of `interval`:
    everybody up to FEW_POINTS, beyond that one among the surest tenth, a typical one and one among the least sure
    tenth. From MANY_POINTS on, people with one mark who stand in one cell of a grid are one mark at their middle, its
    area growing with their number. A ring holds half of each group. Without points, the labels alone are drawn.
    described: for whoever does not see it; counts of people in English where nothing is said.
    """
    place = np.array([_two(point.position) for point in points], dtype=float).reshape(len(points), 2)
    spread = np.array([_two(point.spread) for point in points], dtype=float).reshape(len(points), 2)
    spread *= math.sqrt(-2 * math.log(1 - interval))
    letter = np.array(letters, dtype="<U1").reshape(len(points))
    sure = np.array([not in_groups or point.membership >= BETWEEN for point in points], dtype=bool)
    middles = np.array([_two(label.position) for label in labels], dtype=float).reshape(len(labels), 2)
    canvas = _Canvas.around(np.vstack([place, middles]))
    xy = canvas.put(place)
    parts = [canvas.cross_hairs()]
    parts += [_ring(xy[letter == one], one) for one in np.unique(letter).tolist() if one and in_groups]
    parts += _marks(xy, letter, sure)
    parts += _uncertain(xy, spread * canvas.unit)
    parts += _labels(canvas, labels)
    return alone("map", (MAP_WIDTH, canvas.height), parts, title, described or _described(letter, sure))


@dataclass(frozen=True)
class _Canvas:
    """From the map's coordinates to the drawing's: one unit is equally long both ways."""

    middle: tuple[float, float]
    unit: float
    height: float

    @classmethod
    def around(cls, place: npt.NDArray[np.float64]) -> _Canvas:
        low, high = (
            (place.min(axis=0), place.max(axis=0)) if len(place) else (np.full(2, -1.0), np.full(2, 1.0))
        )
        extent = np.maximum(high - low, 1e-9)
        unit = float(min((MAP_WIDTH - 60) / extent[0], 360 / extent[1])) if extent.max() > 1e-6 else 60.0
        height = max(float(extent[1] * unit) + 60 if extent[1] > 1e-6 else 0.0, 200.0)
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
        for one in np.unique(letter).tolist():
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
    every = " ".join(f'marker-{place}="url(#{name})"' for place in ("start", "mid", "end"))
    return (
        f'<marker id="{name}" {box} {size}><path class="{kind}" d="{mark(letter, 0, 0, radius)}"/></marker>'
        f'<path class="people" {every} d="M{corners}"/>'
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


def _uncertain(xy: npt.NDArray[np.float64], reach: npt.NDArray[np.float64]) -> Iterable[str]:
    """Where single people stand with stated probability: all of a few, else the surest, a typical, the least sure."""
    if not reach.any():
        return
    chosen = list(range(len(xy)))
    if len(xy) > FEW_POINTS:
        order = np.argsort(reach.sum(axis=1), kind="stable")
        chosen = [int(order[int(part * (len(order) - 1))]) for part in (0.1, 0.5, 0.9)]
    for one in chosen:
        (x, y), (across, upwards) = xy[one].tolist(), reach[one].tolist()
        yield (
            f'<ellipse class="sure" cx="{short(x)}" cy="{short(y)}" rx="{short(across)}" ry="{short(upwards)}"/>'
            f'<circle class="sure dotted" cx="{short(x)}" cy="{short(y)}" r="2"/>'
        )


def _labels(canvas: _Canvas, labels: Sequence[MapLabel]) -> Iterable[str]:
    """Letters and numbers at their places; one that would cover another is moved up or down until it does not."""
    taken: list[tuple[float, float]] = []
    for label in labels:
        ((x, wanted),) = canvas.put(np.array([_two(label.position)], dtype=float)).tolist()
        inside = (y for y in _around(wanted) if 12 <= y <= canvas.height - 12)
        y = next(
            (y for y in inside if all(abs(x - ox) >= 21 or abs(y - oy) >= 20 for ox, oy in taken)), wanted
        )
        taken.append((x, y))
        kind = f"{colour_class(label.letter)}name" if label.letter else "party"
        chip = "" if label.letter else f'<circle class="chip" cx="{short(x)}" cy="{short(y)}" r="9"/>'
        yield Markup('{}<text class="{}" x="{}" y="{}">{}</text>').format(
            Markup(chip), kind, short(x), short(y), label.text
        )


def _around(y: float) -> Iterable[float]:
    """Heights from y on, nearest first, up to the whole map away."""
    for away in range(0, 400, 3):
        yield y + away
        yield y - away


def _described(letter: npt.NDArray[np.str_], sure: npt.NDArray[np.bool_]) -> str:
    if not len(letter):
        return "Single people are not shown. The table beside the map has the figures."
    parts = [
        f"{counted(int((letter == one).sum()), 'person', 'people')} {_MARKED.get(one, f'in group {one}')}"
        for one in np.unique(letter).tolist()
    ]
    between = int((~sure).sum())
    tail = f"; {counted(between, 'person stands', 'people stand')} between groups" if between else ""
    return f"{', '.join(parts)}{tail}. The table beside the map has the figures."


_MARKED = {"": "with no mark of their own", "1": "at end 1", "2": "at end 2"}


def _radius(number: int) -> float:
    """The more people, the smaller the mark: together they cover about as much of the map."""
    return min(max(75 / math.sqrt(max(number, 1)), 2.2), 5.0)


def _two(position: Sequence[float]) -> tuple[float, float]:
    """The first two coordinates; a map of one axis is a line."""
    return (position[0], position[1] if len(position) > 1 else 0.0)

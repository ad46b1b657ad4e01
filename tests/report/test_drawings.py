"""Drawings: what is drawn where, how small it stays, and whether colour-blind people can tell it apart."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import numpy.typing as npt
import pytest

import comity.report
from comity.findings.findings import Estimate, MapPoint, Tally
from comity.report.drawings import (
    SHAPES,
    badge,
    colour_class,
    definitions,
    dot_plot,
    interval_bar,
    legend_key,
    mark,
    outcome_band,
    scale,
    tally_bar,
)
from comity.report.opinion_map import FEW_POINTS, MANY_POINTS, MapLabel, opinion_map

STYLES = (Path(comity.report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")


def people(number: int, seed: int = 0) -> list[MapPoint]:
    dice = np.random.default_rng(seed)
    position = dice.normal(0, 1, (number, 2))
    return [
        MapPoint(
            str(person),
            (float(x), float(y)),
            (0.2, 0.3),
            "group:A" if x < 0 else "group:B",
            0.99 if abs(x) > 0.1 else 0.6,
            None,
        )
        for person, (x, y) in enumerate(position.tolist())
    ]


def letters(number: int) -> list[str]:
    return [(point.group or "")[-1] for point in people(number)]


def drawn(number: int) -> str:
    return str(opinion_map(people(number), letters(number)))


@pytest.mark.parametrize(
    "drawing",
    [
        badge("C"),
        interval_bar(Estimate(0.5, 0.4, 0.6), letter="B", threshold=True, corrected=Estimate(0.4, 0.2, 0.7)),
        interval_bar(Estimate(1, 1, 1), elsewhere=0.0),
        dot_plot([("", Estimate(0.5, 0.4, 0.6)), ("D", Estimate(0, 0, 0))]),
        scale(),
        legend_key("corrected"),
        definitions(0.6),
        tally_bar(Tally(3, 2, 1)),
        tally_bar(Tally(0, 0, 0)),
        outcome_band([("solid", 1, "<one>"), ("pale", 0, "none")], "Title & more"),
        opinion_map(
            people(40), letters(40), [MapLabel("A", "A", (0.0, 0.0)), MapLabel("<1>", "", (0.0, 0.0))]
        ),
        opinion_map([], []),
        opinion_map(people(1), [""]),
    ],
    ids=lambda drawing: str(drawing)[:30],
)
def test_every_drawing_is_well_formed(drawing: str) -> None:
    root = fromstring(str(drawing))
    assert root.tag == "svg"
    for path in root.iter("path"):
        assert re.fullmatch(r"[MHVLlhvazAZ0-9.\- ]+", path.attrib["d"]), path.attrib["d"]


def test_a_bar_draws_the_interval_where_it_is() -> None:
    bar = str(interval_bar(Estimate(0.5, 0.25, 0.75), letter="B"))
    assert 'class="gb span" d="M54 12H154"' in bar
    assert 'class="gb dot"' in bar


def test_the_threshold_is_written_where_it_is_and_covers_no_other_number() -> None:
    assert '<text class="axis" x="124" y="10" text-anchor="middle">60</text>' in str(definitions(0.6))
    assert ">100%<" in str(definitions(0.6))
    assert ">100%<" not in str(definitions(0.9))
    assert ">0<" not in str(definitions(0.05))


def test_a_tally_is_as_long_as_its_numbers() -> None:
    widths = [
        float(end) - float(start)
        for start, end in re.findall(r'd="M([\d.]+) 1H([\d.]+)', str(tally_bar(Tally(6, 3, 1))))
    ]
    assert widths == pytest.approx([200 * share - 1.2 for share in (0.6, 0.1, 0.3)])


def test_shares_outside_0_and_1_stay_inside_the_bar() -> None:
    assert 'd="M4 12H204"' in str(interval_bar(Estimate(0.5, -0.2, 1.2)))


def test_the_map_draws_everybody_once() -> None:
    points = people(300)
    corners = re.findall(
        r'class="people" marker-start="url\(#mark-[AB](?:-hollow)?\)"[^>]* d="M([^"]*)"',
        str(opinion_map(points, letters(300))),
    )
    assert sum(len(one.split()) for one in corners) == 2 * len(points)


def test_uncertainty_is_visible_for_few_for_some_and_for_many() -> None:
    assert drawn(FEW_POINTS).count('class="sure"') == FEW_POINTS
    assert drawn(FEW_POINTS + 1).count('class="sure"') == 3
    assert drawn(MANY_POINTS + 1).count('class="sure"') == 3
    assert "hollow" in drawn(300)
    assert "hollow" in drawn(MANY_POINTS + 1)


def test_an_ellipse_holds_a_person_with_the_stated_probability() -> None:
    points = [
        MapPoint("1", (0.0, 0.0), (0.5, 1.0), None, 1.0, None),
        MapPoint("2", (4.0, 0.0), (0.5, 1.0), None, 1.0, None),
    ]
    radii = re.findall(
        r'class="sure"[^>]*rx="([\d.]+)" ry="([\d.]+)"', str(opinion_map(points, ["", ""], interval=0.9))
    )
    unit = 420 / 4
    dice = np.random.default_rng(1)
    place = dice.normal(0, [0.5, 1.0], (20_000, 2)) * unit
    inside = ((place / np.array(radii[0], dtype=float)) ** 2).sum(axis=1) <= 1
    assert inside.mean() == pytest.approx(0.9, abs=0.01)


def test_a_method_without_spread_draws_no_ellipses() -> None:
    points = [MapPoint(str(k), (float(k), 1.0), (0.0, 0.0), None, 1.0, None) for k in range(2)]
    assert "sure" not in str(opinion_map(points, ["", ""]))


def test_a_map_of_one_axis_and_of_one_place_can_be_drawn() -> None:
    same = [MapPoint(str(k), (0.0,), (0.1,), None, 1.0, None) for k in range(5)]
    assert "NaN" not in str(opinion_map(same, [""] * 5))
    assert "nan" not in str(opinion_map(same, [""] * 5)).replace("nance", "")


def test_the_map_of_200_000_people_stays_small_and_counts_them_all() -> None:
    drawing = drawn(200_000)
    assert len(drawing) < 100_000
    described = re.findall(r"([\d,]+) people in group", drawing)
    assert sum(int(number.replace(",", "")) for number in described) == 200_000


def test_labels_do_not_cover_one_another() -> None:
    labels = [MapLabel(str(number), "", (0.0, 0.0)) for number in range(6)]
    drawing = str(opinion_map(people(20), letters(20), labels))
    heights = sorted(float(y) for y in re.findall(r'class="party" x="[\d.]+" y="([\d.]+)"', drawing))
    assert min(np.diff(heights)) >= 20


def test_every_group_has_a_shape_of_its_own() -> None:
    outlines = {mark(letter, 0, 0, 10) for letter in ("A", *SHAPES)}
    assert len(outlines) == 1 + len(SHAPES) == 10
    assert len({colour_class(letter) for letter in ("A", *SHAPES)}) == 10


# How colours look to people with a colour vision deficiency: Machado, Oliveira and Fernandes (2009), severity 1.
VISION = {
    "full": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
Colour = npt.NDArray[np.float64]


def palettes() -> dict[str, dict[str, Colour]]:
    """The variables of each colour scheme of the stylesheet, as linear light."""
    schemes = {}
    for name, block in zip(
        ("light", "dark", "print"), re.findall(r":root \{(.*?)\}", STYLES, re.DOTALL), strict=True
    ):
        schemes[name] = {
            key: linear(value) for key, value in re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block)
        }
    return schemes


def linear(colour: str) -> Colour:
    share = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2's contrast ratio."""
    luminance = sorted(float(colour @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (luminance[1] + 0.05) / (luminance[0] + 0.05)


def lab(light: Colour) -> Colour:
    """CIE 1976 L*a*b*, in which equal distances look about equally far apart."""
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = np.array(to_xyz) @ np.clip(light, 0, 1) / [0.95047, 1.0, 1.08883]
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("vision", VISION)
def test_colour_blind_people_can_tell_the_groups_apart(scheme: str, vision: str) -> None:
    """A difference of 10 is seen at a glance (2.3 is just noticeable); shapes differ besides."""
    groups = [palettes()[scheme][f"g{letter}"] for letter in "abcdef"]
    seen = [lab(VISION[vision] @ colour) for colour in groups]
    assert min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)) > 10


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_everything_stands_out_from_the_paper(scheme: str) -> None:
    """WCAG 2: 4.5 for text, on the paper and on tinted ground, 3 for marks."""
    colours = palettes()[scheme]
    for text in ("ink", "soft", "accent"):
        assert contrast(colours[text], colours["paper"]) >= 4.5
        assert contrast(colours[text], colours["tint"]) >= 4.5
        assert contrast(colours[text], colours["mark"]) >= 4.5
    for shape in ("ga", "gb", "gc", "gd", "ge", "gf", "solid"):
        assert contrast(colours[shape], colours["paper"]) >= 3
    assert contrast(colours["solid"], colours["pale"]) >= 3

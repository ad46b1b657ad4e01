"""The consultation report: one Findings object, one HTML file that needs nothing else."""

from __future__ import annotations

from comity.findings.findings import Findings
from comity.report import drawings, explanations, language, numbers, reading, sentences
from comity.report.frame import Frame, Section, page_from
from comity.report.opinion_map import MapLabel, opinion_map
from comity.report.reading import Reading, letters_of_points

SECTIONS = (
    Section("found", "In five sentences"),
    Section("common", "Common ground"),
    Section("differences", "Reserved differences"),
    Section("map", "The opinion map"),
    Section("groups", "Each group in its own words"),
    Section("parties", "Each party"),
    Section("statements", "All statements"),
    Section("method", "How this was computed, and how sure it is"),
)
"""The order in which a reader meets the findings."""


def report_html(findings: Findings) -> str:
    """The whole report as one self-contained HTML page.

    It asks nothing of any host, works without its script, and holds no date of its own: the same findings give
    the same bytes. Texts of people are escaped and keep their language and direction.
    """
    read = Reading(findings)
    frame = Frame(findings.title or "Consultation", "Consultation report", SECTIONS, script=True)
    return page_from(
        "report.html",
        frame,
        reading=read,
        findings=findings,
        threshold=findings.parameters.threshold,
        show=reading,
        say=sentences,
        explain=explanations,
        draw=drawings,
        write=numbers,
        said=language,
        map_drawing=map_of(read),
    )


def map_of(read: Reading) -> str:
    """The opinion map of a consultation: groups by letter, parties by number where they are few."""
    findings = read.findings
    labels = [
        MapLabel(
            read.letters[side.side_id] if side.kind == "group" else side.name,
            read.letters[side.side_id],
            side.center,
        )
        for side in read.marked
        if side.center is not None
    ]
    labels += [
        MapLabel(str(number), "", side.center)
        for number, side in enumerate(read.numbered, 1)
        if side.center is not None
    ]
    return opinion_map(
        findings.opinion_map.points,
        letters_of_points(read),
        labels,
        in_groups=read.has_groups,
        interval=findings.parameters.interval,
    )

"""`comity export`: a consultation of this site as files: the record, and the files that a Polis server exports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from comity import __version__
from comity.assemble import Site, missing_extra, site_of
from comity.errors import Refused
from comity.settings import settings_from


def export(consultation: str, /, *, to: Path = Path("."), copy: Literal["public", "full"] = "public") -> None:
    """Write the record, its findings, and the Polis files where single votes are published, into a folder.

    Parameters
    ----------
    consultation
        Its id on this site (COMITY_DATABASE_URL says where its data are).
    to
        The folder; it is made if it does not exist.
    copy
        'public' holds what was promised to be public; 'full' is for an auditor and holds every vote.
    """
    from comity.findings.compute import findings_of

    site = site_of(settings_from(os.environ), findings_of)
    try:
        for name in exported(site, consultation, to, copy):
            print(to / name)
    finally:
        site.close()


def exported(site: Site, consultation: str, to: Path, copy: Literal["public", "full"]) -> Iterator[str]:
    """Write the files one after the other; their names as they are written. Raises Refused."""
    with missing_extra("site", "exporting a record"):
        from comity.exchange.polis_export import polis_export
        from comity.exchange.record_file import NAME, written
        from comity.report.data import findings_json

    items = site.reader.copy(consultation, copy)
    known = site.reader.consultation(consultation)
    found = site.reader.findings(consultation)
    number = {group.side_id: place for place, group in enumerate(found.groups)}
    points = found.opinion_map.points
    groups = {point.participant_id: number[point.group] for point in points if point.group in number}
    try:
        to.mkdir(parents=True, exist_ok=True)
        with (to / NAME).open("wb") as file:
            file.writelines(written(items))
        yield NAME
        (to / "findings.json").write_text(findings_json(found), encoding="utf-8")
        yield "findings.json"
        if known.promise is not None and not known.promise.shows_single_votes:
            print(
                "no Polis files: this consultation promised to publish no single votes, and they hold nothing else",
                file=sys.stderr,
            )
            return
        url = known.head.origin if known.head else ""
        for name, data in polis_export(known, groups, url, __version__).items():
            (to / name).write_bytes(data)
            yield name
    except OSError as error:
        raise Refused(
            "cannot-write", f"{to} cannot be written ({error.strerror}); choose another folder"
        ) from None

"""The record: its checkpoints, its public copy, and how a stranger verifies this very page."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from comity import __version__
from comity.errors import Refused
from comity.exchange.polis_export import polis_export
from comity.exchange.record_file import NAME, written
from comity.findings.package_space import packages_beyond_listing
from comity.record.imported import source_of
from comity.web.parts import Site, seen_by
from comity.web.shown import page

router = APIRouter(include_in_schema=False)
TABLES = ("votes.csv", "comments.csv", "participants-votes.csv", "summary.csv", "parties.csv")


@router.get("/c/{consultation}/record")
def record_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    note = site.reader.checkpoint(consultation)
    with site.reader.reading(consultation) as state:
        root, size = state.root().hex(), state.size
        bargains = [one for one in (*state.past_bargains, state.bargain) if one.drafts]
        sizes = [
            packages_beyond_listing([len(issue.options) for issue in one.issues.values()], len(state.parties))
            for one in bargains
        ]
    tables = [name for name in TABLES if name != "parties.csv" or seen.parties]
    return page(
        request,
        "record.html",
        seen=seen,
        here="record",
        note=note,
        root=root,
        size=size,
        tables=tables if seen.settings.promise.shows_single_votes else [],
        name=NAME,
        source=None if seen.settings.imported is None else source_of(seen.settings.imported),
        skipped=site.reader.skipped(consultation),
        drafts=bool(bargains),
        claimed=any(size is not None for size in sizes),
    )


@router.get("/c/{consultation}/record/checkpoint.txt")
def checkpoint(request: Request, site: Site, consultation: str) -> Response:
    seen_by(request, site, consultation)
    note = site.reader.checkpoint(consultation)
    if note is None:
        raise Refused(
            "no-such-page", "there is no checkpoint of this record yet; come back after the first vote"
        )
    headers = {"content-disposition": 'attachment; filename="checkpoint.txt"'}
    return Response(note, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/c/{consultation}/record/comity.jsonl")
def public_copy(request: Request, site: Site, consultation: str) -> Response:
    seen_by(request, site, consultation)
    headers = {"content-disposition": f'attachment; filename="{NAME}"'}
    return StreamingResponse(
        _blocks(written(site.reader.copy(consultation, "public"))),
        media_type="application/jsonl",
        headers=headers,
    )


def _blocks(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in pieces of some size: a piece a line would cost a thread's turn each."""
    waiting: list[bytes] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == 500:
            yield b"".join(waiting)
            waiting.clear()
    yield b"".join(waiting)


@router.get("/c/{consultation}/record/{table}")
def polis_table(request: Request, site: Site, consultation: str, table: str) -> Response:
    seen = seen_by(request, site, consultation)
    if table not in TABLES or not seen.settings.promise.shows_single_votes:
        raise Refused("no-such-page", "there is no such file here; the record's page lists those there are")
    known = site.reader.consultation(consultation)
    files = polis_export(known, url=f"{known.head.origin if known.head else ''}", version=__version__)
    if table not in files:
        raise Refused("no-such-page", "there is no such file here; the record's page lists those there are")
    headers = {"content-disposition": f'attachment; filename="{table}"'}
    return Response(files[table], media_type="text/csv; charset=utf-8", headers=headers)

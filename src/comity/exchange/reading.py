"""A set of files of any kind that is known, as a consultation."""

from __future__ import annotations

from comity.exchange.files import Files
from comity.exchange.polis import ExportFiles, export
from comity.exchange.polis_api import ApiFiles, api
from comity.exchange.recognise import recognise
from comity.exchange.table import TableFiles, plain_table
from comity.exchange.unga import is_unga, unga_consultation
from comity.record.consultation import Consultation


def consultation_in(files: Files, title: str) -> Consultation:
    """Recognise these files by their content and read them; title where none of them names one.

    Refuses what is nothing known, and what cannot be read.

    >>> parks = consultation_in({"a.csv": b"participant,statement,vote\\nana,More trees,agree\\n"}, "Parks")
    >>> parks.title, parks.participant_ids, parks.statements[0].text, parks.votes.answer.tolist()
    ('Parks', ('ana',), 'More trees', [1])
    """
    if is_unga(files):
        return unga_consultation(files)
    known = recognise(files)
    if known.kind == "polis-export":
        return export(files, ExportFiles(**known.roles), title, known.notes)
    if known.kind == "polis-api":
        return api(files, ApiFiles(**known.roles), title, known.notes)
    return plain_table(files, TableFiles(**known.roles), title, known.notes)

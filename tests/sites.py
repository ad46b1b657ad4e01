"""Sites to test with: a desk and a reader over every kind of store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from comity.assemble import Site, site_of
from comity.desk import beside_text, new_text, statement
from comity.reader import FindingsOf
from comity.record.entries import Entry, Opening, PartyAdded
from comity.settings import Settings

HOST = "p-host"


@contextmanager
def site_at(url: str, findings_of: FindingsOf | None = None) -> Iterator[Site]:
    """A site over the store at this address, put away at the end."""
    site = site_of(Settings(url, "talks.example.org"), findings_of)
    try:
        yield site
    finally:
        site.close()


def open_rivers(site: Site, consultation: str = "rivers", **settings: object) -> None:
    """A consultation with two parties and two statements ('1', '2') put to the vote."""
    texts = [new_text(words) for words in ("Clean the river", "Build a dam")]
    opening: dict[str, object] = {
        "by": HOST,
        "consultation": consultation,
        "origin": f"talks.example.org/{consultation}",
        "key": site.desk.signer.verifier,
        "title": "Rivers",
        "question": "What should we do about the river?",
        "opens_at": 0,
        "joining": "open",
        "languages": ("en", "fr"),
    }
    first: list[Entry] = [
        PartyAdded(by=HOST, party="aland", name="Aland"),
        PartyAdded(by=HOST, party="bland", name="Bland", bloc="south"),
        *(statement(text, HOST, "en", seed=True) for text in texts),
    ]
    make: Callable[..., Opening] = Opening
    site.desk.open(make(**(opening | settings)), first, [beside_text(text) for text in texts])

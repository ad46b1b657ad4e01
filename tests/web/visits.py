"""Browsers without a browser: clients of a site in this process, and what they do first."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import httpx

from comity.assemble import Site, site_of
from comity.findings.compute import findings_of
from comity.outside.mail import Mailer
from comity.outside.translation import Translator
from comity.settings import Settings
from comity.web.app import make_app

with warnings.catch_warnings():  # it would rather have a newer client than the one that is pinned
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

FORM: dict[str, Any] = {
    "title": "Rivers",
    "question": "What should we do about the river?",
    "background": "It floods.",
    "language": "en",
    "languages": ["en", "fr"],
    "parties": "Aland; north\nBland",
    "statements": "Clean the river\nBuild a dam\nLower the tolls",
    "threshold": "60",
    "joining": "invitation",
    "visibility": "pseudonyms",
    "floor": "5",
    "moderation": "before",
    "readers": "public",
}
"""A consultation as a host fills in the form."""


class House:
    """A site and the way to visit it: every visitor has cookies of his or her own."""

    def __init__(self, site: Site, app: Any) -> None:
        self.site, self.app = site, app

    @property
    def framework(self) -> Any:
        """The application behind the guard: its routes, and its parts in `state.parts`."""
        return self.app.app.site.framework

    def visitor(self, language: str = "en") -> TestClient:
        return TestClient(
            self.app,
            base_url="http://talks.example.org",
            headers={"accept-language": language, "sec-fetch-site": "same-origin"},
            raise_server_exceptions=True,
        )

    def host(self, **changes: Any) -> TestClient:
        """Somebody who set up and opened a consultation; its id is `rivers` unless the title changes."""
        client = self.visitor()
        saved = client.post("/set-up", data={**FORM, **changes})
        assert saved.url.path.startswith("/set-up/"), text_of(saved)
        opened = client.post(f"{saved.url.path}/open")
        assert opened.url.path.endswith("/invitations"), text_of(opened)
        return client

    def links(self, host: TestClient, consultation: str = "rivers", **form: str) -> list[str]:
        """Paths of new invitations."""
        made = host.post(
            f"/c/{consultation}/invitations", data={"role": "delegate", "party": "aland", **form}
        )
        return re.findall(rf"http://talks.example.org(/c/{consultation}/i/\w+)", made.text)

    def member(self, host: TestClient, consultation: str = "rivers", **form: str) -> TestClient:
        """Somebody who joined by a new invitation."""
        (link,) = self.links(host, consultation, **form)
        client = self.visitor()
        joined = join(client, link)
        assert joined.status_code == 200, text_of(joined)
        return client


def join(client: TestClient, link: str, **form: str) -> httpx.Response:
    consultation, _, token = link.removeprefix("/c/").partition("/i/")
    found: httpx.Response = client.post(
        f"/c/{consultation}/join", data={"token": token, "understood": "yes", **form}
    )
    return found


def vote(
    client: TestClient, statement: str, answer: int, consultation: str = "rivers", **form: str
) -> httpx.Response:
    sent = {"statement": statement, "answer": str(answer), **form}
    found: httpx.Response = client.post(f"/c/{consultation}/vote", data=sent)
    return found


def text_of(response: httpx.Response) -> str:
    """A page's words without its markup, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


@contextmanager
def house_at(url: str, **settings: Any) -> Iterator[House]:
    """A site over the store at this address."""
    chosen = Settings(url, "talks.example.org", **settings)
    site = site_of(chosen, findings_of)
    try:
        mailer = None if chosen.mail is None else Mailer(chosen.mail, seconds=0.5)
        translator = None if chosen.translation is None else Translator(chosen.translation, seconds=0.5)
        yield House(
            site, make_app(site.settings, site.reader, site.desk, "set-up-secret", mailer, translator)
        )
    finally:
        site.close()

"""Machine translation by a server that speaks as LibreTranslate does, where whoever runs the site names one.

`POST URL/translate` with JSON {"q": [texts], "source": "en", "target": "fr", "format": "text"} gives
{"translatedText": [texts]}. A text goes there only when somebody asks for it on the page of translations.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from comity.settings import TranslationServer

AT_ONCE = 10
"""Texts in one request."""

MOST_BYTES = 2_000_000
"""Of an answer: ten texts are a few thousand."""

Trouble = Literal["unreachable", "slow", "refused", "not-understood"]
"""Why there is no translation: no server answers; it takes too long; it refuses; its answer is none that we know."""


@dataclass(frozen=True)
class Translated:
    """What came back, in the order of what was sent; fewer where there was trouble. said: the server's own words."""

    texts: tuple[str, ...]
    trouble: Trouble | None = None
    said: str = ""


class _NotTranslated(Exception):
    def __init__(self, trouble: Trouble, said: str) -> None:
        super().__init__(said)
        self.trouble, self.said = trouble, said


class Translator:
    """Asks one server. seconds: for each request; patience: for all requests of one call."""

    def __init__(self, server: TranslationServer, *, seconds: float = 20.0, patience: float = 40.0) -> None:
        self.server, self.seconds, self.patience = server, seconds, patience
        self._opener = urllib.request.build_opener(_NoRedirect())

    def translated(self, texts: Sequence[str], source: str, target: str) -> Translated:
        """The texts in another language (tags such as 'en', 'fr'); never raises: trouble is part of the answer."""
        done: list[str] = []
        until = time.monotonic() + self.patience
        for start in range(0, len(texts), AT_ONCE):
            if time.monotonic() > until:
                return Translated(tuple(done), "slow")
            try:
                done += self._request(texts[start : start + AT_ONCE], source, target)
            except _NotTranslated as error:
                return Translated(tuple(done), error.trouble, error.said)
        return Translated(tuple(done))

    def _request(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        asked: dict[str, Any] = {"q": list(texts), "source": source, "target": target, "format": "text"}
        if self.server.key:
            asked["api_key"] = self.server.key
        request = urllib.request.Request(
            f"{self.server.url}/translate",
            json.dumps(asked).encode(),
            {"content-type": "application/json", "accept": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=self.seconds) as answer:
                body = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            with error:
                said = _plain(error.read(MOST_BYTES))
            raise _NotTranslated("refused", f"{error.code} {said}") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            late = isinstance(reason, TimeoutError)
            raise _NotTranslated("slow" if late else "unreachable", _line(str(reason))) from None
        return _texts(body, len(texts))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Texts go to the server that was named and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _texts(body: bytes, number: int) -> list[str]:
    try:
        found = json.loads(body)["translatedText"]
    except (ValueError, KeyError, TypeError):
        raise _NotTranslated("not-understood", _line(body[:200].decode(errors="replace"))) from None
    if not isinstance(found, list) or len(found) != number or not all(isinstance(one, str) for one in found):
        raise _NotTranslated("not-understood", f"{number} texts were sent, and not as many came back")
    return found


def _plain(body: bytes) -> str:
    """What a refusal says, where it is {"error": ...}."""
    try:
        return _line(str(json.loads(body)["error"]))
    except (ValueError, KeyError, TypeError):
        return ""


def _line(text: str) -> str:
    return " ".join(text.split())[:200]

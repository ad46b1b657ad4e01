"""The frame of every page that Comity writes: one file, one stylesheet inside, nothing loaded from anywhere.

A page is a template that extends `frame.html` (`page_from`), or a list of sections made by functions
(`page_frame`). Templates run with autoescape and strict undefined names: a text becomes markup only by being
`Markup`. The only script is `templates/page.js`, allowed by its hash; no page needs it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from comity import __version__

EMPTY = Markup("")
_TEMPLATES = PackageLoader("comity.report", "templates")


@dataclass(frozen=True)
class Section:
    """A part of a page: where links point to, what it is called, and what it holds."""

    anchor: str
    heading: str
    body: Markup = EMPTY


@dataclass(frozen=True)
class Frame:
    """What surrounds a page. kind: "Consultation report", "Voting power", ...; script: tables may be sorted."""

    title: str
    kind: str
    sections: tuple[Section, ...]
    script: bool = False
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"


def page_frame(frame: Frame, lede: Markup) -> str:
    """One HTML file: title, lede (the result, for the first screen), contents, then every section in order.

    >>> page = page_frame(Frame("Tolls", "Voting power", (Section("who", "Who decides"),)), Markup("<p>All.</p>"))
    >>> page.startswith("<!doctype html>"), '<section id="who"' in page, "<script>" in page
    (True, True, False)
    """
    return page_from("sections.html", frame, lede=lede)


def page_from(template: str, frame: Frame, **values: object) -> str:
    """A template that extends `frame.html`, filled; every name that it uses has to be given."""
    script = Markup(_file("page.js")) if frame.script else Markup("")
    text = (
        environment()
        .get_template(template)
        .render(
            frame=frame,
            stylesheet=Markup(_file("report.css")),
            script=script,
            content_policy=_content_policy(script),
            version=__version__,
            **values,
        )
    )
    return re.sub(r"\n\s*\n+", "\n", text)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of this room; names that are not defined are errors, and every text is escaped."""
    return Environment(
        loader=_TEMPLATES,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=4)
def _file(name: str) -> str:
    """A stylesheet or script without its comments, indentation and line ends that nobody reads."""
    text, *_ = _TEMPLATES.get_source(environment(), name)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _content_policy(script: str) -> str:
    """What the page may do: nothing but its own styles and, by hash, its own script."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"script-src 'sha256-{digest}'; " if script else ""
    return f"default-src 'none'; style-src 'unsafe-inline'; {allowed}base-uri 'none'; form-action 'none'"

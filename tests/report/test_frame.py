"""The frame is one file that asks nothing of anybody: no address, no unlisted script, everything escaped."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from comity.report.frame import Frame, Section, environment, page_frame

FRAME = Frame(
    "Water", "Voting power", (Section("who", "Who decides", Markup("<p>Nobody.</p>")),), script=True
)


def test_a_title_is_text_and_never_markup() -> None:
    page = page_frame(Frame("<script>alert(1)</script>", "<b>", ()), Markup(""))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_script_is_allowed_by_its_own_hash_and_nothing_else_is() -> None:
    page = page_frame(FRAME, Markup(""))
    script = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert len(script) == 1
    assert Markup(policy[1]).unescape() == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_a_page_without_a_script_allows_none() -> None:
    page = page_frame(Frame("Water", "Voting power", ()), Markup(""))
    assert "<script" not in page
    assert "script-src" not in page


def test_no_address_of_another_host() -> None:
    assert not re.findall(r"(?:https?:)?//[a-z]", page_frame(FRAME, Markup("")))


def test_contents_lead_to_every_section() -> None:
    page = page_frame(FRAME, Markup(""))
    assert '<a href="#who">Who decides</a>' in page
    assert '<section id="who"' in page
    assert "<p>Nobody.</p>" in page


def test_a_name_that_is_not_defined_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody_defined_this }}").render()

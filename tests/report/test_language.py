"""Texts of people keep language and direction; what cannot be known is not claimed."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from comity.report.language import attributes, direction_of, language_of, plain, quoted, said, shortened


@pytest.mark.parametrize(
    ("text", "language", "direction"),
    [
        ("الماء للجميع", None, "rtl"),
        ("UNEP ينبغي أن تشرف", None, "rtl"),
        ("מים", None, "rtl"),
        ("water", "ar", "rtl"),
        ("الماء", "en", "ltr"),
        ("water (ماء)", None, "ltr"),
        ("", None, "ltr"),
        ("🌊 2030", None, "ltr"),
        ("سد", "fa-IR", "rtl"),
    ],
)
def test_direction(text: str, language: str | None, direction: str) -> None:
    assert direction_of(text, language) == direction


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("計程車司機應該有保險", "zh-Hant"),
        ("出租车司机应该有保险", "zh-Hans"),
        ("水", "zh"),
        ("タクシーの運転手", "ja"),
        ("택시", "ko"),
        ("вода", ""),
        ("water", ""),
        ("Uber 的 app", ""),
        ("", ""),
    ],
)
def test_language_that_the_script_gives_away(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_text_is_escaped_and_marked() -> None:
    assert said('<b>"', None) == Markup('<bdi class="said" lang="">&lt;b&gt;&#34;</bdi>')
    assert attributes("x", '"><script>') == Markup(' lang="&#34;&gt;&lt;script&gt;"')


def test_a_quote_inside_a_sentence_is_short_and_has_no_stop() -> None:
    assert plain(quoted("Yes.", longest=80)) == "“Yes”"
    assert plain(quoted("Yes.")) == "“Yes.”"
    assert shortened("a" * 100, 10) == "a" * 9 + "…"
    assert shortened("line\nbreak", 40) == "line break"
    assert shortened("水" * 100, 11) == "水" * 5 + "…"

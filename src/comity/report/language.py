"""Texts of people keep their language and their direction wherever they are quoted."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Literal
from unicodedata import bidirectional, east_asian_width

from markupsafe import Markup

LONGEST = 4_000
"""Letters of a statement that a page shows."""
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


def direction_of(text: str, language: str | None = None) -> Literal["ltr", "rtl"]:
    """The direction of a text: of its language where that is known, else of most of its letters.

    The first letter alone misleads: many an Arabic sentence begins with a Latin abbreviation.

    >>> direction_of("UNRWA تقدم المساعدة"), direction_of("水"), direction_of("12")
    ('rtl', 'ltr', 'ltr')
    """
    if language:
        return "rtl" if language.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
    kinds = [bidirectional(letter) for letter in text]
    return "rtl" if kinds.count("R") + kinds.count("AL") > kinds.count("L") else "ltr"


def language_of(text: str) -> str:
    """The language that a script alone gives away, as a BCP 47 tag; '' (unknown) where it does not.

    Chinese is told apart into traditional and simplified by the letters that only one of their old national
    codes has, because fonts and voices differ.

    >>> language_of("計程車"), language_of("出租车"), language_of("タクシー"), language_of("택시"), language_of("taxi")
    ('zh-Hant', 'zh-Hans', 'ja', 'ko', '')
    """
    if re.search("[\u3040-\u30ff]", text):
        return "ja"
    if re.search("[\uac00-\ud7af]", text):
        return "ko"
    han = re.findall("[\u4e00-\u9fff]", text)
    if not han or len(han) * 4 < len(text):
        return ""
    traditional, simplified = (sum(_is_in(letter, code) for letter in han) for code in ("big5", "gb2312"))
    if traditional == simplified:
        return "zh"
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def said(text: str, language: str | None = None, *, longest: int = 0) -> Markup:
    """A text as it was said, inside a line of ours: with its language and direction, shortened if asked.

    >>> said("<b>Water</b> for all", "en")
    Markup('<bdi class="said" lang="en">&lt;b&gt;Water&lt;/b&gt; for all</bdi>')
    """
    return Markup('<bdi class="said"{}>{}</bdi>').format(
        attributes(text, language), shortened(text, longest) if longest else text
    )


def quoted(text: str, language: str | None = None, *, longest: int = 0) -> Markup:
    """The same between quotation marks; inside a sentence of ours it loses its full stop.

    The marks belong to the text, so that where it runs from right to left they stand on its own two sides.

    >>> plain(quoted("Water is for all.", "en", longest=80))
    '“Water is for all”'
    """
    words = shortened(text, longest).rstrip(".。") if longest else text
    return Markup('<bdi class="said"{}>“{}”</bdi>').format(attributes(text, language), words)


def attributes(text: str, language: str | None = None) -> Markup:
    """The attributes that tell a browser and a voice how to read a text; left to right goes without saying.

    >>> attributes("الماء", "ar"), attributes("eau")
    (Markup(' lang="ar" dir="rtl"'), Markup(' lang=""'))
    """
    tag = language or language_of(text)
    return Markup(' lang="{}"{}').format(
        tag, Markup(' dir="rtl"') if direction_of(text, tag) == "rtl" else Markup("")
    )


def whole(text: str) -> str:
    """A statement in full; one that is absurdly long is cut, and says where the rest is.

    >>> whole("Water."), whole(""), whole("a" * 5_000)[-65:]
    ('Water.', '(no text)', 'aaa… (5,000 letters; the whole is in the findings, --format json)')
    """
    if len(text) <= LONGEST:
        return text or "(no text)"
    return f"{text[:LONGEST]}… ({len(text):,} letters; the whole is in the findings, --format json)"


def shortened(text: str, longest: int) -> str:
    """A text on one line of at most so many letters, a wide one counting twice; cut between words where there are any.

    >>> shortened("Water is for all of us", 14), shortened("Water", 14), shortened("每個人都需要水", 10)
    ('Water is for…', 'Water', '每個人都…')
    """
    line = " ".join(text.split())
    widths = [2 if east_asian_width(letter) in "WF" else 1 for letter in line]
    if sum(widths) <= longest:
        return line
    cut = line[: sum(width <= longest - 1 for width in accumulate(widths))]
    word = cut.rfind(" ")
    return (cut[:word] if word > len(cut) // 2 else cut).rstrip(" ,.;:，。、") + "…"


def plain(sentence: Markup) -> str:
    """A sentence without its markup, for titles and for voices.

    >>> plain(Markup("<b>Two</b> &lt; three"))
    'Two < three'
    """
    return sentence.striptags()


def _is_in(letter: str, code: str) -> bool:
    try:
        letter.encode(code)
    except UnicodeEncodeError:
        return False
    return True

"""Before a statement is sent: what was said already in nearly the same words, and whether it holds two ideas.

Likeness is the share of three-letter pieces that two texts have in common (Dice): it knows letters, not meanings,
so it only ever shows what is near and never decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

LIKE = 0.5
MOST = 3
JOINING: Mapping[str, tuple[str, ...]] = {
    "en": (" and ", ";"),
    "fr": (" et ", ";"),
    "es": (" y ", ";"),
    "ru": (" и ", ";"),
    "zh": ("并且", "以及", "；", "而且"),
    "ar": ("؛",),
}
"""Words that often join two ideas, by language; Arabic writes its "and" as the first letter of the word after it."""

ARABIC_AND = re.compile(
    " و(?!اجب|احد|ادي|اقع|الد|ثيق|جه|جود|حد|رق|زار|زير|زن|سائل|سط|سيل|صول|ضع|طن|ظيف|فق|فد|قت|قف|قود|كال|لاي|لد)"
)
"""That letter, except where a common noun of consultations begins with it by itself."""


def near(text: str, others: Iterable[tuple[str, str]], at_least: float = LIKE) -> list[str]:
    """The ids of at most three texts that are much like this one, the most alike first. others: (id, text).

    >>> near("Clean the river now", [("1", "Clean the river"), ("2", "Build a dam")])
    ['1']
    """
    mine = pieces(text)
    if not mine:
        return []
    found: list[tuple[float, int, str]] = []
    for name, other in others:
        theirs = pieces(other)
        alike = 2 * len(mine & theirs) / (len(mine) + len(theirs)) if theirs else 0.0
        if alike >= at_least:
            found.append((-alike, len(found), name))
    return [name for _, _, name in sorted(found)[:MOST]]


def pieces(text: str) -> set[str]:
    """Three-letter pieces of a text without marks and case; two letters where words are not parted (Chinese)."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.findall(r"\w+", plain)
    size = 2 if re.search(r"[\u3400-\u9fff]", plain) else 3
    joined = f" {' '.join(words)} " if words else ""
    return {joined[place : place + size] for place in range(len(joined) - size + 1)}


def joins_two(text: str, language: str | None) -> bool:
    """Whether the text may hold two ideas, so that nobody could answer it with one vote.

    >>> joins_two("Clean the river and lower the tolls", "en")
    True
    """
    if language == "ar" and ARABIC_AND.search(text):
        return True
    return any(word in f"{text.casefold()} " for word in JOINING.get(language or "", (";",)))

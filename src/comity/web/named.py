"""What issues and options are called in a reader's language, the host's own names beside.

A translation stands where a statement's does: its hash in the record, its words beside it. Names are looked up by what
the host called them, for that is how statements of interests and findings speak of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from comity.record.bargain import Bargain, issue_subject, option_subject
from comity.web.shown import bdi, direction_of
from comity.web.views import Worded


@dataclass(frozen=True)
class Named:
    """Names as this reader gets them. issues: by the host's name; options: by the issue's and the option's."""

    issues: Mapping[str, Worded]
    options: Mapping[tuple[str, str], Worded]

    def issue(self, issue: str) -> Markup:
        return _marked(self.issues.get(issue), issue)

    def option(self, issue: str, option: str) -> Markup:
        return _marked(self.options.get((issue, option)), option)

    def issue_text(self, issue: str) -> str:
        """Without markup: for labels and choices."""
        return _text(self.issues.get(issue), issue)

    def option_text(self, issue: str, option: str) -> str:
        return _text(self.options.get((issue, option)), option)

    def issue_beside(self, issue: str) -> Markup:
        """The name, and the host's own under it where it was translated."""
        return _beside(self.issue(issue), self.issues.get(issue))

    def option_beside(self, issue: str, option: str) -> Markup:
        return _beside(self.option(issue, option), self.options.get((issue, option)))

    @property
    def states(self) -> frozenset[str]:
        """How sure the translations are that this reader is given: machine, draft, checked."""
        return frozenset(item.state for item in (*self.issues.values(), *self.options.values()))


def named_in(bargain: Bargain, texts: Mapping[str, str], language: str, code: str) -> Named:
    """The names in one language. texts: by hash; language: in which the host named them."""
    issues: dict[str, Worded] = {}
    options: dict[tuple[str, str], Worded] = {}
    for entry in bargain.issues.values() if code != language else ():
        name = _translated(bargain, texts, issue_subject(entry.issue), entry.name, (language, code))
        if name is not None:
            issues[entry.name] = name
        for number, option in enumerate(entry.options):
            subject = option_subject(entry.issue, number)
            found = _translated(bargain, texts, subject, option, (language, code))
            if found is not None:
                options[entry.name, option] = found
    return Named(issues, options)


def needs_words(name: str) -> bool:
    """Whether a name holds anything to translate: a number does not.

    >>> needs_words("10"), needs_words("2.5 %"), needs_words("10 km")
    (False, False, True)
    """
    return any(letter.isalpha() for letter in name)


def _translated(
    bargain: Bargain, texts: Mapping[str, str], subject: str, original: str, languages: tuple[str, str]
) -> Worded | None:
    language, code = languages
    added = bargain.translations.get((subject, code))
    text = None if added is None else texts.get(added.text)
    return None if added is None or text is None else Worded(text, code, original, language, added.state)


def _text(worded: Worded | None, original: str) -> str:
    return original if worded is None or worded.text is None else worded.text


def _marked(worded: Worded | None, original: str) -> Markup:
    if worded is None:
        return bdi(original)
    return Markup('<bdi lang="{}">{}</bdi>').format(worded.language, worded.text)


def _beside(marked: Markup, worded: Worded | None) -> Markup:
    if worded is None or worded.original == worded.text:
        return marked
    return Markup('{} <bdi class="beside" lang="{}" dir="{}">{}</bdi>').format(
        marked, worded.original_language, direction_of(worded.original_language), worded.original
    )

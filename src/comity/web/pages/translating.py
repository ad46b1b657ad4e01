"""Translate: every text beside its original, and in what state its translation is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.outside.translation import Trouble
from comity.record.bargain import issue_subject, option_subject
from comity.record.entries import TranslationState
from comity.web.named import needs_words
from comity.web.parts import Parts, Sent, Site, go, seen_by, stranger_free
from comity.web.pasted import one_line
from comity.web.shown import page, visitor_of
from comity.web.views import Seen

router = APIRouter(include_in_schema=False)
MOST_LETTERS = 300
SUBJECTS = ("title", "question", "background")


@dataclass(frozen=True)
class Line:
    """A text and its translation into one language. state: none, machine, draft or checked."""

    subject: str
    original: str
    language: str | None
    text: str
    state: str


@dataclass(frozen=True)
class Machine:
    """What came of asking the machine. made: how many texts it translated; trouble: why not all, None where all."""

    made: int
    trouble: Trouble | None
    said: str


@router.get("/c/{consultation}/translate")
def table(request: Request, site: Site, consultation: str, to: str = "") -> Response:
    return _table(request, site, consultation, to)


def _table(
    request: Request,
    site: Parts,
    consultation: str,
    to: str,
    error: Refused | None = None,
    typed: Mapping[str, str] | None = None,
    machine: Machine | None = None,
) -> Response:
    seen = seen_by(request, site, consultation)
    if not seen.may_translate:
        stranger_free(site, request, consultation)
        raise Refused("not-allowed", "texts are translated by translators and the host; ask the host")
    others = [code for code in seen.settings.languages if code != seen.settings.language]
    to = to if to in seen.settings.languages else others[0]
    return page(
        request,
        "translate.html",
        seen=seen,
        here="translate",
        to=to,
        lines=texts_of(site, seen, to),
        named=named_of(site, seen, to),
        error=error,
        typed=typed or {},
        made=machine,
    )


def texts_of(site: Parts, seen: Seen, to: str) -> list[Line]:
    """Every text that could be translated into this language; those without a translation first."""
    texts = site.reader.texts(seen.id)
    settings = seen.settings
    with site.reader.reading(seen.id) as state:
        sources: list[tuple[str, str | None, str | None]] = [
            (name, getattr(settings, name), settings.language) for name in SUBJECTS
        ]
        sources += [
            (item.statement, texts.get(item.text), item.language)
            for item in state.statements.values()
            if item.moderation != "declined"
        ]
        found = []
        for subject, original, language in sources:
            if not original or language == to:
                continue
            added = state.translations.get((subject, to))
            text = "" if added is None else texts.get(added.text, "")
            found.append(
                Line(subject, original, language, text, added.state if added is not None and text else "none")
            )
    return sorted(found, key=lambda line: line.state != "none")


def named_of(site: Parts, seen: Seen, to: str) -> list[tuple[str, list[Line]]]:
    """The names of every issue of the latest negotiation and of its options, numbers left out; by issue."""
    texts, language = site.reader.texts(seen.id), seen.settings.language
    if language == to:
        return []
    found = []
    with site.reader.reading(seen.id) as state:
        for entry in state.bargain.issues.values():
            names = [(issue_subject(entry.issue), entry.name)]
            names += [(option_subject(entry.issue, n), option) for n, option in enumerate(entry.options)]
            lines = []
            for subject, name in names:
                added = state.bargain.translations.get((subject, to))
                text = None if added is None else texts.get(added.text)
                said = "none" if added is None or text is None else added.state
                if needs_words(name):
                    lines.append(Line(subject, name, language, text or "", said))
            if lines:
                found.append((entry.name, lines))
    return found


@router.post("/c/{consultation}/translate/machine")
def by_machine(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    by = visitor_of(request).acting(consultation, "translation-added", "translator", "host")
    seen = seen_by(request, site, consultation)
    try:
        made = machine_translations(site, seen, by, sent["to"])
    except Refused as refused:
        return _table(request, site, consultation, sent["to"], refused)
    return _table(request, site, consultation, sent["to"], machine=made)


def machine_translations(site: Parts, seen: Seen, by: str, to: str) -> Machine:
    """Let the machine translate what has no translation into this language yet, marked as such. Raises Refused."""
    if site.translator is None:
        raise Refused(
            "no-translator", "this site asks no machine for translations; write the translation yourself"
        )
    if to not in seen.settings.languages:
        raise Refused(
            "unknown-language", f"{to[:20]!r} is not a language of this consultation; choose another"
        )
    every = [*texts_of(site, seen, to), *(line for _, lines in named_of(site, seen, to) for line in lines)]
    missing = [line for line in every if line.state == "none"]
    made = 0
    for source in dict.fromkeys(line.language or seen.settings.language for line in missing):
        lines = [line for line in missing if (line.language or seen.settings.language) == source]
        found = site.translator.translated([line.original for line in lines], source, to)
        for line, text in zip(lines, found.texts, strict=False):
            if text.strip():
                site.desk.translate(
                    seen.id, by, subject=line.subject, language=to, text=text, state="machine"
                )
                made += 1
        if found.trouble is not None:
            return Machine(made, found.trouble, found.said)
    return Machine(made, None, "")


@router.post("/c/{consultation}/translate")
def translate(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    visitor = visitor_of(request)
    try:
        by = visitor.acting(consultation, "translation-added", "translator", "host")
        text = sent["text"].strip() if sent["subject"] == "background" else one_line(sent["text"])
        if not text:
            raise Refused("empty-translation", "the translation is empty; write it, then send it again")
        site.desk.translate(
            consultation,
            by,
            subject=sent["subject"],
            language=sent["to"],
            text=text,
            state="checked" if sent["state"] == "checked" else "draft",
        )
    except Refused as refused:
        return _table(request, site, consultation, sent["to"], refused, {sent["subject"]: sent["text"]})
    return go(f"/c/{consultation}/translate?to={sent['to']}")


@router.post("/c/{consultation}/translate/names")
def translate_names(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    """Names of an issue and of its options, those that were written and differ from what is there."""
    visitor, to = visitor_of(request), sent["to"]
    seen = seen_by(request, site, consultation)
    state: TranslationState = "checked" if sent["state"] == "checked" else "draft"
    typed = {name[2:]: one_line(sent[name])[:MOST_LETTERS] for name in sent.values if name.startswith("t.")}
    try:
        by = visitor.acting(consultation, "translation-added", "translator", "host")
        there = {line.subject: line for _, lines in named_of(site, seen, to) for line in lines}
        new = {
            subject: text
            for subject, text in typed.items()
            if text and (subject not in there or (there[subject].text, there[subject].state) != (text, state))
        }
        if not new and not any(typed.values()):
            raise Refused("empty-translation", "the translation is empty; write it, then send it again")
        for subject, text in new.items():
            site.desk.translate(consultation, by, subject=subject, language=to, text=text, state=state)
    except Refused as refused:
        return _table(request, site, consultation, to, refused, typed)
    return go(f"/c/{consultation}/translate?to={to}#names")

"""Pages as a test reads them: elements, texts and links, with nothing but the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclass
class Element:
    """One element of a page: name, attributes, and what it holds in order."""

    name: str
    attributes: dict[str, str]
    holds: list[Element | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        """This element and all below it, in the order of the page."""
        yield self
        for child in self.holds:
            if isinstance(child, Element):
                yield from child

    def all(self, name: str, **attributes: str) -> list[Element]:
        """Every element below of a name, with these attributes (`class_` holds one class)."""
        wanted = attributes.pop("class_", None)
        return [
            one
            for one in self
            if one.name == name
            and (wanted is None or wanted in one.attributes.get("class", "").split())
            and all(one.attributes.get(key) == value for key, value in attributes.items())
        ]

    def text(self, *, without: frozenset[str] = frozenset({"style", "script"}), sayings: bool = True) -> str:
        """What it says; `sayings=False` leaves out the texts and names of people (bdi, blockquote, lang)."""
        parts = []
        for child in self.holds:
            if isinstance(child, str):
                parts.append(child)
            elif child.name not in without and (sayings or not is_saying(child)):
                parts.append(child.text(without=without, sayings=sayings))
        return " ".join(parts)


def is_saying(element: Element) -> bool:
    """Is it a text or a name that people wrote?"""
    return element.name in ("bdi", "blockquote", "title") or "lang" in element.attributes


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("page", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].holds.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].holds.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.open[-1].holds.append(data.strip())


def parsed(page: str) -> Element:
    """The page as a tree; raises AssertionError where a tag is not closed by its own."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert builder.open == [builder.root], f"never closed: {[one.name for one in builder.open[1:]]}"
    return builder.root

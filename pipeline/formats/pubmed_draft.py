"""The fields of one record while its PubMed XML is walked through, and the usual ways in which they are filled."""

from collections.abc import Callable
from typing import Any

from lxml.etree import _Element as Element

from pipeline.formats.markup import text
from pipeline.records.record import Identifier, Link

Fields = dict[str, Any]


class Draft:
    """The fields of one record while its article is walked through."""

    __slots__ = ("dois", "extra", "fields", "identifiers", "issn", "links", "notes", "types")

    def __init__(self) -> None:
        self.fields: Fields = {"database": "PubMed"}
        self.dois: list[str] = []
        self.extra: list[tuple[str, str]] = []
        self.identifiers: list[Identifier] = []
        self.issn: list[str] = []
        self.links: list[Link] = []
        self.notes: list[str] = []
        self.types: list[str] = []


Handler = Callable[[Element, Draft], None]


def walk(element: Element, handlers: dict[str, Handler], draft: Draft) -> None:
    """Hand each child of an element to the function for its tag; children without one are passed over."""
    for child in element:
        handler = handlers.get(child.tag)
        if handler is not None:
            handler(child, draft)


def keep(draft: Draft, tag: str, value: str) -> None:
    """Put a text that no field holds into `extra`, unless it is empty."""
    if value:
        draft.extra.append((tag, value))


def text_to(field: str) -> Handler:
    """Return what fills a field with the text of an element."""

    def handle(element: Element, draft: Draft) -> None:
        draft.fields[field] = text(element)

    return handle


def keep_as(tag: str) -> Handler:
    """Return what keeps the text of an element under a tag."""

    def handle(element: Element, draft: Draft) -> None:
        keep(draft, tag, text(element))

    return handle


def into(handlers: dict[str, Handler]) -> Handler:
    """Return what hands on the children of an element."""

    def handle(element: Element, draft: Draft) -> None:
        walk(element, handlers, draft)

    return handle


def parts_of(element: Element) -> dict[str, str]:
    """Return the texts of an element's children by tag; of several children of one tag, the last."""
    return {child.tag: child.text.strip() if child.text else "" for child in element}


def in_list(handler: Handler) -> Handler:
    """Return what does the same for every child of an element."""

    def handle(element: Element, draft: Draft) -> None:
        for child in element:
            handler(child, draft)

    return handle

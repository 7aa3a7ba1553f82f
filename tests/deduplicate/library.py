"""Records for the tests of this room, from a few words."""

from collections.abc import Mapping
from typing import Any

from pipeline.formats import names, pages
from pipeline.records import identifiers
from pipeline.records.record import Author, Identifier, Origin, Passage, Record


def reference(name: str, said: Mapping[str, Any]) -> Record:
    """Make a record as a reader of an export would, from the fields of a reference."""
    search, _, _ = name.partition(":")
    return Record(
        id=name,
        origin=Origin(search=search),
        kind=said.get("kind", "article"),
        title=said.get("title", ""),
        authors=tuple(_author(author) for author in said.get("authors", ())),
        year=said.get("year"),
        journal=said.get("journal", ""),
        volume=said.get("volume", ""),
        issue=said.get("issue", ""),
        pages=pages.expand(said.get("pages", "")),
        doi=identifiers.doi(said.get("doi", "")),
        pmid=said.get("pmid", ""),
        publisher=said.get("publisher", ""),
        database=said.get("database", ""),
        abstract=(Passage(text=said["abstract"]),) if "abstract" in said else (),
        identifiers=tuple(Identifier(scheme="registration", value=value) for value in said.get("registrations", ())),
    )


def _author(text: str) -> Author:
    return names.read(text)
